"""What contradicts DMS's word on the feeds of a handover."""

from __future__ import annotations

from collections.abc import Callable

from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.model.feed_status import HonestyFinding
from migrate.model.handover import Feed
from migrate.model.watching import FeedLook, Look
from migrate.stages.cutover.world import HandoverWorld
from migrate.stages.replicate.watching.assemble import assemble
from migrate.stages.replicate.watching.honesty.rows import unapplied
from migrate.stages.replicate.watching.look import FeedRequest, LookRequest, Watcher

NEEDED = ("task", "terms", "control", "known", "log", "probes")
"""Without these a look proves nothing; CloudWatch and its logs may be closed to who runs this."""
APART_SECONDS = 1.0
CATCH_UP_SECONDS = 20.0
"""Changes of a table without a key that were read may be under way; later than this they are lost."""


def honesty(world: HandoverWorld) -> tuple[HonestyFinding, ...]:
    """Findings about every feed. Raises AwsError where too little of one could be seen, whether or not it is there."""
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
    watcher = Watcher(asked, world.leaving, world.arriving, world.tasks, world.watch, world.clock)
    before, look = _looks(watcher.look, world.clock)
    return assemble(look, before, lag_limit=request.limits.lag_seconds).findings


def _looks(take: Callable[[], Look], clock: Clock) -> tuple[Look | None, Look]:
    """One look; where changes of a table without a key wait, also the first one, which had read what should be applied
    by the last."""
    first = look = _whole(take())
    began = clock.monotonic()
    while any(unapplied(feed, then) for feed, then in zip(look.feeds, first.feeds, strict=True)):
        if clock.monotonic() - began > CATCH_UP_SECONDS:
            break
        clock.sleep(APART_SECONDS)
        look = _whole(take())
    return (None, look) if look is first else (first, look)


def _whole(look: Look) -> Look:
    for feed in look.feeds:
        lacking = [] if feed.gone else _lacking(feed)
        if lacking:
            raise AwsError(
                f"{feed.identifier}: {'; '.join(feed.unseen) or 'nothing is told'} ({', '.join(lacking)})",
                code="CUT-021",
                hint="Run: aurora-migrate replicate status",
            )
    return look


def _lacking(feed: FeedLook) -> list[str]:
    lacking = [name for name in NEEDED if getattr(feed, name) is None]
    if feed.control is not None and feed.control.suspended is None:
        lacking.append("suspended tables")
    return lacking


def feed_slot(world: HandoverWorld, feed: Feed) -> str | None:
    """The slot that the feed reads; DMS named that of its first task, and the journal has it."""
    if feed.slot is not None or feed.slot_recorded is None:
        return feed.slot
    noted = (world.memory.facts(feed.slot_recorded.step, run=feed.slot_recorded.run) or {}).get("slot")
    return noted if isinstance(noted, str) else None
