"""Unwinding: in reverse, to the first world, past nothing that cannot be undone."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from migrate.errors import HumanMustDecide, Interrupted, MigrateError, SaysNo, SourceError, StateConflict, TargetError
from migrate.events import Event, StageStarted, StepFinished, StepStarted, silent
from migrate.model.journal import Kind
from migrate.runner.execute import execute
from migrate.runner.memory import JournalMemory
from migrate.runner.unwind import unwind
from migrate.signals import heeding_signals
from tests.patience import PATIENCE


@pytest.fixture
def world(toy: ModuleType, tmp_path: Path) -> Any:
    world = toy.World(tmp_path / "world.json")
    world.put("p0", "old")
    return world


@pytest.fixture
def done(toy: ModuleType, world: Any, writing: Any, clock: Any) -> Any:
    with writing() as journal:
        execute(toy.plan("pvpp"), world, journal, emit=silent, clock=clock)
    return toy.plan("pvpp")


def test_steps_are_undone_in_reverse(done: Any, world: Any, writing: Any, clock: Any) -> None:
    events: list[Event] = []
    with writing() as journal:
        unwind(done, world, journal, emit=events.append, clock=clock)
        kinds = [(e.kind.value, e.step) for e in journal.entries()][-8:]
        assert JournalMemory(journal, "toy-1").facts("put/p0") is None
        assert JournalMemory(journal, "toy-1").before("put/p0") is None
    assert kinds == [
        ("undo", "put/p3"),
        ("undone", "put/p3"),
        ("undo", "put/p2"),
        ("undone", "put/p2"),
        ("undone", "prove/v1"),
        ("undo", "put/p0"),
        ("undone", "put/p0"),
        ("outcome", ""),
    ]
    assert world.values() == {"p0": "old"}
    assert [e.step for e in events if isinstance(e, StepStarted)] == ["put/p3", "put/p2", "put/p0"]
    assert all(e.undoing for e in events if isinstance(e, StepStarted | StepFinished))


def test_a_run_that_never_began_has_nothing_to_undo(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    with writing() as journal:
        unwind(toy.plan("pp"), world, journal, emit=silent, clock=clock)
        assert not journal.entries()


def test_unwinding_twice_does_nothing_more(done: Any, world: Any, writing: Any, clock: Any) -> None:
    with writing() as journal:
        unwind(done, world, journal, emit=silent, clock=clock)
        length = len(journal.entries())
        unwind(done, world, journal, emit=silent, clock=clock)
        assert len(journal.entries()) == length


def test_what_was_undone_can_be_done_again(done: Any, world: Any, writing: Any, clock: Any) -> None:
    with writing() as journal:
        unwind(done, world, journal, emit=silent, clock=clock)
        world.put("p2", "changed meanwhile")
        execute(done, world, journal, emit=silent, clock=clock)
        assert world.values()["p2"] == "new p2"
        unwind(done, world, journal, emit=silent, clock=clock)
    assert world.values() == {"p0": "old", "p2": "changed meanwhile"}


def test_past_a_step_without_a_way_back_nothing_is_touched(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    with writing() as journal:
        execute(toy.plan("psp"), world, journal, emit=silent, clock=clock)
        length = len(journal.entries())
        with pytest.raises(SaysNo, match="put new s1 into s1 has happened") as refused:
            unwind(toy.plan("psp"), world, journal, emit=silent, clock=clock)
        assert len(journal.entries()) == length
    assert refused.value.code == "RUN-002"
    assert world.values() == toy.end("psp")


def test_a_switch_that_was_begun_and_did_not_happen_is_no_obstacle(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    world.faults["apply s1"] = SourceError("no", code="SRC-001")
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(toy.plan("psp"), world, journal, emit=silent, clock=clock)
        unwind(toy.plan("psp"), world, journal, emit=silent, clock=clock)
    assert world.values() == {"p0": "old"}
    assert world.acts("settled") == ["s1"], "the request may still have been on its way"


def test_a_switch_that_nobody_can_judge_stops_the_unwinding(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    world.faults["apply s1"] = SourceError("no", code="SRC-001")
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(toy.plan("psp"), world, journal, emit=silent, clock=clock)
        world.faults = {"done s1": HumanMustDecide("who knows", code="OWN-001")}
        with pytest.raises(HumanMustDecide):
            unwind(toy.plan("psp"), world, journal, emit=silent, clock=clock)
    assert not world.acts("undo")


@pytest.mark.parametrize(
    ("fault", "raised"),
    [(TargetError("the target is gone", code="TGT-001"), TargetError), (ValueError("a bug"), MigrateError)],
)
def test_an_undo_that_fails_does_not_keep_the_others_from_it(
    done: Any, world: Any, writing: Any, clock: Any, fault: Exception, raised: type[MigrateError]
) -> None:
    world.faults = {"undo p3": fault, "undo p2": fault}
    with writing() as journal:
        with pytest.raises(raised, match=r"put/p3.*put/p2") as failed:
            unwind(done, world, journal, emit=silent, clock=clock)
        assert type(failed.value) is raised
        assert failed.value.code == "RUN-004"
        assert [e.step for e in journal.entries(kind=Kind.FAILED)] == ["put/p3", "put/p2"]
        assert world.values() == {"p0": "old", "p2": "new p2", "p3": "new p3"}
        assert journal.entries()[-1].kind is not Kind.OUTCOME
        world.faults = {}
        unwind(done, world, journal, emit=silent, clock=clock)
        assert journal.entries()[-1].body == {"outcome": "unwound"}
    assert world.values() == {"p0": "old"}
    assert world.acts("undo") == ["p3", "p2", "p0", "p3", "p2"]


def test_what_could_not_be_undone_is_undone_before_the_run_goes_on(
    done: Any, world: Any, writing: Any, clock: Any
) -> None:
    """A step that is half undone bars the way for those before it: they come to it only after it was cleared away."""
    world.faults = {"undo p3": SourceError("the source is down", code="SRC-101")}
    with writing() as journal:
        with pytest.raises(SourceError):
            unwind(done, world, journal, emit=silent, clock=clock)
        applied = len(world.acts("apply"))
        with pytest.raises(SourceError):
            execute(done, world, journal, emit=silent, clock=clock)
        assert len(world.acts("apply")) == applied, "nothing goes forward while it stays half undone"
        world.faults = {}
        execute(done, world, journal, emit=silent, clock=clock)
        kinds = [(e.kind.value, e.step) for e in journal.entries()]
    assert kinds.index(("undone", "put/p3")) < kinds.index(("intent", "put/p0"), kinds.index(("undone", "put/p0")))
    assert world.values() == {"p0": "new p0", "p2": "new p2", "p3": "new p3"}


def test_doubt_about_ownership_stops_the_unwinding(done: Any, world: Any, writing: Any, clock: Any) -> None:
    world.faults = {"undo p2": HumanMustDecide("who knows", code="OWN-001")}
    with writing() as journal, pytest.raises(HumanMustDecide):
        unwind(done, world, journal, emit=silent, clock=clock)
    assert world.acts("undo") == ["p3", "p2"]


def test_an_interrupted_unwinding_goes_on_later(done: Any, world: Any, writing: Any, clock: Any) -> None:
    world.faults = {"undo p2": KeyboardInterrupt}
    with writing() as journal:
        with pytest.raises(Interrupted):
            unwind(done, world, journal, emit=silent, clock=clock)
        world.faults = {}
        unwind(done, world, journal, emit=silent, clock=clock)
    assert world.values() == {"p0": "old"}


class _StoppedAndGone(Exception):
    """The signal comes while the undo is at work, and the undo fails."""

    def __init__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_waits_for_the_whole_unwinding(done: Any, world: Any, writing: Any, clock: Any) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, StepStarted) and event.step == "put/p3":
            os.kill(os.getpid(), signal.SIGTERM)

    with writing() as journal:
        with pytest.raises(Interrupted, match="SIGTERM"), heeding_signals():
            unwind(done, world, journal, emit=stop, clock=clock)
        assert journal.entries()[-1].body == {"outcome": "unwound"}
    assert world.values() == {"p0": "old"}


def test_a_signal_in_an_undo_that_fails_does_not_keep_the_others_from_it(
    done: Any, world: Any, writing: Any, clock: Any
) -> None:
    world.faults = {"undo p3": _StoppedAndGone}
    with writing() as journal, pytest.raises(MigrateError, match="put/p3") as failed, heeding_signals():
        unwind(done, world, journal, emit=silent, clock=clock)
    assert failed.value.code == "RUN-004"
    assert world.values() == {"p0": "old", "p3": "new p3"}


def test_a_second_signal_breaks_the_unwinding_off(done: Any, world: Any, writing: Any, clock: Any) -> None:
    world.faults = {"undo p3": _StoppedAndGone, "undo p2": _StoppedAndGone}
    with writing() as journal:
        with pytest.raises(Interrupted), heeding_signals():
            unwind(done, world, journal, emit=silent, clock=clock)
        assert world.acts("undo") == ["p3", "p2"]
        world.faults = {}
        unwind(done, world, journal, emit=silent, clock=clock)
    assert world.values() == {"p0": "old"}


def test_a_half_unwound_run_that_had_ended_is_not_taken_for_done(
    done: Any, world: Any, writing: Any, clock: Any
) -> None:
    world.faults = {"undo p2": KeyboardInterrupt}
    with writing() as journal:
        with pytest.raises(Interrupted):
            unwind(done, world, journal, emit=silent, clock=clock)
        world.faults = {}
        execute(done, world, journal, emit=silent, clock=clock)
    assert world.values() == {"p0": "new p0", "p2": "new p2", "p3": "new p3"}


def test_a_run_that_only_began_has_ended_afterwards(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, StageStarted):
            raise KeyboardInterrupt

    with writing() as journal:
        with pytest.raises(Interrupted):
            execute(toy.plan("pp"), world, journal, emit=stop, clock=clock)
        unwind(toy.plan("pp"), world, journal, emit=silent, clock=clock)
        assert [(e.kind, e.body.get("outcome")) for e in journal.entries()][1:] == [(Kind.OUTCOME, "unwound")]


def test_another_request_is_not_undone(done: Any, toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    with writing() as journal, pytest.raises(StateConflict, match="another request"):
        unwind(toy.plan("pvp"), world, journal, emit=silent, clock=clock)
    assert not world.acts("undo")


def test_a_step_whose_undoing_hangs_does_not_keep_the_others_waiting(
    toy: ModuleType, done: Any, world: Any, writing: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that gives no answer, nor an error. What is left is named, and undone another time."""
    monkeypatch.setattr(toy.Put, "undo_seconds", 0.2)
    world.faults["undo p2"] = lambda: threading.Event().wait(PATIENCE)
    with writing() as journal:
        with pytest.raises(SaysNo, match=r"put/p2: undoing it gave no answer for 0\.2 s") as told:
            unwind(done, world, journal, emit=silent, clock=clock)
        assert told.value.code == "RUN-004"
        assert isinstance(told.value.__cause__, ExceptionGroup)
        assert [error.code for error in told.value.__cause__.exceptions] == ["RUN-006"]
        assert world.values() == {"p0": "old", "p2": "new p2"}
        world.faults.clear()
        unwind(done, world, journal, emit=silent, clock=clock)
    assert world.values() == {"p0": "old"}
