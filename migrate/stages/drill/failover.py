"""The failover drill: the target loses its writer while rows are written, and the feed goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.clock import Clock
from migrate.errors import SaysNo
from migrate.events import Emit, Noted
from migrate.model.drill import FAILOVER_MARKER, FailoverDrill, Members
from migrate.ports.database import Database
from migrate.ports.failovers import Failovers
from migrate.stages.drill.patience import Patience, answered
from migrate.stages.drill.writes import SteadyWrites

CALM_WRITES = 20
"""Before and after: enough to know how long a write takes when nothing happens."""
LIMIT_SECONDS = 900.0
"""A failover takes Aurora a minute at most (aurora.md); whatever is not back by then is a matter for people."""
WORK = "failover"


@dataclass(frozen=True)
class DrillWorld:
    cluster: str
    target: Database
    source: Database
    failovers: Failovers
    markers: Sequence[str]
    """Of the tasks that feed the target; none where nothing is replicated."""
    emit: Emit
    clock: Clock

    @property
    def patience(self) -> Patience:
        return Patience(WORK, LIMIT_SECONDS, self.clock, self.emit)


def failover(world: DrillWorld, members: Members, run: str) -> FailoverDrill:
    """Raises SaysNo(DRL-004) when writes are not taken before anything is done, (DRL-005) when the target is not back
    within a quarter of an hour, (DRL-006) when an acknowledged row is gone or a feed does not come through."""
    world.target.markers.prepare([FAILOVER_MARKER])
    clock = world.clock
    with SteadyWrites(world.target.markers, FAILOVER_MARKER, run, clock) as writes:
        began = clock.monotonic()
        if not world.patience.until(lambda: writes.begun_since(began) >= CALM_WRITES, "rows before it"):
            raise SaysNo(
                f"{world.cluster} took no {CALM_WRITES} rows within {LIMIT_SECONDS:g} s",
                code="DRL-004",
                hint="Nothing was done. See what keeps it: aurora-migrate doctor",
            )
        struck = clock.monotonic()
        world.failovers.begin(world.cluster, members)
        world.emit(Noted(_begun(world.cluster, members)))
        after = _back(world, members, writes)
    lost = tuple(
        token for token in writes.acknowledged if not world.patience.there(world.target.markers, FAILOVER_MARKER, token)
    )
    drilled = FailoverDrill(
        cluster=world.cluster,
        writer=members.writer,
        successor=after.writer,
        outage_seconds=writes.longest_gap(),
        acknowledged=len(writes.acknowledged),
        lost=lost,
        feed_seconds=_through(world, run) if world.markers else None,
    )
    world.emit(Noted(f"{world.cluster} is back, {clock.monotonic() - struck:.1f} s after the call"))
    return drilled


def _begun(cluster: str, members: Members) -> str:
    if members.readers:
        return f"{cluster}: a reader takes over from {members.writer}"
    return f"{cluster}: {members.writer} is rebooted, there is no reader to take over"


def _back(world: DrillWorld, members: Members, writes: SteadyWrites) -> Members:
    """Until RDS tells another writer, where there can be one, and rows are taken again that were begun after that."""
    found: list[Members] = []

    def turned() -> bool:
        now = world.failovers.members(world.cluster)
        found[:] = [now]
        return now.available and bool(now.writer) and (not members.readers or now.writer != members.writer)

    if world.patience.until(lambda: answered(turned), "until RDS tells that it is over"):
        seen = world.clock.monotonic()
        if world.patience.until(lambda: writes.begun_since(seen) >= CALM_WRITES, "until rows are taken again"):
            return found[0]
    raise SaysNo(
        f"{world.cluster} is not back after {LIMIT_SECONDS:g} s: "
        + (f"its writer is {found[0].writer or 'nobody'}" if found else "RDS does not tell its members"),
        code="DRL-005",
        hint="Look at the cluster's events in the RDS console before anything else is done to it.",
    )


def _through(world: DrillWorld, run: str) -> float:
    """Seconds until a marker has come through each task. Raises SaysNo(DRL-006)."""
    began = world.clock.monotonic()
    for marker in world.markers:
        token = f"{run}/feed"
        world.source.markers.write(marker, token)

        def arrived(marker: str = marker, token: str = token) -> bool:
            return answered(lambda: world.target.markers.seen(marker, token))

        if not world.patience.until(arrived, f"until a marker came through ({marker})"):
            raise SaysNo(
                f"after the failover nothing comes through the task of marker {marker} within {LIMIT_SECONDS:g} s",
                code="DRL-006",
                hint="See what the task says: aurora-migrate replicate status. Often: aurora-migrate replicate start",
            )
    return world.clock.monotonic() - began
