"""Failover of an Aurora cluster (FailoverDBCluster), or the reboot of an instance that stands alone."""

from __future__ import annotations

from migrate.aws.cluster import row_of
from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.model.drill import Members


class RdsFailovers:
    """Implements `ports.failovers.Failovers`."""

    def __init__(self, session: AwsSession) -> None:
        self._rds = session.client("rds")

    def members(self, cluster: str) -> Members:
        row = row_of(self._rds, cluster)
        with aws_errors(f"describe the instances of cluster {cluster}"):
            instances = self._rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [cluster]}])
        states = {row["Status"], *(one["DBInstanceStatus"] for one in instances["DBInstances"])}
        told = row.get("DBClusterMembers", [])
        return Members(
            writer=next((one["DBInstanceIdentifier"] for one in told if one.get("IsClusterWriter")), ""),
            readers=tuple(one["DBInstanceIdentifier"] for one in told if not one.get("IsClusterWriter")),
            available=bool(told) and states == {"available"},
        )

    def begin(self, cluster: str, members: Members) -> None:
        with aws_errors(f"fail over cluster {cluster}"):
            if members.readers:
                self._rds.failover_db_cluster(DBClusterIdentifier=cluster)
            else:
                self._rds.reboot_db_instance(DBInstanceIdentifier=members.writer)
