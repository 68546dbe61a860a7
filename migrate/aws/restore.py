"""A cluster restored beside its origin (RestoreDBClusterToPointInTime, RestoreDBClusterFromSnapshot), and taken away
again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.cluster import BROKEN, row_of
from migrate.aws.errors import aws_errors, code_of
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.events import Emit, silent
from migrate.model.drill import RESTORE_MARK, Restored
from migrate.model.snapshot import ClusterSnapshot

GONE_SECONDS = 3600.0
THERE = frozenset({"DBInstanceAlreadyExists"})
"""The answer to a first request may have been lost."""
NOT_YET = frozenset(
    {"InvalidDBClusterStateFault", "InvalidDBInstanceState", "DBClusterNotFoundFault", "DBInstanceNotFound"}
)
"""RDS deletes nothing that it is still making, and no cluster before its instances are being deleted; looked at again,
it is gone, or deleting it is asked for once more."""
ALIKE = ("EngineLifecycleSupport", "StorageType")
SCALING = ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause")


class RdsRestores:
    """Implements `ports.restores.Restores`."""

    def __init__(
        self, session: AwsSession, migration: str, clock: Clock, poll_seconds: float, emit: Emit = silent
    ) -> None:
        self._rds = session.client("rds")
        self._migration = migration
        self._poller = Poller(clock, poll_seconds, GONE_SECONDS, emit, emit)

    def latest(self, cluster: str) -> datetime | None:
        found: datetime | None = row_of(self._rds, cluster).get("LatestRestorableTime")
        return found

    def snapshots(self, cluster: str) -> Sequence[ClusterSnapshot]:
        own = row_of(self._rds, cluster).get("DbClusterResourceId")
        with aws_errors(f"list the snapshots of cluster {cluster}"):
            pages = self._rds.get_paginator("describe_db_cluster_snapshots").paginate(DBClusterIdentifier=cluster)
            rows = [row for page in pages for row in page["DBClusterSnapshots"]]
        # One that is only being queued has no time yet, and nothing to restore.
        found = [_snapshot(row, own) for row in rows if row.get("SnapshotCreateTime")]
        return sorted(found, key=lambda one: one.taken, reverse=True)

    def snapshot(self, name: str) -> ClusterSnapshot | None:
        with aws_errors(f"describe snapshot {name}"):
            try:
                answer = self._rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)
            except ClientError as problem:
                if code_of(problem) != "DBClusterSnapshotNotFoundFault":
                    raise
                return None
        rows = [row for row in answer["DBClusterSnapshots"] if row.get("SnapshotCreateTime")]
        return _snapshot(rows[0], None) if rows else None

    def begin(self, cluster: str, name: str, snapshot: ClusterSnapshot | None = None) -> None:
        """With the network, the parameters and the scaling of the origin, and its key, which RDS takes by itself."""
        asked = self._like(row_of(self._rds, cluster), name)
        try:
            with aws_errors(f"restore {f'snapshot {snapshot.name}' if snapshot else f'cluster {cluster}'} as {name}"):
                if snapshot is None:
                    self._rds.restore_db_cluster_to_point_in_time(
                        SourceDBClusterIdentifier=cluster, UseLatestRestorableTime=True, **asked
                    )
                else:
                    # Without a version RDS takes the region's default one, and so upgrades or refuses.
                    self._rds.restore_db_cluster_from_snapshot(
                        SnapshotIdentifier=snapshot.name,
                        Engine=snapshot.engine,
                        EngineVersion=snapshot.version,
                        **asked,
                    )
        except AwsError as problem:
            # Asked a second time, where the answer to the first was lost; else the name is somebody else's.
            if problem.code != "AWS-DBClusterAlreadyExistsFault":
                raise
            self._require_ours(row_of(self._rds, name))

    def _like(self, origin: dict[str, Any], name: str) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "DBClusterIdentifier": name,
            "Port": origin["Port"],
            "DBSubnetGroupName": origin["DBSubnetGroup"],
            "VpcSecurityGroupIds": [one["VpcSecurityGroupId"] for one in origin.get("VpcSecurityGroups", [])],
            "DBClusterParameterGroupName": origin["DBClusterParameterGroup"],
            "DeletionProtection": False,
            "Tags": self._tags(),
        }
        asked |= {key: origin[key] for key in ALIKE if origin.get(key)}
        if scaling := origin.get("ServerlessV2ScalingConfiguration"):
            asked["ServerlessV2ScalingConfiguration"] = {key: scaling[key] for key in SCALING if key in scaling}
        return asked

    def add_writer(self, cluster: str, name: str) -> None:
        members = row_of(self._rds, cluster).get("DBClusterMembers", [])
        writer = next(one["DBInstanceIdentifier"] for one in members if one.get("IsClusterWriter"))
        with aws_errors(f"describe instance {writer}"):
            model = self._rds.describe_db_instances(DBInstanceIdentifier=writer)["DBInstances"][0]
        more: dict[str, Any] = {}
        if groups := model.get("DBParameterGroups"):
            more["DBParameterGroupName"] = groups[0]["DBParameterGroupName"]
        if authority := model.get("CACertificateIdentifier"):
            more["CACertificateIdentifier"] = authority
        with _unless(THERE, f"create instance {_instance(name)}"):
            self._rds.create_db_instance(
                DBInstanceIdentifier=_instance(name),
                DBClusterIdentifier=name,
                Engine=model["Engine"],
                DBInstanceClass=model["DBInstanceClass"],
                PubliclyAccessible=bool(model.get("PubliclyAccessible")),
                Tags=self._tags(),
                **more,
            )

    def state(self, name: str) -> Restored:
        """Raises AwsError(AWS-CLUSTER-BROKEN) when it comes to nothing."""
        row = row_of(self._rds, name)
        instances = self._instances(name)
        states = {name: row["Status"]}
        states |= {one["DBInstanceIdentifier"]: one["DBInstanceStatus"] for one in instances}
        if broken := [f"{one} is {state}" for one, state in states.items() if state in BROKEN]:
            raise AwsError(
                f"what was to be restored cannot be used: {', '.join(broken)}",
                code="AWS-CLUSTER-BROKEN",
                hint="Look at the cluster in the RDS console.",
            )
        return Restored(
            host=row.get("Endpoint", ""),
            port=int(row.get("Port", 0)),
            available=set(states.values()) == {"available"},
            instances=len(instances),
        )

    def standing(self) -> list[str]:
        with aws_errors("list the clusters"):
            pages = self._rds.get_paginator("describe_db_clusters").paginate()
            rows = [row for page in pages for row in page["DBClusters"]]
        return sorted(str(row["DBClusterIdentifier"]) for row in rows if self._ours(row))

    def remove(self, name: str) -> None:
        self._poller.wait(f"{name}: deleted", lambda: self._gone(name))

    def _gone(self, name: str) -> bool | None:
        """True once it is gone; until then deleting is asked for as often as RDS is not ready for it."""
        try:
            row = row_of(self._rds, name)
        except AwsError as problem:
            if problem.code != "AWS-NO-CLUSTER":
                raise
            return True
        self._require_ours(row)
        instances = self._instances(name)
        if others := [one for one in instances if one["DBInstanceIdentifier"] != _instance(name)]:
            raise _not_ours(str(others[0]["DBInstanceIdentifier"]))
        if instances and instances[0]["DBInstanceStatus"] != "deleting":
            with _unless(NOT_YET, f"delete instance {_instance(name)}"):
                self._rds.delete_db_instance(DBInstanceIdentifier=_instance(name), SkipFinalSnapshot=True)
        if row["Status"] != "deleting":
            with _unless(NOT_YET, f"delete cluster {name}"):
                self._rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        return None

    def _instances(self, name: str) -> list[dict[str, Any]]:
        with aws_errors(f"describe the instances of cluster {name}"):
            answer = self._rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [name]}])
        found: list[dict[str, Any]] = answer["DBInstances"]
        return found

    def _tags(self) -> list[dict[str, str]]:
        return [{"Key": RESTORE_MARK, "Value": self._migration}]

    def _ours(self, row: dict[str, Any]) -> bool:
        return self._tags()[0] in row.get("TagList", [])

    def _require_ours(self, row: dict[str, Any]) -> None:
        if not self._ours(row):
            raise _not_ours(str(row["DBClusterIdentifier"]))


def _snapshot(row: dict[str, Any], own: str | None) -> ClusterSnapshot:
    taken: datetime = row["SnapshotCreateTime"]
    return ClusterSnapshot(
        name=row["DBClusterSnapshotIdentifier"],
        cluster=row["DBClusterIdentifier"],
        taken=taken.astimezone(UTC),
        status=row["Status"],
        engine=row["Engine"],
        version=row["EngineVersion"],
        manual=row["SnapshotType"] == "manual",
        of_another=bool(own) and row.get("DbClusterResourceId", own) != own,
    )


@contextmanager
def _unless(codes: frozenset[str], doing: str) -> Iterator[None]:
    """What RDS refuses with one of these is passed over."""
    with aws_errors(doing):
        try:
            yield
        except ClientError as problem:
            if code_of(problem) not in codes:
                raise


def _instance(name: str) -> str:
    return f"{name}-1"


def _not_ours(name: str) -> AwsError:
    return AwsError(
        f"{name} was not made by a restore drill of this migration",
        code="AWS-NOT-OURS",
        hint="It was left alone. If it is in the way, remove it yourself.",
    )
