"""Is the cluster really there? CloudFormation's word is not enough: a cluster is `available` before its instances."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.polling import Poller
from migrate.errors import AwsError

BROKEN = frozenset(
    {
        "failed",
        "deleting",
        "deleted",
        "stopped",
        "stopping",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "incompatible-network",
        "incompatible-parameters",
        "incompatible-restore",
    }
)
AVAILABLE_SECONDS = 1800.0


class ClusterCheck:
    """Asks the RDS API."""

    def __init__(self, rds: Any, poller: Poller) -> None:
        self._rds, self._poller = rds, poller

    def wait(self, identifier: str) -> None:
        """Until cluster and instances are available with their parameters in force.

        Raises AwsError: AWS-CLUSTER-BROKEN, AWS-PENDING-REBOOT, or AWS-TIMEOUT after half an hour.
        """
        self._poller.wait(f"cluster {identifier}: available", lambda: self._available(identifier), AVAILABLE_SECONDS)

    def snapshots(self, identifier: str) -> list[str]:
        """Manual snapshots, oldest first."""
        with aws_errors(f"list the snapshots of cluster {identifier}"):
            pages = self._rds.get_paginator("describe_db_cluster_snapshots").paginate(
                DBClusterIdentifier=identifier, SnapshotType="manual"
            )
            rows = [row for page in pages for row in page["DBClusterSnapshots"]]
        rows.sort(key=lambda row: str(row.get("SnapshotCreateTime", "")))
        return [row["DBClusterSnapshotIdentifier"] for row in rows]

    def _available(self, identifier: str) -> bool | None:
        with aws_errors(f"describe cluster {identifier}"):
            cluster = self._rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]
            instances = self._rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [identifier]}])[
                "DBInstances"
            ]
        states = {cluster["DBClusterIdentifier"]: cluster["Status"]}
        states |= {one["DBInstanceIdentifier"]: one["DBInstanceStatus"] for one in instances}
        broken = [f"{name} is {state}" for name, state in states.items() if state in BROKEN]
        if broken:
            raise AwsError(
                f"cluster {identifier} cannot be used: {', '.join(broken)}",
                code="AWS-CLUSTER-BROKEN",
                hint="Look at the cluster in the RDS console.",
            )
        if not instances or any(state != "available" for state in states.values()):
            return None
        waiting = [
            member["DBInstanceIdentifier"]
            for member in cluster.get("DBClusterMembers", [])
            if member.get("DBClusterParameterGroupStatus") == "pending-reboot"
        ]
        if waiting:
            raise AwsError(
                f"parameters of cluster {identifier} are not in force: reboot {', '.join(waiting)}",
                code="AWS-PENDING-REBOOT",
                hint="Reboot these instances one by one, then repeat the command.",
            )
        return True


def row_of(rds: Any, identifier: str) -> dict[str, Any]:
    """The cluster as DescribeDBClusters tells it. Raises AwsError(AWS-NO-CLUSTER) where there is none of that name."""
    with aws_errors(f"describe cluster {identifier}"):
        try:
            found: dict[str, Any] = rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]
        except ClientError as problem:
            if code_of(problem) != "DBClusterNotFoundFault":
                raise
        else:
            return found
    raise AwsError(
        f"there is no cluster {identifier} in this region",
        code="AWS-NO-CLUSTER",
        hint="Name another with --cluster, or under [target]; or make it with: aurora-migrate provision apply",
    )
