"""What contradicts DMS's word on the feeds of a handover."""

from __future__ import annotations

from migrate.errors import AwsError
from migrate.model.feed_status import HonestyFinding
from migrate.model.handover import Feed
from migrate.stages.cutover.world import HandoverWorld
from migrate.stages.replicate.watching.assemble import assemble
from migrate.stages.replicate.watching.look import FeedRequest, LookRequest, Watcher

NEEDED = ("task", "terms", "control", "log", "probes")
"""Without these a look proves nothing; CloudWatch and its logs may be closed to who runs this."""


def honesty(world: HandoverWorld) -> tuple[HonestyFinding, ...]:
    """Findings of one look at every feed. Raises AwsError where too little of a feed could be seen."""
    request = world.request
    asked = LookRequest(
        migration=request.migration,
        leaving=request.leaving,
        feeds=tuple(
            FeedRequest(identifier=feed.task, marker=feed.marker, tables=feed.tables, slot=feed_slot(world, feed))
            for feed in request.feeds
        ),
        control_schema=request.control_schema,
        our_slots=request.freeze_slot.rpartition("freeze")[0],
    )
    look = Watcher(asked, world.leaving, world.arriving, world.tasks, world.watch, world.clock).look()
    for feed in look.feeds:
        lacking = [name for name in NEEDED if getattr(feed, name) is None]
        if feed.task is not None and lacking:
            raise AwsError(
                f"{feed.identifier}: {'; '.join(feed.unseen) or 'nothing is told'} ({', '.join(lacking)})",
                code="CUT-021",
                hint="Run: aurora-migrate replicate status",
            )
    return assemble(look, lag_limit=request.limits.lag_seconds).findings


def feed_slot(world: HandoverWorld, feed: Feed) -> str | None:
    """The slot that the feed reads; DMS named that of its first task, and the journal has it."""
    if feed.slot is not None or feed.slot_recorded is None:
        return feed.slot
    noted = (world.memory.facts(feed.slot_recorded.step, run=feed.slot_recorded.run) or {}).get("slot")
    return noted if isinstance(noted, str) else None
