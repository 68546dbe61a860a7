"""Executing, resuming and refusing."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from migrate.errors import HumanMustDecide, Interrupted, SaysNo, SourceError, StateConflict
from migrate.events import Event, StageFinished, StageStarted, StepFinished, StepStarted, silent
from migrate.model.journal import Kind
from migrate.model.plan import Budget
from migrate.runner.execute import execute
from migrate.runner.explain import explain
from migrate.runner.memory import JournalMemory
from migrate.runner.standing import State
from migrate.runner.unwind import unwind
from tests.clocks import HandClock
from tests.patience import PATIENCE


@pytest.fixture
def world(toy: ModuleType, tmp_path: Path) -> Any:
    return toy.World(tmp_path / "world.json")


def _refused(**changes: Any) -> SourceError:
    return SourceError("the server says no", **{"code": "SRC-001", **changes})


def _kinds(journal: Any) -> list[tuple[str, str]]:
    return [(entry.kind.value, entry.step) for entry in journal.entries()]


def test_every_step_leaves_its_entries_and_facts(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    world.put("p0", "old")
    with writing() as journal:
        execute(toy.plan("pv"), world, journal, emit=silent, clock=clock, account=lambda: {"ownership": "target"})
        entries = journal.entries(run="toy-1")
    assert [(e.kind, e.step) for e in entries] == [
        (Kind.PLANNED, ""),
        (Kind.INTENT, "put/p0"),
        (Kind.DONE, "put/p0"),
        (Kind.INTENT, "prove/v1"),
        (Kind.DONE, "prove/v1"),
        (Kind.OUTCOME, ""),
    ]
    planned, intent, done, *_, outcome = entries
    assert planned.body == {
        "stage": "toy",
        "digest": toy.plan("pv").digest,
        "request": {"kinds": "pv"},
        "steps": ["put/p0", "prove/v1"],
        "titles": [step.title for step in toy.plan("pv").steps],
    }
    assert (intent.body, done.body) == ({"value": "old"}, {"put": "new p0"})
    assert outcome.body == {"outcome": "done", "ownership": "target"}


def test_a_world_that_is_there_already_is_left_alone(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    world.put("o0", "new o0")
    events: list[Event] = []
    with writing() as journal:
        execute(toy.plan("op"), world, journal, emit=events.append, clock=clock)
        assert journal.entries(kind=Kind.DONE)[0].body == {"already": True}
    assert world.acts("apply") == ["p1"]
    assert [e.already for e in events if isinstance(e, StepFinished)] == [True, False]
    assert isinstance(events[0], StageStarted)
    assert isinstance(events[-1], StageFinished)
    assert events[-1].outcome == "done"
    assert [e.step for e in events if isinstance(e, StepStarted)] == ["put/o0", "put/p1"]


def test_a_run_that_ended_is_over(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    with writing() as journal:
        execute(toy.plan("pvo"), world, journal, emit=silent, clock=clock)
        before, acts = _kinds(journal), world.path.with_suffix(".log").read_text()
        execute(toy.plan("pvo"), world, journal, emit=silent, clock=clock)
        assert _kinds(journal) == before
        assert world.path.with_suffix(".log").read_text() == acts


def test_a_failure_is_journaled_masked_and_names_its_step(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    events: list[Event] = []
    world.faults["apply p1"] = _refused()
    world.faults["apply p1"].args = ("cannot reach postgresql://me:hush@db/x?password=hush2",)
    world.faults["apply p1"].message = world.faults["apply p1"].args[0]
    with writing() as journal:
        with pytest.raises(SourceError) as failed:
            execute(toy.plan("ppp"), world, journal, emit=events.append, clock=clock)
        [entry] = journal.entries(kind=Kind.FAILED)
        assert "hush" not in str([e.body for e in journal.entries()])
    assert entry.step == "put/p1"
    assert entry.body["code"] == "SRC-001"
    assert failed.value.__notes__ == ["in step put/p1 of toy-1"]
    assert failed.value.__cause__ is None
    assert isinstance(events[-1], StageFinished)
    assert events[-1].outcome == "failed"


def test_resuming_uses_what_was_observed_first(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    world.put("p1", "old")
    world.faults["apply p1"] = _refused()
    with writing() as journal, pytest.raises(SourceError):
        execute(toy.plan("pp"), world, journal, emit=silent, clock=clock)
    world.faults.clear()
    world.put("p1", "half done")
    with writing() as journal:
        execute(toy.plan("pp"), world, journal, emit=silent, clock=clock)
        intents = [entry.body for entry in journal.entries(kind=Kind.INTENT) if entry.step == "put/p1"]
        memory = JournalMemory(journal, "toy-1")
        assert memory.before("put/p1") == {"value": "old"}
        assert memory.facts("put/p1") == {"put": "new p1"}
        assert memory.facts("put/p1", run="toy-2") is None
        assert memory.before("put/nothing") is None
    assert intents == [{"value": "old"}] * 2
    assert world.acts("observe") == ["p0", "p1"]
    assert world.acts("apply") == ["p0", "p1", "p1"]


def test_proofs_are_repeated_until_there_is_no_way_back(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    with writing() as journal:
        for failing in ("apply p1", "apply s3", "apply p5"):
            world.faults = {failing: _refused()}
            with pytest.raises(SourceError):
                execute(toy.plan("vpvsvp"), world, journal, emit=silent, clock=clock)
        world.faults = {}
        execute(toy.plan("vpvsvp"), world, journal, emit=silent, clock=clock)
    assert world.acts("prove").count("v0") == 3
    assert world.acts("prove").count("v2") == 2
    assert world.acts("prove").count("v4") == 2


def test_a_switch_that_happened_unseen_is_found_before_anything_is_repeated(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    world.faults = {"apply s1": _refused()}
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(toy.plan("vsp"), world, journal, emit=silent, clock=clock)
        world.faults = {}
        world.put("s1", "new s1")
        execute(toy.plan("vsp"), world, journal, emit=silent, clock=clock)
    assert world.acts("prove") == ["v0"]
    assert world.acts("apply") == ["s1", "p2"]
    assert world.acts("settled") == ["s1"]


def test_an_ambiguous_switch_stops_the_resume(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    world.faults = {"apply s1": _refused()}
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(toy.plan("vs"), world, journal, emit=silent, clock=clock)
        world.faults = {"done s1": HumanMustDecide("who knows", code="OWN-001")}
        with pytest.raises(HumanMustDecide):
            execute(toy.plan("vs"), world, journal, emit=silent, clock=clock)
        assert journal.entries(kind=Kind.FAILED)[-1].body["code"] == "OWN-001"
    assert world.acts("prove") == ["v0"]


def test_another_request_is_refused_key_by_key(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    world.faults["apply p1"] = _refused()
    asked = {"host": "a", "limits": {"lag": 5, "same": 1}, "tables": ["x"]}
    now = {"host": "b", "limits": {"lag": 9, "same": 1}, "tables": ["x"]}
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(toy.plan("pp", request=asked), world, journal, emit=silent, clock=clock)
        length = len(journal.entries())
        with pytest.raises(StateConflict) as refused:
            execute(toy.plan("pp", request=now), world, journal, emit=silent, clock=clock)
        with pytest.raises(StateConflict, match=r"steps: .*put/p2"):
            execute(toy.plan("ppp", request=asked), world, journal, emit=silent, clock=clock)
        assert len(journal.entries()) == length
    told = str(refused.value)
    assert 'host: "a" then, "b" now; limits.lag: 5 then, 9 now' in told
    assert "same" not in told
    assert "tables" not in told
    for request in (asked, now):
        assert toy.plan("pp", request=request).digest[:12] in told
    assert "roll it back" in refused.value.hint


def test_a_run_of_which_nothing_stands_may_ask_for_something_else(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    world.faults["observe p0"] = _refused()
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(toy.plan("p"), world, journal, emit=silent, clock=clock)
        world.faults.clear()
        execute(toy.plan("p", request={"other": 1}), world, journal, emit=silent, clock=clock)
        assert len(journal.entries(kind=Kind.PLANNED)) == 2
        with pytest.raises(StateConflict, match="another request"):
            execute(toy.plan("p"), world, journal, emit=silent, clock=clock)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Interrupted("stopped", code="RUN-005")])
def test_an_interruption_is_journaled_and_resumable(
    toy: ModuleType, world: Any, writing: Any, clock: Any, stop: Any
) -> None:
    world.faults["apply p1"] = stop
    with writing() as journal:
        with pytest.raises(Interrupted):
            execute(toy.plan("pp"), world, journal, emit=silent, clock=clock)
        assert journal.entries()[-1].body["code"] == "RUN-005"
        world.faults.clear()
        execute(toy.plan("pp"), world, journal, emit=silent, clock=clock)
    assert world.values() == toy.end("pp")


@pytest.mark.parametrize("told", [StageStarted, StepFinished, StageFinished])
def test_a_stop_while_an_event_is_told_is_an_interruption(
    toy: ModuleType, world: Any, writing: Any, clock: Any, told: type[Event]
) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, told):
            raise KeyboardInterrupt

    with writing() as journal, pytest.raises(Interrupted):
        execute(toy.plan("pp"), world, journal, emit=stop, clock=clock)


def _slow(toy: ModuleType, clock: Any, seconds: dict[str, float]) -> Any:
    """Lets the clock run when a step starts."""

    def emit(event: Event) -> None:
        if isinstance(event, StepStarted):
            clock.sleep(seconds.get(event.step, 0.0))

    return emit


BUDGET = Budget("put/p1", "put/p3", 10.0)


@pytest.mark.parametrize(
    ("slow", "kept"),
    [
        ({"put/p0": 99}, True),
        ({"put/p2": 9}, True),
        ({"put/p2": 6, "put/p3": 3}, True),
        ({"put/p4": 99}, True),
        ({"put/p2": 11}, False),
    ],
)
def test_the_budget_counts_from_its_first_step_to_the_beginning_of_its_last(
    toy: ModuleType, world: Any, writing: Any, clock: Any, slow: dict[str, float], kept: bool
) -> None:
    plan = toy.plan("ppppp", budget=BUDGET)
    world.put("p0", "old")
    with writing() as journal:
        if kept:
            execute(plan, world, journal, emit=_slow(toy, clock, slow), clock=clock)
            assert world.values() == toy.end("ppppp")
            return
        events: list[Event] = []

        def emit(event: Event) -> None:
            events.append(event)
            _slow(toy, clock, slow)(event)

        with pytest.raises(SaysNo, match=r"11\.0 s since put/p1 > 10 s") as refused:
            execute(plan, world, journal, emit=emit, clock=clock)
        assert refused.value.code == "RUN-003"
        assert journal.entries()[-1].body == {"outcome": "unwound"}
        assert isinstance(events[-1], StageFinished)
        assert events[-1].outcome == "unwound"
    assert world.values() == {"p0": "old"}
    assert world.acts("undo") == ["p2", "p1", "p0"]


def test_the_budget_survives_a_crash(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    plan = toy.plan("ppppp", budget=BUDGET)
    world.faults["apply p2"] = _refused()
    with writing() as journal, pytest.raises(SourceError):
        execute(plan, world, journal, emit=silent, clock=clock)
    world.faults.clear()
    clock.sleep(11)
    with writing() as journal:
        with pytest.raises(SaysNo, match="budget is spent"):
            execute(plan, world, journal, emit=silent, clock=clock)
        assert world.values() == {}
        execute(plan, world, journal, emit=silent, clock=clock)
    assert world.values() == toy.end("ppppp")
    assert world.acts("observe").count("p0") == 2


def test_a_clock_that_is_behind_gives_no_more_than_the_whole_budget(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    """Gone on with from a machine that is five minutes behind: the application is not held for five minutes more."""
    plan = toy.plan("ppppp", budget=BUDGET)
    world.faults["apply p2"] = _refused()
    with writing() as journal, pytest.raises(SourceError):
        execute(plan, world, journal, emit=silent, clock=clock)
    world.faults.clear()
    behind = HandClock(clock.now() - timedelta(minutes=5))
    world.faults["apply p2"] = lambda: behind.sleep(11)
    with writing() as journal:
        with pytest.raises(SaysNo, match="budget is spent"):
            execute(plan, world, journal, emit=silent, clock=behind)
        assert world.values() == {}


def test_a_budget_whose_last_step_happened_unseen_goes_forward(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    plan = toy.plan("pvsp", budget=Budget("put/p0", "switch/s2", 10.0))
    world.faults["apply s2"] = _refused()
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(plan, world, journal, emit=silent, clock=clock)
        world.faults.clear()
        world.put("s2", "new s2")
        clock.sleep(3600)
        execute(plan, world, journal, emit=silent, clock=clock)
    assert world.values() == toy.end("pvsp")
    assert not world.acts("undo")


def test_a_budget_that_was_spent_while_a_switch_was_on_its_way_is_judged_once_that_is_settled(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    plan = toy.plan("psp", budget=Budget("put/p0", "switch/s1", 10.0))
    world.faults["apply s1"] = _refused()
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(plan, world, journal, emit=silent, clock=clock)
        clock.sleep(3600)
        world.faults = {"settled s1": HumanMustDecide("who knows", code="OWN-001")}
        with pytest.raises(HumanMustDecide):
            execute(plan, world, journal, emit=silent, clock=clock)
        assert not world.acts("undo")
        world.faults = {}
        with pytest.raises(SaysNo, match="budget is spent"):
            execute(plan, world, journal, emit=silent, clock=clock)
    assert world.acts("settled") == ["s1"] * 3, "before it went on, again, and before anything was undone"
    assert world.acts("undo") == ["p0"]


def test_whatever_a_step_waits_for_is_stopped_when_the_budget_is_spent(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    """A server or AWS that does not answer: the alarm is one of real time, whatever the clock says."""
    plan, waiting = toy.plan("pvps", budget=Budget("put/p0", "switch/s3", 0.5)), threading.Event()
    world.faults["prove v1"] = lambda: waiting.wait(PATIENCE)
    with writing() as journal:
        with pytest.raises(SaysNo, match="budget is spent") as refused:
            execute(plan, world, journal, emit=silent, clock=clock)
        assert refused.value.code == "RUN-003"
        assert journal.entries()[-1].body == {"outcome": "unwound"}
    assert world.values() == {}
    assert not waiting.is_set()


def test_nothing_tears_a_step_without_a_way_back(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    plan = toy.plan("psp", budget=Budget("put/p0", "switch/s1", 0.3))
    world.faults["apply s1"] = lambda: time.sleep(0.6)
    with writing() as journal:
        execute(plan, world, journal, emit=silent, clock=clock)
    assert world.values() == toy.end("psp")


def test_what_could_not_even_ask_about_a_step_without_a_way_back_can_be_undone(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    plan = toy.plan("ps")
    world.faults["done s1"] = _refused()
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(plan, world, journal, emit=silent, clock=clock)
        assert ("intent", "switch/s1") not in _kinds(journal)
        unwind(plan, world, journal, emit=silent, clock=clock)
    assert world.values() == {}
    assert not world.acts("settled")


def test_one_of_which_nobody_can_tell_is_begun_for_the_journal(
    toy: ModuleType, world: Any, writing: Any, clock: Any
) -> None:
    """Whoever comes next must ask whether it has happened before anything is undone."""
    world.faults["done s1"] = HumanMustDecide("who knows", code="OWN-001")
    with writing() as journal:
        with pytest.raises(HumanMustDecide):
            execute(toy.plan("ps"), world, journal, emit=silent, clock=clock)
        assert _kinds(journal)[-2:] == [("intent", "switch/s1"), ("failed", "switch/s1")]


def test_explaining_reads_and_does_nothing(toy: ModuleType, world: Any, writing: Any, clock: Any) -> None:
    plan = toy.plan("vps")
    assert [step.state for step in explain(plan, None)] == [State.TO_DO] * 3
    world.faults["apply s2"] = _refused()
    with writing() as journal:
        with pytest.raises(SourceError):
            execute(plan, world, journal, emit=silent, clock=clock)
        length = len(journal.entries())
        explained = explain(plan, journal)
        assert len(journal.entries()) == length
    assert [(step.id, step.title, step.state.value, step.reversal.value) for step in explained] == [
        ("prove/v0", "prove v0", "will be repeated", "none"),
        ("put/p1", "put new p1 into p1", "done", "full"),
        ("switch/s2", "put new s2 into s2", "to do", "forbidden"),
    ]
