"""The restore drill: another cluster is made of the target's, as it can be restored now, and looked into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from migrate.clock import Clock
from migrate.errors import MigrateError, SaysNo
from migrate.events import Emit, Noted, Progressed
from migrate.model.drill import RestoreDrill
from migrate.ports.database import Database
from migrate.ports.restores import Restores
from migrate.stages.drill.patience import Patience, answered
from migrate.stages.drill.writes import SteadyWrites

MARKER = "restore"
ROWS = 20
PAUSE_SECONDS = 0.2
"""Between two rows, for up to five minutes of them are written: RDS is so much behind with what it can restore."""
SKEW_SECONDS = 2.0
"""So far beyond the first row's time RDS must be: its clock is not this machine's."""
BEFORE_SECONDS = 1800.0
LIMIT_SECONDS = 4 * 3600.0
"""A restore copies the whole volume; how long that takes is what is measured."""
WORK = "restore"


@dataclass(frozen=True)
class RestoreWorld:
    cluster: str
    target: Database
    restores: Restores
    opened: Callable[[str, int], AbstractContextManager[Database]]
    """The restored cluster's database at its host and port, with the toolkit's own login, which is in its data."""
    emit: Emit
    clock: Clock
    look_seconds: float
    """How often RDS is asked."""

    def patience(self, limit_seconds: float) -> Patience:
        return Patience(WORK, limit_seconds, self.clock, self.emit, self.look_seconds)


def restore(world: RestoreWorld, name: str, run: str) -> RestoreDrill:
    """Make the cluster `name` and compare. It stands afterwards; see `taken_down`.

    Raises SaysNo(DRL-009) when nothing is written that RDS can restore before anything is done, (DRL-010) when the
    restored cluster does not answer within four hours.
    """
    tables = _tables(world.target)
    world.target.markers.prepare([MARKER])
    with SteadyWrites(world.target.markers, MARKER, run, world.clock, PAUSE_SECONDS) as writes:
        _written(world, writes)
        called = world.clock.monotonic()
        world.restores.begin(world.cluster, name)
        world.emit(Noted(f"{world.cluster}: {name} is made of it"))
    host, port = _up(world, name)
    with world.opened(host, port) as restored:
        _answers(world, restored, name)
        recovered = world.clock.monotonic()
        world.emit(Noted(f"{name} answers, {recovered - called:.1f} s after the call"))
        there = _there(world, restored, writes)
        missing_tables = tables - _tables(restored)
    return _measured(world.cluster, name, writes, there, called, recovered, tables, missing_tables)


@contextmanager
def taken_down(world: RestoreWorld, name: str) -> Iterator[None]:
    """Delete the restored cluster after the block. Where the block itself failed, that is what is told, and a cluster
    that could not be deleted is named beside it."""
    try:
        yield
    except BaseException:
        try:
            world.restores.remove(name)
        except MigrateError as problem:
            told = f"{name} is still there, and costs: {problem}. The next drill restore, and cleanup, delete it"
            world.emit(Noted(told, warning=True))
        raise
    world.restores.remove(name)


def judge(drilled: RestoreDrill) -> None:
    """Raises SaysNo when an acknowledged row is missing before one that is there (DRL-011), a table (DRL-012), or every
    row (DRL-013)."""
    if drilled.missing:
        raise SaysNo(
            f"{len(drilled.missing)} acknowledged rows are missing after the restore, and a later one is there",
            code="DRL-011",
            hint="A restore gives one moment, whole: do not rely on it before AWS has explained this.",
        )
    if not drilled.found:
        raise SaysNo(
            f"none of {drilled.acknowledged} acknowledged rows is there after the restore, though RDS said it could"
            " restore the first of them",
            code="DRL-013",
            hint="Is this machine's clock right? If so, do not rely on it before AWS has explained this.",
        )
    if drilled.missing_tables:
        raise SaysNo(
            f"{len(drilled.missing_tables)} of {drilled.tables} tables are missing after the restore:"
            f" {', '.join(drilled.missing_tables[:5])}",
            code="DRL-012",
            hint="Were they dropped meanwhile? If not, do not rely on it before AWS has explained this.",
        )


def _written(world: RestoreWorld, writes: SteadyWrites) -> None:
    """Until some rows are there, and RDS could restore the first of them. Raises SaysNo(DRL-009)."""
    began = world.clock.monotonic()

    def enough() -> bool:
        if writes.begun_since(began) < ROWS:
            return False
        _, first = writes.answered_at[0]
        written = world.clock.now() - timedelta(seconds=world.clock.monotonic() - first)
        latest = world.restores.latest(world.cluster)
        return latest is not None and latest >= written + timedelta(seconds=SKEW_SECONDS)

    if not world.patience(BEFORE_SECONDS).until(lambda: answered(enough), "until RDS can restore rows just written"):
        count = len(writes.acknowledged)
        raise SaysNo(
            f"of {count} rows written to {world.cluster} RDS could restore none within {BEFORE_SECONDS:g} s",
            code="DRL-009",
            hint="Nothing was done. Do rows come in (aurora-migrate doctor)? Does LatestRestorableTime of the cluster"
            " move on, and is this machine's clock right?",
        )


def _up(world: RestoreWorld, name: str) -> tuple[str, int]:
    """Where the restored cluster listens, once it and its one instance are available."""
    patience = world.patience(LIMIT_SECONDS)

    def stands(instances: int) -> bool:
        found = world.restores.state(name)
        return found.available and found.instances == instances

    up = patience.until(lambda: answered(lambda: stands(0)), f"until the volume of {name} is there")
    if up:
        world.restores.add_writer(world.cluster, name)
        up = patience.until(lambda: answered(lambda: stands(1)), f"until the instance of {name} is there")
    if not up:
        raise _not_back(name)
    found = world.restores.state(name)
    return found.host, found.port


def _answers(world: RestoreWorld, restored: Database, name: str) -> None:
    def asked() -> bool:
        restored.identity()
        return True

    if not world.patience(LIMIT_SECONDS).until(lambda: answered(asked), f"until {name} answers"):
        raise _not_back(name)


def _not_back(name: str) -> SaysNo:
    return SaysNo(
        f"{name}, which was to be restored, does not answer after {LIMIT_SECONDS:g} s",
        code="DRL-010",
        hint="Look at its events in the RDS console. The application is not concerned: its cluster was only read.",
    )


def _there(world: RestoreWorld, restored: Database, writes: SteadyWrites) -> list[bool]:
    """Of each acknowledged row whether it is there, in their order."""
    patience, tokens = world.patience(LIMIT_SECONDS), writes.acknowledged
    found = []
    for number, token in enumerate(tokens):
        world.emit(Progressed(f"{WORK}: rows looked for", number, len(tokens), "rows"))
        found.append(patience.there(restored.markers, MARKER, token))
    return found


def _measured(
    cluster: str,
    name: str,
    writes: SteadyWrites,
    there: list[bool],
    called: float,
    recovered: float,
    tables: frozenset[str],
    missing_tables: frozenset[str],
) -> RestoreDrill:
    rows = writes.answered_at
    newest = max((number for number, found in enumerate(there) if found), default=-1)
    before = [number for number, (_, at) in enumerate(rows) if at <= called]
    return RestoreDrill(
        cluster=cluster,
        restored=name,
        recovery_seconds=recovered - called,
        point_seconds=max(0.0, called - rows[max(newest, 0)][1]),
        acknowledged=len(before),
        found=sum(there[number] for number in before),
        later=sum(number > newest for number in before),
        missing=tuple(rows[number][0] for number in range(max(newest, 0)) if not there[number]),
        tables=len(tables),
        missing_tables=tuple(sorted(missing_tables)),
    )


def _tables(database: Database) -> frozenset[str]:
    return frozenset(str(table.name) for table in database.catalog().tables)
