"""Whatever the plan and wherever it fails: explain tells what execute does, and both ends are reached."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.clock import SystemClock
from migrate.errors import SaysNo, SourceError
from migrate.events import Event, StepFinished, silent
from migrate.runner.execute import execute
from migrate.runner.explain import explain
from migrate.runner.standing import State
from migrate.runner.unwind import unwind
from migrate.state.lease import hold
from migrate.state.store import Store

_FAULT = SourceError("no", code="SRC-001")
_VERBS = {
    "p": ("observe", "apply"),
    "o": ("observe", "done", "apply"),
    "v": ("prove",),
    "s": ("observe", "done", "apply"),
}


@st.composite
def _stories(draw: st.DrawFn, letters: str) -> tuple[str, list[str]]:
    kinds = draw(st.text(letters, min_size=1, max_size=6))
    faults = []
    for _ in range(draw(st.integers(0, 4))):
        number = draw(st.integers(0, len(kinds) - 1))
        faults.append(f"{draw(st.sampled_from(_VERBS[kinds[number]]))} {kinds[number]}{number}")
    return kinds, faults


def _attempt(toy: ModuleType, world: Any, journal: Any, kinds: str, fault: str | None) -> bool:
    """Execute once with a fault; what was explained before must be what is done, as far as it comes."""
    plan = toy.plan(kinds)
    world.faults = {fault: _FAULT} if fault else {}
    told = explain(plan, journal)
    seen: list[Event] = []
    acts = {step.id: 0 for step in plan.steps}
    length = len(journal.entries())
    with contextlib.suppress(SourceError):
        execute(plan, world, journal, emit=seen.append, clock=SystemClock())
    finished = [event for event in seen if isinstance(event, StepFinished)]
    for entry in journal.entries()[length:]:
        if entry.kind.value == "intent":
            acts[entry.step] += 1
    for step, event in zip(told, finished, strict=False):
        assert event.step == step.id
        if step.state is State.DONE:
            assert acts[step.id] == 0
            assert event.already
        else:
            assert acts[step.id] == 1
    return len(finished) == len(plan.steps)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=_stories("ppovs"))
def test_resuming_reaches_the_end(toy: ModuleType, story: tuple[str, list[str]]) -> None:
    kinds, faults = story
    with tempfile.TemporaryDirectory() as home:
        store, world = Store.open(f"sqlite:///{home}/state.db"), toy.World(Path(home) / "world.json")
        with hold(store, "toy") as lease:
            journal = store.journal("toy", lease)
            finished = [_attempt(toy, world, journal, kinds, fault) for fault in faults]
            assert any(finished) or _attempt(toy, world, journal, kinds, None)
            journal.verify()
        assert world.values() == toy.end(kinds)
        store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=_stories("ppovs"))
def test_unwinding_reaches_the_beginning_or_refuses(toy: ModuleType, story: tuple[str, list[str]]) -> None:
    kinds, faults = story
    with tempfile.TemporaryDirectory() as home:
        store, world = Store.open(f"sqlite:///{home}/state.db"), toy.World(Path(home) / "world.json")
        for name, value in toy.beginning(kinds).items():
            world.put(name, value)
        with hold(store, "toy") as lease:
            journal = store.journal("toy", lease)
            for fault in faults or [None]:
                _attempt(toy, world, journal, kinds, fault)
            world.faults = {}
            switched = any(value == f"new {name}" and name[0] == "s" for name, value in world.values().items())
            try:
                unwind(toy.plan(kinds), world, journal, emit=silent, clock=SystemClock())
                assert not switched
                assert world.values() == toy.beginning(kinds)
            except SaysNo:
                assert switched
                assert not world.acts("undo")
        store.close()
