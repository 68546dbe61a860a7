"""The way back is proven when the marker of every task has come back: it is told once, and not before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import SaysNo
from migrate.events import ReverseWindowOpened
from migrate.stages.cutover.after import ProveRoundTrip
from migrate.stages.cutover.world import HandoverWorld
from tests.clocks import BEGINNING, HandClock


@dataclass
class Switched:
    """A cutover that has started its ways back; `silent` is the task whose marker does not come."""

    tasks: tuple[str, ...]
    silent: str = ""
    told: list[object] = field(default_factory=list)
    recorded: list[Any] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)

    def prove(self, task: str) -> Any:
        feeds = tuple(SimpleNamespace(name=name, back_task=f"{name}-back", back_marker=name) for name in self.tasks)
        limits = SimpleNamespace(reverse_window_hours=24.0)
        world: Any = SimpleNamespace(
            request=SimpleNamespace(run="cutover-1", feeds=feeds, limits=limits),
            arriving=SimpleNamespace(markers=SimpleNamespace(write=lambda *_: "0/1")),
            leaving=SimpleNamespace(markers=SimpleNamespace(seen=lambda marker, _: marker != self.silent)),
            journal=SimpleNamespace(record=lambda name, **facts: self.recorded.append((name, facts))),
            emit=self.told.append,
            clock=self.clock,
        )
        wait: Callable[..., float | None] = HandoverWorld.wait
        world.wait = lambda *args, **more: wait(world, *args, **more)
        return ProveRoundTrip(leaving="source", feed=task).apply(world, {})


def test_of_several_tasks_it_is_told_after_the_last() -> None:
    cutover = Switched(("main", "rest", "logs"))
    for task in ("main", "rest"):
        cutover.prove(task)
        assert (cutover.told, cutover.recorded) == ([], [])
    cutover.prove("logs")
    until = BEGINNING + timedelta(hours=24)
    assert cutover.told == [ReverseWindowOpened(until)]
    [(name, proof)] = cutover.recorded
    assert (name, proof["run"], proof["expires_at"]) == ("reverse-window", "cutover-1", until)
    assert proof["facts"]["tasks"] == ["main", "rest", "logs"]


def test_a_last_task_whose_marker_does_not_come_leaves_it_unproven() -> None:
    cutover = Switched(("main", "rest"), silent="rest")
    cutover.prove("main")
    with pytest.raises(SaysNo) as told:
        cutover.prove("rest")
    assert told.value.code == "CUT-091"
    assert (cutover.told, cutover.recorded) == ([], [])
