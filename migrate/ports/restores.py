"""Restoring a cluster into another one, beside it. Every method raises AwsError."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from migrate.model.drill import Restored
from migrate.model.snapshot import ClusterSnapshot


class Restores(Protocol):
    """The RDS API, as a drill needs it. What it makes carries the migration's mark, and only that is removed."""

    def latest(self, cluster: str) -> datetime | None:
        """Up to when RDS can restore the cluster; None while it does not tell."""

    def snapshots(self, cluster: str) -> Sequence[ClusterSnapshot]:
        """Those of the cluster's name, newest first, RDS's own among them."""

    def snapshot(self, name: str) -> ClusterSnapshot | None:
        """The snapshot of that name, of whatever cluster; None where there is none."""

    def begin(self, cluster: str, name: str, snapshot: ClusterSnapshot | None = None) -> None:
        """Have `name` made of the cluster as it was at its latest restorable time, or of a snapshot of it. Returns
        before it is there."""

    def add_writer(self, cluster: str, name: str) -> None:
        """Give the restored cluster one instance, of the kind of the cluster's writer. Returns before it is there."""

    def state(self, name: str) -> Restored: ...

    def standing(self) -> list[str]:
        """Restored clusters that carry the migration's mark, by name."""

    def remove(self, name: str) -> None:
        """Delete the restored cluster and its instance, without a last snapshot, and wait until they are gone.

        Idempotent. What belongs to somebody else is refused.
        """
