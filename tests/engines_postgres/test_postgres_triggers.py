"""Row security and triggers rest and wake while somebody, a backup say, has their tables in use."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.engines import failures
from migrate.engines.postgres import triggers
from migrate.errors import SourceError

pytestmark = pytest.mark.server

GUARDED = (
    "CREATE TABLE public.guarded (id int PRIMARY KEY)",
    "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    "CREATE TRIGGER always BEFORE INSERT ON public.guarded FOR EACH ROW EXECUTE FUNCTION public.f()",
    "ALTER TABLE public.guarded ENABLE ALWAYS TRIGGER always",
    "ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
)


def test_waking_waits_for_whoever_has_a_table_in_use_and_says_so(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "LOCK_SECONDS", 1)
    source.run(*GUARDED)
    firing = source.database.triggers.firing()
    source.database.triggers.rest(firing)
    with source.server.connect(source.name, source.master.user, source.master.password) as backup:
        backup.autocommit = False
        backup.execute("SELECT FROM pg_catalog.pg_class, public.guarded LIMIT 1")
        with pytest.raises(SourceError) as held:
            source.database.triggers.restore(firing)
        assert (held.value.code, held.value.retryable) == (f"SRC-{failures.TRY_AGAIN}", True)
        assert source.database.triggers.firing() == {"triggers": [], "row_security": []}, "all or nothing"
        source.database.triggers.rest(firing)
        backup.rollback()
    source.database.triggers.restore(firing)
    assert source.database.triggers.firing() == firing
