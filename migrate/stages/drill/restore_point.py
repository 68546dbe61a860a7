"""What a restore drill starts from, and what has to be in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from migrate.model.drill import RestoreDrill
from migrate.model.snapshot import ClusterSnapshot
from migrate.ports.database import Database


@dataclass(frozen=True, kw_only=True)
class RowsFound:
    """See `RestoreDrill`, whose fields these are."""

    point_seconds: float
    acknowledged: int
    found: int
    later: int
    missing: tuple[str, ...]


class RestorePoint(Protocol):
    @property
    def snapshot(self) -> ClusterSnapshot | None:
        """None where it is the latest moment that RDS can restore."""

    def begin(self, name: str) -> float:
        """Have RDS make the cluster `name` of it; the moment of the clock at which that was asked for."""

    def rows(self, restored: Database) -> RowsFound:
        """What of the rows that the toolkit wrote is there."""

    def judge(self, drilled: RestoreDrill) -> None:
        """Raises SaysNo where something is missing that has to be there."""
