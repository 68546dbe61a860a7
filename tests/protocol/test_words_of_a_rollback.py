"""What `rollback` says of a handover that it finds open: only what is true of it."""

from __future__ import annotations

from typing import cast

import pytest

from migrate.events import Event, Noted
from migrate.model.database import Side
from migrate.operations import cutover
from migrate.settings import Settings
from migrate.wiring.session import Session
from tests.protocol.conftest import kept
from tests.protocol.operator_at_work import MemorySession, Stage
from tests.protocol.test_without_leaving import LEFT, begun

BEFORE = "journal: done open/triggers"


def told(stage: Stage) -> list[str]:
    """The lines of a `rollback` that ends well."""
    lines: list[str] = []

    def emit(event: Event) -> None:
        if isinstance(event, Noted):
            lines.append(event.text)

    session = MemorySession(stage)
    session.emit = emit
    cutover.rollback(cast(Session, session))
    kept(stage.world, Side.SOURCE)
    return lines


def test_of_a_rollback_that_has_not_switched_nobody_says_that_it_has(migration: Settings) -> None:
    """The application was locked out under its freeze, and the target still owned the writes."""
    stage, _ = begun(migration, Side.TARGET, BEFORE)
    assert told(stage) == ["rollback-2 was begun and has not ended: it is gone on with"]


@pytest.mark.parametrize(("leaving", "run"), [(Side.SOURCE, "cutover-1"), (Side.TARGET, "rollback-2")])
def test_one_that_has_switched_is_completed_first(migration: Settings, leaving: Side, run: str) -> None:
    stage, _ = begun(migration, leaving, LEFT)
    assert told(stage) == [f"{run} is completed first: it has switched already"]
