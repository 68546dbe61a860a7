"""What a drill measured."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.json import Facts


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
