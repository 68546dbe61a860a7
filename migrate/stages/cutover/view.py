"""Collects what the gates look at. What cannot be seen becomes None, and None is not open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from migrate.errors import MigrateError, SaysNo
from migrate.events import Noted
from migrate.model import alike
from migrate.model.cutover import Backlog, CutoverView, Evidence, TaskView
from migrate.model.database import Side
from migrate.model.gate import Moment
from migrate.model.handover import Feed
from migrate.model.journal import Kind
from migrate.stages.assess.record import drift_now
from migrate.stages.cutover.honesty import honesty
from migrate.stages.cutover.world import HandoverWorld

T = TypeVar("T")


def collect(world: HandoverWorld, moment: Moment) -> CutoverView:
    """Look at everything once. Raises nothing for a signal that cannot be had."""
    request = world.request
    friends, limits = request.friends(request.leaving), request.limits
    activity = world.leaving.activity
    return CutoverView(
        now=world.clock.now(),
        leaving=request.leaving,
        plan_digest=world.plan_digest,
        limits=limits,
        owner=_seen(world, world.traffic.owner),
        schema_differences=_seen(world, lambda: _schema_differences(world)),
        schema_changes=_seen(world, lambda: _schema_changes(world)),
        assessment=_latest(world, "assessment"),
        validation=_latest(world, "validation"),
        backlog=_seen(world, lambda: _backlog(world)),
        way_back=_way_back(world),
        approvals=_approvals(world),
        tasks=_seen(world, lambda: tuple(_task(world, feed) for feed in request.feeds)),
        long_transactions=_seen(world, lambda: tuple(activity.long_transactions(limits.transaction_seconds, friends))),
        prepared_transactions=_seen(world, lambda: tuple(activity.prepared_transactions())),
        findings=_seen(world, lambda: honesty(world)) if moment is Moment.PREFLIGHT else None,
    )


def _seen(world: HandoverWorld, look: Callable[[], T]) -> T | None:
    try:
        return look()
    except MigrateError as problem:
        world.emit(Noted(f"a gate's signal cannot be seen: {problem}", warning=True))
        return None


def _backlog(world: HandoverWorld) -> Backlog:
    source, target = world.witness.behind()
    remains = world.residue.load()
    return Backlog(
        source_bytes=source,
        target_bytes=target,
        keys=sum(len(one.keys or ()) for one in remains.values()),
        tables=tuple(str(table) for table in sorted(remains) if remains[table].keys is None),
    )


def _latest(world: HandoverWorld, name: str) -> Evidence | None:
    found = world.journal.evidence(name)
    return found[-1] if found else None


def _way_back(world: HandoverWorld) -> Evidence | None:
    """Only this handover's own probe counts."""
    mine = [e for e in world.journal.evidence("way-back") if e.facts.get("number") == world.request.number]
    probed = {e.facts.get("task") for e in mine}
    return mine[-1] if mine and probed >= {feed.name for feed in world.request.feeds} else None


def _approvals(world: HandoverWorld) -> tuple[Evidence, ...]:
    """A failed gate destroys the permission: approvals older than this run's last closed gate do not count."""
    refused = [
        entry.at
        for entry in world.journal.entries(run=world.request.run, kind=Kind.GATE)
        if entry.body.get("answer") != "open" and entry.body.get("gate") != "approved"
    ]
    return tuple(a for a in world.journal.evidence("approval") if not refused or a.taken_at > refused[-1])


def _schema_differences(world: HandoverWorld) -> tuple[str, ...]:
    schemas, leaving, arriving = world.request.schemas, world.request.leaving, world.request.arriving
    catalogs = {
        Side.SOURCE: world.source.schema.copied(world.source.catalog(schemas)),
        Side.TARGET: world.target.catalog(schemas),
    }
    return alike.differences(catalogs[leaving], catalogs[arriving], (leaving.value, arriving.value))


def _schema_changes(world: HandoverWorld) -> tuple[str, ...] | None:
    drift = drift_now(world.journal, world.source)
    return drift.told if drift else None


def _task(world: HandoverWorld, feed: Feed) -> TaskView:
    task = world.tasks.describe(feed.task)
    if task is None:
        raise SaysNo(f"there is no DMS task {feed.task}", code="CUT-002", hint="Run: aurora-migrate replicate status")
    token = f"{world.request.run}/lag/{world.clock.now().isoformat()}"
    world.leaving.markers.write(feed.marker, token)
    lag = world.wait(lambda: world.arriving.markers.seen(feed.marker, token), 4 * world.request.limits.lag_seconds)
    exceptions = world.arriving.apply_exceptions(world.request.control_schema)
    return TaskView(task=task, lag_seconds=lag, apply_exceptions=exceptions)
