"""moto's RDS, with clusters that are real servers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.rds import urls
from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBClusterSnapshotAlreadyExistsError,
    DBInstanceAlreadyExists,
    InvalidDBClusterStateFault,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBCluster, DBClusterSnapshot, DBInstance, RDSBackend

from migrate.sandbox.aws.cluster import ServedCluster, ServedInstance
from migrate.sandbox.aws.quotas import require_room
from migrate.sandbox.aws.restore import as_restored, require_present
from migrate.sandbox.aws.snapshots import SnapshotData, as_snapshot_was, snapshot_named
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.kept_data import KeptData
from migrate.sandbox.servers.server import Server
from migrate.sandbox.world import World

ZONES = "abc"
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"


class SandboxRds(RDSBackend):
    """The RDS API where creating a cluster starts a server, and deleting, stopping or rebooting one is felt."""

    world: ClassVar[World]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.snapshot_data = SnapshotData(self.world.snapshots)

    @property
    def _url_module(self) -> Any:
        return urls  # moto looks for it beside the class

    def create_db_cluster(self, kwargs: dict[str, Any]) -> ServedCluster:
        name = str(kwargs["db_cluster_identifier"]).lower()
        if name in self.clusters:
            raise InvalidParameterValue(f"DB Cluster already exists: {name}")
        require_room(self, "DBClusters")
        try:
            cluster = ServedCluster(self, self.world, **kwargs)
        except SandboxError as error:
            raise InvalidDBClusterStateFault(str(error)) from error
        self.clusters[name] = cluster
        cluster.save_automated_backup()
        return cluster

    def restore_db_cluster_to_point_in_time(self, *_: Any, **request: Any) -> ServedCluster:
        name = str(request["db_cluster_identifier"]).lower()
        origin = self._served(request["source_db_cluster_identifier"])
        if name in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", f"DB Cluster already exists: {name}")
        require_present(request)
        return self._restored(name, origin.server, as_restored(origin, request))

    def restore_db_cluster_from_snapshot(self, from_snapshot_id: str, overrides: dict[str, Any]) -> ServedCluster:
        name = str(overrides["db_cluster_identifier"]).lower()
        snapshot = snapshot_named(self.cluster_snapshots, from_snapshot_id)
        if name in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", f"DB Cluster already exists: {name}")
        held = self.snapshot_data.of(snapshot)
        return self._restored(name, held, as_snapshot_was(snapshot, held, overrides))

    def _restored(self, name: str, copy_of: Server | KeptData, asked: Mapping[str, Any]) -> ServedCluster:
        require_room(self, "DBClusters")
        try:
            cluster = ServedCluster(self, self.world, copy_of=copy_of, **asked)
        except SandboxError as error:
            raise InvalidDBClusterStateFault(str(error)) from error
        self.clusters[name] = cluster
        cluster.save_automated_backup()
        return cluster

    def create_db_cluster_snapshot(
        self,
        db_cluster_identifier: str,
        db_cluster_snapshot_identifier: str,
        snapshot_type: str = "manual",
        tags: list[dict[str, str]] | None = None,
    ) -> DBClusterSnapshot:
        snapshot = super().create_db_cluster_snapshot(
            db_cluster_identifier, db_cluster_snapshot_identifier, snapshot_type, tags
        )
        cluster = self._served(db_cluster_identifier)
        _of(snapshot, cluster)
        if snapshot_type == "manual":
            try:
                self.snapshot_data.hold(snapshot, cluster.server.copy_data)
            except SandboxError as error:
                del self.cluster_snapshots[db_cluster_snapshot_identifier]
                raise InvalidDBClusterStateFault(str(error)) from error
        return snapshot

    def copy_db_cluster_snapshot(
        self, source_db_cluster_snapshot_identifier: str, *args: Any, **options: Any
    ) -> DBClusterSnapshot:
        copied = super().copy_db_cluster_snapshot(source_db_cluster_snapshot_identifier, *args, **options)
        self.snapshot_data.share(self.get_db_cluster_snapshot(source_db_cluster_snapshot_identifier), copied)
        return copied

    def delete_db_cluster_snapshot(self, db_snapshot_identifier: str) -> DBClusterSnapshot:
        deleted = super().delete_db_cluster_snapshot(db_snapshot_identifier)
        self.snapshot_data.drop(deleted)
        return deleted

    def create_db_cluster_parameter_group(self, *args: Any, **options: Any) -> Any:
        require_room(self, "DBClusterParameterGroups")
        return super().create_db_cluster_parameter_group(*args, **options)

    def create_db_parameter_group(self, *args: Any, **options: Any) -> Any:
        require_room(self, "DBParameterGroups")
        return super().create_db_parameter_group(*args, **options)

    def create_subnet_group(self, *args: Any, **options: Any) -> Any:
        require_room(self, "DBSubnetGroups")
        return super().create_subnet_group(*args, **options)

    def create_auto_cluster_snapshot(self, db_cluster_identifier: str, db_snapshot_identifier: str) -> Any:
        """moto names it by the minute: a cluster of the same name that was there within it has taken the name."""
        self.cluster_snapshots.pop(db_snapshot_identifier, None)
        return super().create_auto_cluster_snapshot(db_cluster_identifier, db_snapshot_identifier)

    def modify_db_cluster(self, kwargs: dict[str, Any]) -> DBCluster:
        cluster = self._served(kwargs["db_cluster_identifier"])
        kwargs.pop("port", None)
        password = kwargs.pop("master_user_password", None)
        changed = super().modify_db_cluster(kwargs)
        if password:
            cluster.change_password(password)
        return changed

    def delete_db_cluster(self, cluster_identifier: str, snapshot_name: str | None = None) -> DBCluster:
        if snapshot_name and snapshot_name in self.cluster_snapshots:
            raise DBClusterSnapshotAlreadyExistsError(snapshot_name)
        cluster = _served(super().delete_db_cluster(cluster_identifier))
        cluster.status = "deleting"
        if snapshot_name:
            last = self.cluster_snapshots[snapshot_name] = DBClusterSnapshot(self, cluster, snapshot_name)
            _of(last, cluster)
            self.snapshot_data.hold(last, cluster.server.give_up_data)
        cluster.close()
        return cluster

    def delete_db_cluster_parameter_group(self, db_cluster_parameter_group_name: str) -> None:
        users = [c for c in self.clusters.values() if c.parameter_group == db_cluster_parameter_group_name.lower()]
        if users:
            raise RDSClientError(
                "InvalidDBParameterGroupState",
                "One or more database instances are still members of this parameter group "
                f"{db_cluster_parameter_group_name}, so the group cannot be deleted",
            )
        super().delete_db_cluster_parameter_group(db_cluster_parameter_group_name)

    def stop_db_cluster(self, cluster_identifier: str) -> DBCluster:
        cluster = self._served(cluster_identifier)
        if cluster.status != "available":
            raise InvalidDBClusterStateFault(f"DbCluster {cluster_identifier} is in {cluster.status} state.")
        cluster.server.stop()
        cluster.status = "stopped"
        return cluster

    def start_db_cluster(self, cluster_identifier: str) -> DBCluster:
        cluster = self._served(cluster_identifier)
        if cluster.status != "stopped":
            raise InvalidDBClusterStateFault(f"DbCluster {cluster_identifier} is in {cluster.status} state.")
        cluster.server.start()
        cluster.status = "available"
        return cluster

    def failover_db_cluster(self, *args: Any, **options: Any) -> DBCluster:
        cluster = _served(super().failover_db_cluster(*args, **options))
        cluster.reboot()
        return cluster

    def reboot_db_instance(self, db_instance_identifier: str) -> DBInstance:
        instance = super().reboot_db_instance(db_instance_identifier)
        if isinstance(instance, ServedInstance) and instance.is_cluster_writer:
            _served(instance.cluster).reboot()
        return instance

    def create_db_instance(self, db_kwargs: dict[str, Any]) -> DBInstance:
        if not db_kwargs.get("db_cluster_identifier"):
            return super().create_db_instance(db_kwargs)
        name = db_kwargs["db_instance_identifier"]
        if name in self.databases:
            raise DBInstanceAlreadyExists()
        require_room(self, "DBInstances")
        self._validate_db_identifier(name)
        cluster = self._served(db_kwargs["db_cluster_identifier"])
        if db_kwargs.get("engine") != cluster.engine:
            raise InvalidParameterValue(f"The engine of the instance must be the cluster's: {cluster.engine}.")
        taken = {member.availability_zone for member in cluster.members}
        zones = itertools.chain((f"{self.region_name}{letter}" for letter in ZONES), [f"{self.region_name}a"])
        instance = ServedInstance(  # type: ignore[abstract]
            backend=self,
            **{
                **db_kwargs,
                "availability_zone": db_kwargs.get("availability_zone") or next(z for z in zones if z not in taken),
                "ca_certificate_identifier": db_kwargs.get("ca_certificate_identifier") or CERTIFICATE_AUTHORITY,
            },
        )
        self.databases[name] = instance
        instance.add_event("DB_INSTANCE_CREATE")
        self._publish_first_points(cluster)
        return instance

    def _publish_first_points(self, cluster: ServedCluster) -> None:
        """A cluster's metrics begin with its first instance, once and at rest (assumption: AWS takes minutes, and goes
        on)."""
        dimensions = [{"Name": "DBClusterIdentifier", "Value": cluster.db_cluster_identifier}]
        points = [
            {"MetricName": name, "Value": 0.0, "Dimensions": dimensions, "Timestamp": utcnow()}
            for name in ("CPUUtilization", "DatabaseConnections", "DBLoad")
        ]
        cloudwatch_backends[self.account_id][self.region_name].put_metric_data("AWS/RDS", points)

    def _served(self, identifier: str) -> ServedCluster:
        if identifier not in self.clusters:
            raise DBClusterNotFoundError(identifier)
        return _served(self.clusters[identifier])


def _of(snapshot: DBClusterSnapshot, cluster: DBCluster) -> None:
    """moto does not say of which cluster it is: another may have the same name later."""
    setattr(snapshot, "db_cluster_resource_id", cluster.db_cluster_resource_id)  # noqa: B010


def _served(cluster: DBCluster) -> ServedCluster:
    assert isinstance(cluster, ServedCluster)
    return cluster
