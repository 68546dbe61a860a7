"""Windows, pending maintenance and manual snapshots of a cluster, by the RDS API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.model.upkeep import Upkeep

SNAPSHOT_SECONDS = 7200.0


class RdsUpkeeps:
    """Implements `ports.cloud.Upkeeps`."""

    def __init__(self, session: AwsSession, clock: Clock, poll_seconds: float) -> None:
        self._rds = session.client("rds")
        self._poller = Poller(clock, poll_seconds, SNAPSHOT_SECONDS)

    def read(self, cluster: str) -> Upkeep:
        """Raises AwsError where there is no such cluster."""
        with aws_errors(f"describe cluster {cluster}"):
            found = self._rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]
            pending = self._pending(found["DBClusterArn"])
        return Upkeep(
            maintenance_window=found.get("PreferredMaintenanceWindow", ""),
            pending=pending,
            status=found["Status"],
            snapshots=tuple(
                (row["DBClusterSnapshotIdentifier"], _moment(row))
                for row in self._snapshots(cluster)
                if row["Status"] == "available"
            ),
        )

    def snapshot(self, cluster: str, name: str, on_progress: Callable[[int], None]) -> None:
        """See `ports.cloud.Upkeeps.snapshot`. Raises AwsError(AWS-SNAPSHOT-FAILED) when RDS gives it up."""
        with aws_errors(f"take snapshot {name} of cluster {cluster}"):
            try:
                self._rds.create_db_cluster_snapshot(DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=name)
            except ClientError as problem:
                if code_of(problem) != "DBClusterSnapshotAlreadyExistsFault":
                    raise

        def look() -> bool | None:
            with aws_errors(f"describe snapshot {name}"):
                row = self._rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)["DBClusterSnapshots"][0]
            on_progress(int(row.get("PercentProgress", 0)))
            if row["Status"] in ("failed", "deleting"):
                raise AwsError(
                    f"snapshot {name} is {row['Status']}",
                    code="AWS-SNAPSHOT-FAILED",
                    hint="Delete it, look at the cluster's events, then try again.",
                )
            return True if row["Status"] == "available" else None

        self._poller.wait(f"snapshot {name}", look)

    def _pending(self, arn: str) -> tuple[str, ...]:
        answer = self._rds.describe_pending_maintenance_actions(ResourceIdentifier=arn)
        rows = [
            detail for one in answer["PendingMaintenanceActions"] for detail in one["PendingMaintenanceActionDetails"]
        ]
        return tuple(str(row.get("Action")) for row in rows)

    def _snapshots(self, cluster: str) -> list[dict[str, Any]]:
        pages = self._rds.get_paginator("describe_db_cluster_snapshots").paginate(
            DBClusterIdentifier=cluster, SnapshotType="manual"
        )
        with aws_errors(f"list the snapshots of cluster {cluster}"):
            return [row for page in pages for row in page["DBClusterSnapshots"]]


def _moment(row: dict[str, Any]) -> datetime:
    taken: datetime = row["SnapshotCreateTime"]
    return taken.astimezone(UTC)
