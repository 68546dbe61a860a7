"""A snapshot of the cluster: what the toolkit wrote before it was taken has to be in it. Nothing is written."""

from __future__ import annotations

from datetime import datetime, timedelta

from migrate.errors import SaysNo
from migrate.events import Noted
from migrate.model.drill import OWN_MARKERS, RestoreDrill
from migrate.model.snapshot import ClusterSnapshot
from migrate.ports.database import Database
from migrate.stages.drill.restore_point import RowsFound
from migrate.stages.drill.restore_world import RestoreWorld

SETTLED = timedelta(seconds=5)
"""So long before the snapshot a row was written that has to be in it: its time is that of the statement, which was
committed and acknowledged after it, and the database's clock is not RDS's."""


class FromSnapshot:
    """Implements `RestorePoint`."""

    def __init__(self, world: RestoreWorld, snapshot: ClusterSnapshot) -> None:
        self._world = world
        self.snapshot: ClusterSnapshot = snapshot
        self._known: frozenset[str] = frozenset()
        self._age = timedelta()

    def begin(self, name: str) -> float:
        world, snapshot = self._world, self.snapshot
        self._known = _written(world.target, snapshot.taken - SETTLED)
        self._age = max(timedelta(), world.clock.now() - snapshot.taken)
        rows = f"{len(self._known)} rows of the toolkit's" if self._known else "no row that the toolkit knows of"
        world.emit(Noted(f"snapshot {snapshot.name} of {snapshot.taken:%Y-%m-%d %H:%M:%S} UTC: {rows} before it"))
        called = world.clock.monotonic()
        world.restores.begin(world.cluster, name, snapshot)
        return called

    def rows(self, restored: Database) -> RowsFound:
        missing = self._known - _written(restored, self.snapshot.taken - SETTLED)
        return RowsFound(
            point_seconds=self._age.total_seconds(),
            acknowledged=len(self._known),
            found=len(self._known) - len(missing),
            later=0,
            missing=tuple(sorted(missing)),
        )

    def judge(self, drilled: RestoreDrill) -> None:
        """Raises SaysNo when a row that was acknowledged before the snapshot is not in it (DRL-017), or a table that
        the cluster has (DRL-018)."""
        name, taken = self.snapshot.name, f"{self.snapshot.taken:%Y-%m-%d %H:%M} UTC"
        if drilled.missing:
            raise SaysNo(
                f"{len(drilled.missing)} of {drilled.acknowledged} rows that were acknowledged before snapshot {name}"
                " was begun are not in it",
                code="DRL-017",
                hint="A snapshot is one moment, whole: do not rely on it before AWS has explained this.",
            )
        if drilled.missing_tables:
            raise SaysNo(
                f"{len(drilled.missing_tables)} of {drilled.tables} tables are not in snapshot {name} of {taken}:"
                f" {', '.join(drilled.missing_tables[:5])}",
                code="DRL-018",
                hint="Were they made after it? Then it is too old to go back to: take another. If not, do not rely on"
                " it before AWS has explained this.",
            )


def _written(database: Database, before: datetime) -> frozenset[str]:
    return frozenset(
        f"{marker}: {token}" for marker in OWN_MARKERS for token in database.markers.written(marker, before)
    )
