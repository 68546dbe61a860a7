"""After the switch: end the feed, start the way back, prove it with a round trip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import ReverseWindowOpened
from migrate.model.database import Position
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.model.replication import MigrationType, TaskSpec
from migrate.stages.cutover.close import CapturePosition
from migrate.stages.cutover.step import FeedStep, HandoverStep
from migrate.stages.cutover.world import HandoverWorld

ROUND_TRIP_SECONDS = 300.0


@dataclass(frozen=True)
class StopFeed(FeedStep):
    """Two feeds that run against each other would send every change round in a circle."""

    name: ClassVar[str] = "after/stop-feed"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"stop the task that fed the {self.arriving} ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.tasks.stop(self.of(world).task)
        return {}


@dataclass(frozen=True)
class RestTriggers(HandoverStep):
    """What fires for replicated rows too, or runs by itself, would act twice on the side that is fed from now on."""

    name: ClassVar[str] = "after/rest-triggers"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"put to rest what would act on the {self.leaving} by itself: triggers, events"

    def observe(self, world: HandoverWorld) -> Facts:
        return world.leaving.triggers.firing(world.request.schemas)

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.leaving.triggers.rest(before)
        return {}


@dataclass(frozen=True)
class StartWayBack(FeedStep):
    """A new task from the captured position: resuming the old one would echo. One that failed since goes on."""

    name: ClassVar[str] = "after/start-way-back"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"start the task that feeds the {self.leaving} from the noted position ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed = self.of(world)
        position = world.recall(f"{CapturePosition.name}:{self.feed}", "position")
        still = world.tasks.unresolved([feed.task])
        if still:
            raise SaysNo(
                f"the forward and the backward task must never run together: {', '.join(still)} is not stopped",
                code="CUT-090",
                hint="Stop it, then: aurora-migrate cutover resume",
                retryable=True,
            )
        world.tasks.ensure_task(
            TaskSpec(
                identifier=feed.back_task,
                direction=world.request.direction,
                type=MigrationType.CDC,
                tables=feed.tables,
                marker_table=world.arriving.markers.table(feed.back_marker),
                source_endpoint=feed.back_source.identifier,
                target_endpoint=feed.back_target.identifier,
                start_position=Position(position),
                tuning=feed.tuning,
            )
        )
        world.tasks.run(feed.back_task)
        return {"task": feed.back_task, "position": position}


@dataclass(frozen=True)
class ProveRoundTrip(FeedStep):
    """Until the marker of the last task is back, the status says: switched, way back not yet proven."""

    name: ClassVar[str] = "after/round-trip"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"prove the way back with a marker from the {self.arriving} ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed, request = self.of(world), world.request
        token = f"{request.run}/round-trip/{world.clock.now().isoformat()}"
        world.arriving.markers.write(feed.back_marker, token)
        seconds = world.wait(lambda: world.leaving.markers.seen(feed.back_marker, token), ROUND_TRIP_SECONDS)
        if seconds is None:
            raise SaysNo(
                f"switched, but the way back is not proven: no marker from task {feed.back_task}",
                code="CUT-091",
                hint="The application runs on the arriving side. Look at the task, then: aurora-migrate cutover resume",
                retryable=True,
            )
        if self.feed == request.feeds[-1].name:
            self._tell(world)
        return {"seconds": round(seconds, 3)}

    def _tell(self, world: HandoverWorld) -> None:
        """Once, after the last of them: a way back that only some tables have is none."""
        request = world.request
        deadline = world.clock.now() + timedelta(hours=request.limits.reverse_window_hours)
        facts: Facts = {"deadline": deadline.isoformat(), "tasks": [feed.name for feed in request.feeds]}
        world.emit(ReverseWindowOpened(deadline))
        world.journal.record("reverse-window", run=request.run, expires_at=deadline, facts=facts)


@dataclass(frozen=True)
class RetireFeed(FeedStep):
    """A slot of the old feed would fill the leaving side's disk. Its task is gone too: it must never run again."""

    name: ClassVar[str] = "after/retire-feed"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"delete the ended feed, and the slot that it kept on the {self.leaving} ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed = self.of(world)
        world.tasks.delete_task(feed.task)
        slot: object = feed.slot
        if slot is None and feed.slot_recorded is not None:
            recorded = world.memory.facts(feed.slot_recorded.step, run=feed.slot_recorded.run) or {}
            slot = recorded.get("slot")
        if isinstance(slot, str):
            world.leaving.log.drop_slot(slot)
        return {"slot": slot if isinstance(slot, str) else None}


@dataclass(frozen=True)
class DropFreezeSlot(HandoverStep):
    """It held the log since the freeze; nobody asks for that any more, and kept it would fill the disk."""

    name: ClassVar[str] = "after/drop-freeze-slot"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"drop the slot that watched the {self.leaving} under the freeze"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.leaving.log.drop_slot(world.request.freeze_slot)
        return {}
