"""Between two commands of one run others have been there: at a console, or from a copy of the state."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.model.database import Side
from migrate.operations import cutover
from migrate.settings import Settings
from migrate.wiring.session import Session
from tests.protocol.conftest import kept
from tests.protocol.sides import MemoryDatabase
from tests.protocol.test_without_leaving import LEFT, begun

FROZEN = "journal: done freeze/end-sessions"


def resumed(session: Session) -> None:
    cutover.resume(session)


@pytest.mark.parametrize("leaving", Side)
def test_a_run_that_was_gone_on_with_from_a_copy_is_not_unwound(migration: Settings, leaving: Side) -> None:
    """The copy switched: what this record takes for frozen and not switched must not be opened."""
    stage, operator = begun(migration, leaving, FROZEN)
    stages, here = stage.secrets.stages, stage.secrets.stages["AWSCURRENT"]
    stages["AWSCURRENT"] = stages[f"AURORA_MIGRATE_{leaving.other.name}"]
    for command in (resumed, cutover.rollback):
        assert operator.command(command) == "5 CUT-093"
    assert not any(store.admits for store in stage.world.stores.values())
    stages["AWSCURRENT"] = here
    assert operator.roll_back() == "0"
    kept(stage.world, stage.secrets.owner())


@pytest.mark.parametrize("leaving", Side)
def test_a_session_on_the_side_that_was_left_does_not_hold_the_application_up(
    migration: Settings, leaving: Side
) -> None:
    stage, operator = begun(migration, leaving, LEFT)
    stage.world.session = leaving
    assert operator.command(resumed) == "0"
    assert stage.world.stores[leaving.other].admits
    assert not stage.world.stores[leaving].admits


def test_an_arriving_side_that_somebody_opened_stops_the_cutover_before_its_switch(migration: Settings) -> None:
    stage, operator = begun(migration, Side.SOURCE, FROZEN)
    stage.world.stores[Side.TARGET].admits = True
    assert operator.command(resumed) == "3 CUT-020"
    assert stage.secrets.owner() is Side.SOURCE


def test_events_that_rested_on_the_source_before_the_cutover_rest_after_the_rollback(
    migration: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that the cutover's fence put to rest come back with the fence."""
    woken: list[Side] = []

    def wake(database: MemoryDatabase, firing: Any) -> None:
        woken.append(database.side)

    monkeypatch.setattr(MemoryDatabase, "wake_events", wake)
    stage, operator = begun(migration, Side.TARGET, LEFT)
    assert woken == [Side.TARGET]
    assert operator.roll_back() == "0"
    assert woken == [Side.TARGET]
    assert stage.world.stores[Side.SOURCE].admits
