"""What the gates look at, looked for when it is asked for. What cannot be seen is None, and None is not open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from migrate.errors import MigrateError, SaysNo
from migrate.events import LagSeen, Noted
from migrate.model import alike
from migrate.model.cutover import Backlog, Evidence, Limits, Ownership, TaskView
from migrate.model.database import Side
from migrate.model.feed_status import HonestyFinding
from migrate.model.handover import Feed, Recorded
from migrate.model.inventory import Discrepancy, foremost, unexpected
from migrate.model.json import Facts
from migrate.model.upkeep import Upkeep
from migrate.stages.assess.record import drift_now
from migrate.stages.cutover.consent import consented_to, standing
from migrate.stages.cutover.honesty import honesty
from migrate.stages.cutover.world import HandoverWorld
from migrate.stages.schema_diff import schema_diff
from migrate.stages.validate.taking import predicted

T = TypeVar("T")


@dataclass
class LiveView:
    """A `model.cutover.CutoverView` of the world as it is. A signal that cannot be had raises nothing: it is None."""

    world: HandoverWorld
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.world.clock.now()

    @property
    def leaving(self) -> Side:
        return self.world.request.leaving

    @property
    def plan_digest(self) -> str:
        return self.world.plan_digest

    @property
    def limits(self) -> Limits:
        return self.world.request.limits

    @property
    def switched(self) -> str:
        return self.world.request.systems.switched

    @cached_property
    def owner(self) -> Ownership | None:
        return self._seen(self.world.traffic.owner)

    @cached_property
    def schema_differences(self) -> tuple[str, ...] | None:
        return self._seen(lambda: _schema_differences(self.world))

    @cached_property
    def schema_changes(self) -> tuple[str, ...] | None:
        return self._seen(lambda: _schema_changes(self.world))

    @cached_property
    def assessment(self) -> Evidence | None:
        return self._latest("assessment")

    @cached_property
    def validation(self) -> Evidence | None:
        return self._latest("validation")

    @cached_property
    def backlog(self) -> Backlog | None:
        return self._seen(lambda: _backlog(self.world, self.validation))

    @cached_property
    def way_back(self) -> Evidence | None:
        """Only this handover's own probes count; of the newest of each task the one that expires first."""
        request = self.world.request
        mine = [e for e in self.world.journal.evidence("way-back") if e.facts.get("number") == request.number]
        newest = {e.facts.get("task"): e for e in mine}
        probes = [newest[feed.name] for feed in request.feeds if feed.name in newest]
        whole = probes and len(probes) == len(request.feeds)
        return min(probes, key=lambda probe: probe.expires_at) if whole else None

    @cached_property
    def approvals(self) -> tuple[Evidence, ...]:
        return standing(self.world.journal, self.world.request.run)

    @cached_property
    def consented_to(self) -> Facts:
        return consented_to(self.world.journal)

    @cached_property
    def tasks(self) -> tuple[TaskView, ...] | None:
        return self._seen(lambda: tuple(_task(self.world, feed) for feed in self.world.request.feeds))

    @cached_property
    def long_transactions(self) -> tuple[str, ...] | None:
        friends, seconds = self.world.request.friends(self.leaving), self.limits.transaction_seconds
        return self._seen(lambda: tuple(self.world.leaving.activity.long_transactions(seconds, friends)))

    @cached_property
    def prepared_transactions(self) -> tuple[str, ...] | None:
        return self._seen(lambda: tuple(self.world.leaving.activity.prepared_transactions()))

    @cached_property
    def servers(self) -> dict[str, str] | None:
        world = self.world
        return self._seen(lambda: {side.value: world.side(side).identity().server for side in Side})

    @cached_property
    def sequences_behind(self) -> tuple[str, ...] | None:
        world = self.world
        return self._seen(
            lambda: tuple(world.arriving.sequences.behind(world.leaving.sequences.values(world.request.schemas)))
        )

    @cached_property
    def strangers(self) -> tuple[str, ...] | None:
        world, request = self.world, self.world.request

        def look() -> tuple[str, ...]:
            known = (world.traffic.credentials().user, *request.known_logins, *request.friends(request.leaving))
            return tuple(world.leaving.activity.sessions(known))

        return self._seen(look)

    @cached_property
    def intruders(self) -> tuple[str, ...] | None:
        arriving, friends = self.world.arriving, self.world.request.friends(self.world.request.arriving)
        return self._seen(lambda: (*arriving.activity.sessions(friends), *arriving.fence.doors(friends)))

    @cached_property
    def findings(self) -> tuple[HonestyFinding, ...] | None:
        return self._seen(lambda: honesty(self.world))

    @cached_property
    def upkeep(self) -> Upkeep | None:
        return self._seen(lambda: self.world.upkeeps.read(self.world.request.cluster))

    def _seen(self, look: Callable[[], T]) -> T | None:
        try:
            return look()
        except MigrateError as problem:
            self.world.emit(Noted(f"a gate's signal cannot be seen: {problem}", warning=True))
            return None

    def _latest(self, name: str) -> Evidence | None:
        found = self.world.journal.evidence(name)
        return found[-1] if found else None


def _backlog(world: HandoverWorld, validation: Evidence | None) -> Backlog:
    witness, facts = world.witness, validation.facts if validation else {}
    source, target = witness.behind()
    remains = world.residue.load()
    whole = sorted(table for table, one in remains.items() if one.keys is None) if witness.slot else witness.tables
    tables = tuple(str(table) for table in whole)
    return Backlog(
        source_bytes=source,
        target_bytes=target,
        keys=sum(len(one.keys or ()) for one in remains.values()),
        tables=tables,
        whole_seconds=predicted(facts.get("taking"), tables, witness.workers),
        blind="" if witness.slot else str(facts.get("blind") or "no log is held since the last validation"),
    )


def _schema_differences(world: HandoverWorld) -> tuple[str, ...]:
    """In every aspect, on the way to Aurora. On the way back only what rows hang on: who goes back is in a hurry."""
    schemas, leaving, arriving = world.request.schemas, world.request.leaving, world.request.arriving
    if leaving is Side.SOURCE:
        return tuple(str(each) for each in foremost(unexpected(differences_now(world, world.request.rested_by))))
    catalogs = {
        Side.SOURCE: world.source.schema.copied(world.source.catalog(schemas)),
        Side.TARGET: world.target.catalog(schemas),
    }
    return alike.differences(catalogs[leaving], catalogs[arriving], (leaving.value, arriving.value))


def differences_now(world: HandoverWorld, rested_by: Recorded) -> tuple[Discrepancy, ...]:
    """Both schemas' differences; `rested_by` is the step that put triggers to rest where they rest now."""
    request = world.request
    return schema_diff(
        world.source,
        world.target,
        request.schemas,
        friends=tuple(dict.fromkeys((*request.source_friends, *request.target_friends))),
        resting=world.memory.before(rested_by.step, run=rested_by.run),
        accepted=request.accepted_differences,
        roles=request.roles,
    )


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
    if lag is not None:
        world.emit(LagSeen(feed.task, lag, arrived=True))
    exceptions = world.arriving.apply_exceptions(world.request.control_schema)
    return TaskView(task=task, lag_seconds=lag, apply_exceptions=exceptions)
