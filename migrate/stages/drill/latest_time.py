"""The latest moment that RDS can restore: rows are written up to the call, and looked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from migrate.errors import SaysNo
from migrate.events import Progressed
from migrate.model.drill import RESTORE_MARKER, RestoreDrill
from migrate.ports.database import Database
from migrate.stages.drill.patience import answered
from migrate.stages.drill.restore_point import RowsFound
from migrate.stages.drill.restore_world import LIMIT_SECONDS, WORK, RestoreWorld
from migrate.stages.drill.writes import SteadyWrites

ROWS = 20
PAUSE_SECONDS = 0.2
"""Between two rows, for up to five minutes of them are written: RDS is so much behind with what it can restore."""
SKEW_SECONDS = 2.0
"""So far beyond the first row's time RDS must be: its clock is not this machine's."""
BEFORE_SECONDS = 1800.0


class LatestTime:
    """Implements `RestorePoint`."""

    snapshot = None

    def __init__(self, world: RestoreWorld, run: str) -> None:
        self._world, self._run = world, run
        self._called = 0.0
        self._rows: Sequence[tuple[str, float]] = ()

    def begin(self, name: str) -> float:
        """Raises SaysNo(DRL-009) when nothing is written that RDS can restore, before anything is done."""
        world = self._world
        world.target.markers.prepare([RESTORE_MARKER])
        with SteadyWrites(world.target.markers, RESTORE_MARKER, self._run, world.clock, PAUSE_SECONDS) as writes:
            self._written(writes)
            self._called = world.clock.monotonic()
            world.restores.begin(world.cluster, name)
        self._rows = writes.answered_at
        return self._called

    def rows(self, restored: Database) -> RowsFound:
        there = self._there(restored)
        newest = max((number for number, found in enumerate(there) if found), default=-1)
        before = [number for number, (_, at) in enumerate(self._rows) if at <= self._called]
        return RowsFound(
            point_seconds=max(0.0, self._called - self._rows[max(newest, 0)][1]),
            acknowledged=len(before),
            found=sum(there[number] for number in before),
            later=sum(number > newest for number in before),
            missing=tuple(self._rows[number][0] for number in range(max(newest, 0)) if not there[number]),
        )

    def judge(self, drilled: RestoreDrill) -> None:
        """Raises SaysNo when an acknowledged row is missing before one that is there (DRL-011), a table (DRL-012), or
        every row (DRL-013)."""
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

    def _written(self, writes: SteadyWrites) -> None:
        """Until some rows are there, and RDS could restore the first of them. Raises SaysNo(DRL-009)."""
        world = self._world
        began = world.clock.monotonic()

        def enough() -> bool:
            if writes.begun_since(began) < ROWS:
                return False
            _, first = writes.answered_at[0]
            written = world.clock.now() - timedelta(seconds=world.clock.monotonic() - first)
            latest = world.restores.latest(world.cluster)
            return latest is not None and latest >= written + timedelta(seconds=SKEW_SECONDS)

        what = "until RDS can restore rows just written"
        if not world.patience(BEFORE_SECONDS).until(lambda: answered(enough), what):
            count = len(writes.acknowledged)
            raise SaysNo(
                f"of {count} rows written to {world.cluster} RDS could restore none within {BEFORE_SECONDS:g} s",
                code="DRL-009",
                hint="Nothing was done. Do rows come in (aurora-migrate doctor)? Does LatestRestorableTime of the"
                " cluster move on, and is this machine's clock right?",
            )

    def _there(self, restored: Database) -> list[bool]:
        """Of each acknowledged row whether it is there, in their order."""
        world, found = self._world, list[bool]()
        patience = world.patience(LIMIT_SECONDS)
        for number, (token, _) in enumerate(self._rows):
            world.emit(Progressed(f"{WORK}: rows looked for", number, len(self._rows), "rows"))
            found.append(patience.there(restored.markers, RESTORE_MARKER, token))
        return found
