"""A model that cannot fail proves nothing: take a safeguard out, and the same stories end badly."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.settings import Settings
from migrate.stages.cutover import after, ask, close, drain, freeze, prepare, prove
from migrate.stages.cutover import open as opening
from migrate.stages.cutover.step import HandoverStep
from tests.protocol.conftest import kept
from tests.protocol.operator_at_work import MemorySession, Operator, Stage
from tests.protocol.world import Trouble

SEEDS = range(20)
ASLEEP_AT = ("source: close the fence", "target: restore triggers", "target: open the fence", "source: rest triggers")


def nothing(self: HandoverStep, world: Any, before: Any) -> dict[str, Any]:
    return {}


def without(patch: pytest.MonkeyPatch, *steps: type[HandoverStep]) -> None:
    for step in steps:
        patch.setattr(step, "apply", nothing)


begun = after.StartWayBack.apply


def from_where_the_log_ends(self: after.StartWayBack, world: Any, before: Any) -> dict[str, Any]:
    here = world.arriving.log.position()
    object.__setattr__(world, "recall", lambda step, fact: here)
    return begun(self, world, before)


def unasked(self: HandoverStep, world: Any, before: Any) -> dict[str, Any]:
    world.arriving.fence.open({"admits": True})
    return {}


def unfenced(self: HandoverStep, world: Any, before: Any) -> dict[str, Any]:
    return {"frozen_at": world.leaving.log.position()}


def no_fence(patch: pytest.MonkeyPatch) -> None:
    without(patch, freeze.Fence, freeze.EndSessions, prove.ProveQuiet, prove.ProveEqual)
    patch.setattr(freeze.ProveFenced, "apply", unfenced)
    patch.setattr(opening.OpenArriving, "apply", unasked)


def no_drain(patch: pytest.MonkeyPatch) -> None:
    without(patch, drain.Drain, prove.ProveEqual, ask.AskFrozenGates)


def feed_left_open(patch: pytest.MonkeyPatch) -> None:
    without(patch, close.LockFeedAccount, close.ProveLocked)


def way_back_too_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(after.StartWayBack, "apply", from_where_the_log_ends)
    without(patch, prepare.NarrowProof, prove.ProveEqual)


def numbers_not_raised(patch: pytest.MonkeyPatch) -> None:
    without(patch, prepare.RaiseSequences, prove.VerifySequences, ask.AskPreflightGates)


def triggers_not_rested(patch: pytest.MonkeyPatch) -> None:
    without(patch, after.RestTriggers)


SABOTAGES = (no_fence, no_drain, feed_left_open, way_back_too_late, numbers_not_raised, triggers_not_rested)


def ends_badly(operator: Operator) -> bool:
    """There, back, and there again; whether anything was lost, doubled, stale, or open twice."""
    stage = operator.stage
    for command in (operator.approve_and_cut_over, operator.roll_back, operator.approve_and_cut_over):
        command()
        try:
            for _ in range(40):
                stage.world.pass_time()
            kept(stage.world, stage.secrets.owner())
        except AssertionError:
            return True
    return False


def test_with_every_safeguard_nothing_ends_badly(migration: Settings) -> None:
    assert not any(ends_badly(Stage.set_up(migration, seed).operator()) for seed in SEEDS)


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda one: one.__name__)
def test_without_it_something_does(migration: Settings, monkeypatch: pytest.MonkeyPatch, sabotage: Any) -> None:
    sabotage(monkeypatch)
    assert any(ends_badly(Stage.set_up(migration, seed).operator()) for seed in SEEDS)


def asleep_ends_badly(migration: Settings, act: str) -> bool:
    stage = Stage.set_up(migration, seed=1)
    operator, colleague = stage.operator(), stage.operator()

    def there_and_back() -> None:
        colleague.resume()
        colleague.roll_back()

    stage.world.other_operator = there_and_back
    stage.world.trouble = (Trouble.ASLEEP, act)
    operator.approve_and_cut_over()
    assert stage.world.trouble is None, "it was never met"
    operator.settle()
    for _ in range(40):
        stage.world.pass_time()
    return bool(stage.world.violations) or not stage.world.stores[stage.secrets.owner()].admits


@pytest.mark.parametrize("act", ASLEEP_AT)
def test_without_fencing_numbers_a_sleeper_does_harm(
    migration: Settings, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    assert not asleep_ends_badly(migration, act)
    monkeypatch.setattr(MemorySession, "number_on_databases", property(lambda self: 10**6))
    assert asleep_ends_badly(migration, act)
