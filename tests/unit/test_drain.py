"""The drain under the freeze: the marker is all that counts, and a task that stands is not waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import AwsError, SaysNo
from migrate.stages.cutover.drain import LOOK_SECONDS, SPARE_SECONDS, Drain
from migrate.stages.cutover.world import HandoverWorld
from tests.clocks import HandClock

BUDGET = 30.0


@dataclass
class Freeze:
    """One task under a freeze; `arrives` is the second in which its marker is there, `standing` what AWS says."""

    arrives: float | None = None
    standing: Callable[[float], str | None] = lambda _: None
    clock: HandClock = field(default_factory=HandClock)
    looks: list[float] = field(default_factory=list)

    def seconds(self) -> float:
        return self.clock.monotonic() - HandClock().monotonic()

    def drain(self) -> Any:
        seen = lambda *_: self.arrives is not None and self.seconds() >= self.arrives  # noqa: E731
        feed = SimpleNamespace(name="main", task="shop-main", marker="marker")
        limits = SimpleNamespace(freeze_budget_seconds=BUDGET)
        world: Any = SimpleNamespace(
            request=SimpleNamespace(run="cutover-1", feeds=(feed,), limits=limits),
            leaving=SimpleNamespace(markers=SimpleNamespace(write=lambda *_: "0/1")),
            arriving=SimpleNamespace(markers=SimpleNamespace(seen=seen)),
            tasks=SimpleNamespace(standing=self._look),
            clock=self.clock,
            emit=lambda _: None,
            freeze_left=lambda: BUDGET - self.seconds(),
        )
        world.wait = lambda *args, **more: HandoverWorld.wait(world, *args, **more)
        return Drain(leaving="source", feed="main").apply(world, {})

    def _look(self, _: str) -> str | None:
        self.looks.append(self.seconds())
        return self.standing(self.seconds())


def test_a_marker_that_comes_at_once_asks_nothing_of_aws() -> None:
    freeze = Freeze(arrives=0.5)
    assert freeze.drain()["seconds"] == pytest.approx(0.5, abs=0.02)
    assert not freeze.looks


def test_a_marker_that_takes_long_is_waited_for_while_its_task_runs() -> None:
    freeze = Freeze(arrives=20.0)
    assert freeze.drain()["seconds"] == pytest.approx(20.0, abs=0.02)
    assert len(freeze.looks) == 9


def test_a_task_that_failed_ends_the_freeze_long_before_its_budget() -> None:
    freeze = Freeze(standing=lambda at: "the target refused a row" if at > 3 else None)
    with pytest.raises(SaysNo, match="the target refused a row") as told:
        freeze.drain()
    assert told.value.code == "CUT-041"
    assert freeze.seconds() < 2 * LOOK_SECONDS + 0.1


def test_a_task_that_stopped_behind_its_marker_has_done_its_work() -> None:
    freeze = Freeze()

    def arrives_with_the_look(at: float) -> str:
        freeze.arrives = at
        return "stopped"

    freeze.standing = arrives_with_the_look
    assert freeze.drain()["seconds"] >= LOOK_SECONDS


@pytest.mark.parametrize(("takes", "looks"), [(0.0, 13), (1.0, 1)])
def test_an_aws_that_takes_its_time_to_refuse_is_asked_once_and_the_budget_is_kept(takes: float, looks: int) -> None:
    freeze = Freeze()

    def silent(_: float) -> str | None:
        freeze.clock.sleep(takes)
        raise AwsError("no answer", code="AWS-NO-ANSWER")

    freeze.standing = silent
    with pytest.raises(SaysNo) as told:
        freeze.drain()
    assert told.value.code == "CUT-040"
    assert len(freeze.looks) == looks
    assert freeze.seconds() == pytest.approx(BUDGET - SPARE_SECONDS, abs=0.1)


def test_answers_that_take_as_long_as_they_may_keep_the_budget_too() -> None:
    freeze = Freeze()

    def slow(_: float) -> None:
        freeze.clock.sleep(1.0)

    freeze.standing = slow
    with pytest.raises(SaysNo):
        freeze.drain()
    assert freeze.seconds() == pytest.approx(BUDGET - SPARE_SECONDS, abs=0.1)


def test_what_the_freeze_took_before_is_taken_off_the_wait() -> None:
    freeze = Freeze()
    freeze.clock.sleep(12.0)
    with pytest.raises(SaysNo, match=r"did not arrive within 17\.7 s"):
        freeze.drain()
    assert freeze.seconds() == pytest.approx(BUDGET - SPARE_SECONDS, abs=0.1)
