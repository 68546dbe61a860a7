"""A snapshot of a cluster, as RDS tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LATEST = "latest"
"""What is said instead of a name for the newest one that somebody had made."""


@dataclass(frozen=True, kw_only=True)
class ClusterSnapshot:
    name: str
    cluster: str
    """By its name; see `of_another`."""
    taken: datetime
    """What was committed before this is in it."""
    status: str
    engine: str
    version: str
    manual: bool
    """Somebody had it made; else RDS made it by itself, and deletes it again."""
    of_another: bool = False
    """An earlier cluster had the same name: it is that one's."""

    @property
    def available(self) -> bool:
        return self.status == "available"
