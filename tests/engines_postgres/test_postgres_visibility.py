"""A commit is in the log before it can be read: what the log touched is told once it can be looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.failures import TRY_AGAIN
from migrate.engines.postgres.visibility import Snapshot
from migrate.errors import SourceError

T = TableName("public", "t")


@contextmanager
def held_commit(side: Any, statement: str) -> Iterator[None]:
    """The statement's commit waits for a synchronous standby that is not there, until the block ends."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()"
    with ThreadPoolExecutor(1) as pool:
        try:
            side.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()", superuser=True)
            held: Future[Any] = pool.submit(side.run, statement)
            while not side.run(waits, superuser=True):
                if held.done():  # the server had not read its settings yet
                    held = pool.submit(side.run, statement)
                time.sleep(0.02)
            yield
        finally:
            side.run("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()", superuser=True)
        held.result()


@pytest.mark.server
def test_a_commit_that_waits_for_a_standby_is_not_told_as_something_to_be_looked_at(
    source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row that is read meanwhile is the old one: it would be found equal, and the slot moved past the new one."""
    monkeypatch.setattr("migrate.engines.postgres.changelog.SEEN_SECONDS", 0.2)
    log, rows, slot = source.database.log, source.database.rows, f"touched_{source.name}"
    source.run("CREATE TABLE public.t (id int PRIMARY KEY, n int)", "INSERT INTO public.t VALUES (1, 0)")
    before = rows.hashes_of(T, [("1",)])
    log.create_slot(slot)
    try:
        with held_commit(source, "UPDATE public.t SET n = 1"):
            assert rows.hashes_of(T, [("1",)]) == before, "or this story tells nothing"
            with pytest.raises(SourceError, match="cannot be read yet") as caught:
                log.changes(slot, [T])
            assert caught.value.code == f"SRC-{TRY_AGAIN}"
            assert caught.value.retryable
        assert log.changes(slot, [T]).keys == {T: {("1",)}}
        assert rows.hashes_of(T, [("1",)]) != before
    finally:
        log.drop_slot(slot)


@pytest.mark.server
def test_a_snapshot_sees_what_has_ended_and_nothing_else(source: Any) -> None:
    number = "SELECT txid_current() % (2 ^ 32)::bigint"
    with (
        source.login(source.master) as reader,
        source.login(source.master) as first,
        source.login(source.master) as last,
    ):
        first.execute("BEGIN")
        ahead = first.execute(number).fetchone()[0]
        ended = source.run(number)[0][0]
        last.execute("BEGIN")
        behind = last.execute(number).fetchone()[0]
        assert [Snapshot.taken(reader).sees(each) for each in (ahead, ended, behind)] == [False, True, False]
        first.execute("ROLLBACK")
        last.execute("COMMIT")
        assert all(Snapshot.taken(reader).sees(each) for each in (ahead, ended, behind))


def test_a_snapshot_sees_past_the_end_of_the_numbers() -> None:
    snapshot = Snapshot(end=5, running=frozenset((2**32 - 3,)))
    assert [snapshot.sees(each) for each in (4, 2**32 - 2, 2**31 + 6)] == [True, True, True]
    assert [snapshot.sees(each) for each in (2**32 - 3, 5, 6)] == [False, False, False]
