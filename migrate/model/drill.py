"""What a drill measured."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.json import Facts
from migrate.model.snapshot import ClusterSnapshot

RESTORE_MARK = "aurora-migrate:restore-drill"
"""Tag of what a restore drill made; its value is the migration's name. It is not the mark of a migration's stack, whose
clusters only the stack may end."""
RESTORE_MARKER, FAILOVER_MARKER, HEALTH_MARKER = "restore", "failover", "health"
OWN_MARKERS = (RESTORE_MARKER, FAILOVER_MARKER, HEALTH_MARKER)
"""Marker tables whose rows the toolkit writes to the target itself; those of a task are acknowledged elsewhere."""
LONGEST_NAME = 63
"""Characters of an identifier in RDS."""


def restored_names(cluster: str) -> str:
    """How the names of clusters begin that drills make of `cluster`; a number follows, and that of the instance."""
    ending = "-drill-"
    return cluster[: LONGEST_NAME - len(ending) - len("9999-1")].rstrip("-") + ending


@dataclass(frozen=True)
class Members:
    """The instances of a cluster as RDS tells them."""

    writer: str
    readers: tuple[str, ...]
    available: bool
    """The cluster and every instance."""


@dataclass(frozen=True, kw_only=True)
class FailoverDrill:
    """One failover, under rows that were written one after the other all the while."""

    cluster: str
    writer: str
    """Before."""
    successor: str
    """After; the same instance where there was no reader to take over, and it was rebooted."""
    outage_seconds: float
    """The longest time between two acknowledged writes (the recovery time, RTO)."""
    acknowledged: int
    lost: tuple[str, ...]
    """Acknowledged, and not there afterwards (the recovery point, RPO, in rows)."""
    feed_seconds: float | None
    """From the writes' return until a marker had come through every task; None where no task feeds the target."""

    def facts(self) -> Facts:
        """For the journal."""
        return {
            "cluster": self.cluster,
            "writer": self.writer,
            "successor": self.successor,
            "outage_seconds": round(self.outage_seconds, 3),
            "acknowledged": self.acknowledged,
            "lost": len(self.lost),
            "feed_seconds": None if self.feed_seconds is None else round(self.feed_seconds, 3),
        }


@dataclass(frozen=True)
class Restored:
    """A cluster that was restored, as RDS tells it."""

    host: str
    port: int
    available: bool
    """The cluster, and every instance it has."""
    instances: int


@dataclass(frozen=True, kw_only=True)
class RestoreDrill:
    """One restore of a cluster into another, to the latest restorable time, while rows were written to it one after the
    other, or from a snapshot."""

    cluster: str
    restored: str
    """The cluster that was made, and deleted again."""
    snapshot: ClusterSnapshot | None
    """What it was made of; None where it was the latest restorable time."""
    recovery_seconds: float
    """From the call until the restored writer answered a query (the recovery time, RTO)."""
    point_seconds: float
    """From the acknowledgement of the newest row that is there to the call; 0 where that was
    later (the recovery point, RPO). At least so much where none is there. Of a snapshot its age at the call."""
    acknowledged: int
    """Up to the call; of a snapshot, rows that were before it was begun: those of earlier drills and checks."""
    found: int
    """Of these, there."""
    later: int
    """Of these, acknowledged after the newest one that is there."""
    missing: tuple[str, ...]
    """Acknowledged before the newest one that is there, and not there: holes."""
    tables: int
    """That the cluster had when the drill began."""
    missing_tables: tuple[str, ...]

    def facts(self) -> Facts:
        """For the journal."""
        return {
            "cluster": self.cluster,
            "restored": self.restored,
            "snapshot": None if self.snapshot is None else self.snapshot.name,
            "taken_at": None if self.snapshot is None else self.snapshot.taken.isoformat(),
            "recovery_seconds": round(self.recovery_seconds, 3),
            "point_seconds": round(self.point_seconds, 3),
            "acknowledged": self.acknowledged,
            "found": self.found,
            "later": self.later,
            "missing": len(self.missing),
            "tables": self.tables,
            "missing_tables": list(self.missing_tables),
        }
