"""Step 2: a marker per task, committed on the leaving side, awaited on the arriving side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import AwsError, SaysNo
from migrate.events import LagSeen
from migrate.model.handover import Feed
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import FeedStep
from migrate.stages.cutover.world import HandoverWorld

LOOK_SECONDS = 2.0
"""A marker that takes longer may have nobody to carry it: so often the task is looked at meanwhile."""
LAST_LOOK_SECONDS = 4.0
"""Before the end of the budget: AWS may keep its answer, and the application is not to wait longer for that."""
QUICK_SECONDS = 0.5
SPARE_SECONDS = 0.3
"""Of the budget: whoever ends it here can say which task was late."""


@dataclass(frozen=True)
class Drain(FeedStep):
    """Never trusts latency metrics or a task's status: only a row that made the journey.

    A marker passes suspended tables, so `gates/frozen` asks table states and apply exceptions again afterwards. A task
    that stands carries none: the application is not kept out of both sides for the rest of the budget.
    """

    name: ClassVar[str] = "drain/marker"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"write a marker on the {self.leaving} and await it on the {self.arriving} ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed, budget = self.of(world), max(world.freeze_left() - SPARE_SECONDS, 0.0)
        token = f"{world.request.run}/drain/{world.clock.now().isoformat()}"
        position = world.leaving.markers.write(feed.marker, token)
        waited, looking = 0.0, True
        while True:
            left = budget - waited
            turn = min(LOOK_SECONDS, left) if looking and left > LAST_LOOK_SECONDS else left
            began = world.clock.monotonic()
            seconds = world.wait(lambda: world.arriving.markers.seen(feed.marker, token), turn, interval=0.01)
            if seconds is not None:
                world.emit(LagSeen(feed.task, waited + seconds, arrived=True))
                return {"token": token, "position": position, "seconds": round(waited + seconds, 3)}
            if turn == left:
                raise SaysNo(
                    f"the marker of task {feed.task} did not arrive within {budget:.1f} s",
                    code="CUT-040",
                    hint="Nothing was switched. Find what holds the task up (replicate status), then try again.",
                    retryable=True,
                )
            looking = _require_carried(world, feed, token)
            waited += world.clock.monotonic() - began


def _require_carried(world: HandoverWorld, feed: Feed, token: str) -> bool:
    """Raises SaysNo(CUT-041) where the task stands and what it carried before came without the marker.

    False where AWS takes its time: it is not asked again, for meanwhile nobody looks for the marker.
    """
    began = world.clock.monotonic()
    try:
        why = world.tasks.standing(feed.task)
    except AwsError:
        return world.clock.monotonic() - began < QUICK_SECONDS
    if why is not None and not world.arriving.markers.seen(feed.marker, token):
        raise SaysNo(
            f"task {feed.task} carries nothing any more, and its marker did not arrive: {why}",
            code="CUT-041",
            hint="Nothing was switched. Mend what the reason names. Then, with no run open: aurora-migrate replicate"
            " resume; with one open: aurora-migrate cutover resume",
        )
    return True
