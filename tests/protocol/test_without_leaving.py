"""The side that the application left never comes back: who made sure that nobody can reach it may say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from migrate.errors import MigrateError, SaysNo, SourceError, TargetError
from migrate.model.database import Side
from migrate.operations import approval, cutover, history
from migrate.settings import Settings
from migrate.wiring.session import Session
from tests.protocol.conftest import kept
from tests.protocol.journal import MemoryJournal
from tests.protocol.operator_at_work import MemorySession, Operator, Stage
from tests.protocol.sides import MemoryDatabase
from tests.protocol.world import Trouble

LEFT = "journal: done switch/secret"
ASKED = ("act", "breaches", "passed_by", "firing", "record", "seen", "identity", "position")


@contextmanager
def gone(monkeypatch: pytest.MonkeyPatch, side: Side) -> Iterator[None]:
    """Whatever is asked of the side, nothing answers."""
    error, prefix = (SourceError, "SRC") if side is Side.SOURCE else (TargetError, "TGT")

    def silent(method: Any) -> Any:
        def asked(database: MemoryDatabase, *values: Any, **named: Any) -> Any:
            if database.side is side:
                raise error(f"the {side} cannot be reached", code=f"{prefix}-101", hint="Look.", retryable=True)
            return method(database, *values, **named)

        return asked

    with monkeypatch.context() as patch:
        for name in ASKED:
            patch.setattr(MemoryDatabase, name, silent(getattr(MemoryDatabase, name)))
        yield


def begun(settings: Settings, leaving: Side, killed_at: str) -> tuple[Stage, Operator]:
    """A cutover, or a rollback, that was killed there."""
    stage = Stage.set_up(settings, seed=1)
    operator = stage.operator()
    if leaving is Side.TARGET:
        assert operator.approve_and_cut_over() == "0"
    operator.command(lambda session: approval.approve(session, "operator"))
    stage.world.trouble = (Trouble.KILLED_AFTER, killed_at)
    run = cutover.rollback if leaving is Side.TARGET else lambda session: cutover.run(session, "cutover")
    assert operator.command(run) == "killed"
    return stage, operator


def opened(session: Session) -> None:
    assert cutover.resume(session, without_leaving="ann").outcome == "opened"


@pytest.mark.parametrize("leaving", Side)
def test_a_person_may_answer_for_it_after_the_switch(
    migration: Settings, monkeypatch: pytest.MonkeyPatch, leaving: Side
) -> None:
    stage, operator = begun(migration, leaving, LEFT)
    code = "SRC-101" if leaving is Side.SOURCE else "TGT-101"
    with gone(monkeypatch, leaving):
        for command in (cutover.resume, cutover.rollback):
            with pytest.raises(MigrateError) as told:
                command(cast(Session, MemorySession(stage)))
            assert told.value.code == code
            assert "make sure that nobody can reach it" in told.value.hint
            assert "cutover resume --without-leaving --by NAME" in told.value.hint
        assert not any(store.admits for store in stage.world.stores.values())
        assert operator.command(opened) == "0"
        assert stage.world.stores[leaving.other].admits
        stage.world.pass_time()
    said = MemoryJournal(stage.kept).evidence(cutover.WITHOUT_LEAVING)
    assert [one.facts for one in said] == [{"by": "ann", "leaving": leaving.value}]
    assert history.open_run(MemoryJournal(stage.kept), *history.HANDOVERS), "the way back is not made"
    assert operator.resume() == "0", "it came back all the same"
    kept(stage.world, leaving.other)


@pytest.mark.parametrize("leaving", Side)
def test_nobody_may_before_the_switch(migration: Settings, monkeypatch: pytest.MonkeyPatch, leaving: Side) -> None:
    stage, operator = begun(migration, leaving, "journal: done open/triggers")
    with gone(monkeypatch, leaving), pytest.raises(SaysNo) as refused:
        cutover.resume(cast(Session, MemorySession(stage)), without_leaving="ann")
    assert refused.value.code == "CUT-085"
    assert not any(store.admits for store in stage.world.stores.values())
    assert not MemoryJournal(stage.kept).evidence(cutover.WITHOUT_LEAVING)
    assert operator.roll_back() == "0"
    kept(stage.world, stage.secrets.owner())


def test_a_side_that_answers_is_asked_all_the_same(migration: Settings) -> None:
    """Somebody opened it by hand: a word that it is gone does not open a second side."""
    stage, operator = begun(migration, Side.SOURCE, LEFT)
    stage.world.stores[Side.SOURCE].admits = True
    assert operator.command(opened) == "3 CUT-082"
    assert not stage.world.stores[Side.TARGET].admits


def test_a_side_that_only_refuses_is_not_gone(migration: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, operator = begun(migration, Side.SOURCE, LEFT)

    def refused(database: MemoryDatabase, friends: object) -> list[str]:
        raise SourceError("wrong password", code="SRC-102")

    monkeypatch.setattr(MemoryDatabase, "breaches", refused)
    assert operator.command(opened) == "6 SRC-102"
    assert not stage.world.stores[Side.TARGET].admits
