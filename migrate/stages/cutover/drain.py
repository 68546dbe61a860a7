"""Step 2: a marker per task, committed on the leaving side, awaited on the arriving side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import LagSeen
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import FeedStep
from migrate.stages.cutover.world import HandoverWorld


@dataclass(frozen=True)
class Drain(FeedStep):
    """Never trusts latency metrics or a task's status: only a row that made the journey.

    A marker passes suspended tables, so `gates/frozen` asks table states and apply exceptions again afterwards.
    """

    name: ClassVar[str] = "drain/marker"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"write a marker on the {self.leaving} and await it on the {self.arriving} ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed, budget = self.of(world), world.request.limits.freeze_budget_seconds
        token = f"{world.request.run}/drain/{world.clock.now().isoformat()}"
        position = world.leaving.markers.write(feed.marker, token)
        seconds = world.wait(lambda: world.arriving.markers.seen(feed.marker, token), budget, interval=0.01)
        if seconds is None:
            raise SaysNo(
                f"the marker of task {feed.task} did not arrive within {budget:g} s",
                code="CUT-040",
                hint="Nothing was switched. Find what holds the task up (replicate status), then try again.",
                retryable=True,
            )
        world.emit(LagSeen(feed.task, seconds, arrived=True))
        return {"token": token, "position": position, "seconds": round(seconds, 3)}
