"""An Aurora cluster that is a real local server.

The record is moto's; endpoint, port, master user and settings are the server's. The port of the request is not
honoured, for several clusters and other programs share this machine's loopback: the record says the port that works.
The engine version is the one that was asked for, while the server is the PostgreSQL or MySQL that is installed.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from moto.rds.exceptions import DBClusterParameterGroupNotFoundError, InvalidParameterValue
from moto.rds.models import DBCluster, DBInstanceClustered

from migrate.sandbox.aws.aurora import ENGINES
from migrate.sandbox.servers.kept_data import KeptData
from migrate.sandbox.servers.roster import Role
from migrate.sandbox.servers.server import Server
from migrate.sandbox.world import World

if TYPE_CHECKING:
    from migrate.sandbox.aws.rds import SandboxRds

RECORDED = (
    "engine_lifecycle_support",
    "database_insights_mode",
    "monitoring_interval",
    "monitoring_role_arn",
    "performance_insights_enabled",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
)
"""Parts of a request that moto forgets and DescribeDBClusters must say."""


class ServedCluster(DBCluster):
    """A cluster whose endpoint answers."""

    backend: SandboxRds
    master_username: str

    def __init__(
        self, backend: SandboxRds, world: World, *, copy_of: Server | KeptData | None = None, **request: Any
    ) -> None:
        """Record the request, start the server, make its master user and first database; a copy has both.

        Raises moto's InvalidParameterValue as AWS does, or SandboxError when the server does not start.
        """
        if request.get("engine") not in ENGINES:
            served = " and ".join(ENGINES)
            raise InvalidParameterValue(f"The sandbox serves clusters of {served} only, not {request.get('engine')}.")
        self._aurora = ENGINES[request["engine"]]
        self._world = world
        self._server: Server | None = None
        request.pop("port", None)
        # moto 5.2.5 raises KeyError for a storage type it has no default size for, as aurora-iopt1.
        super().__init__(backend, **{**request, "allocated_storage": 1})
        wanted = request.get("storage_type")
        self.storage_type = None if wanted in (None, "aurora") else wanted
        for name in RECORDED:
            setattr(self, name, request.get(name))
        self.pending_modified_values: dict[str, Any] = {}
        try:
            self._start(request.get("master_user_password"), copy_of)
        except BaseException:
            if self.manage_master_user_password:
                self.master_user_secret.delete_secret()
            raise

    def _start(self, given_password: str | None, origin: Server | KeptData | None) -> None:
        self.applied = self._group()
        server = self._server = self._world.roster.open(
            self.db_cluster_identifier,
            Role.CLUSTER,
            engine=self._aurora.engine,
            settings=self._aurora.server_settings(self.applied),
            require_tls=self._aurora.wants_tls(self.applied, self.engine_version),
            copy_of=origin,
        )
        self.port = server.port
        if origin is None:
            self._furnish(server, given_password)

    def _furnish(self, server: Server, given_password: str | None) -> None:
        try:
            password = given_password or secrets.token_urlsafe(24)
            server.create_master(self.master_username, password)
            if self.manage_master_user_password:
                self._store(password)
            if self.database_name:
                server.create_database(self.database_name, self.master_username)
        except BaseException:
            self.close()
            raise

    def settle(self) -> None:
        """The record is `available` from now on, its secret `active`; moto says `creating` to the first who asks."""
        self.status = "available"
        if self.manage_master_user_password:
            self.master_user_secret._status = "active"

    def _store(self, password: str) -> None:
        secret = self.master_user_secret.secret
        version = secret.versions[str(secret.default_version_id)]
        version["secret_string"] = json.dumps({"username": self.master_username, "password": password})

    def _group(self) -> dict[str, str]:
        """The parameters of the cluster's parameter group."""
        known = self.backend.db_cluster_parameter_groups
        if self.parameter_group not in known:
            if self.parameter_group.startswith("default."):
                return {}
            raise DBClusterParameterGroupNotFoundError(self.parameter_group)
        parameters = known[self.parameter_group].parameters
        return {name: str(row["ParameterValue"]) for name, row in parameters.items() if "ParameterValue" in row}

    @property
    def server(self) -> Server:
        """The server behind the endpoint."""
        assert self._server is not None
        return self._server

    @property
    def endpoint(self) -> str:
        return Server.host

    @property
    def reader_endpoint(self) -> str:
        """The same server: a reader that lags is nothing the sandbox shows."""
        return Server.host

    @property
    def db_cluster_members(self) -> list[dict[str, Any]]:
        status = "in-sync" if self.applied == self._group() else "pending-reboot"
        return [{**member, "DBClusterParameterGroupStatus": status} for member in super().db_cluster_members]

    def reboot(self) -> None:
        """Restart the server with what the parameter group says now."""
        self.applied = self._group()
        self.server.stop()
        self.server.settings = self._aurora.server_settings(self.applied)
        self.server.require_tls = self._aurora.wants_tls(self.applied, self.engine_version)
        self.server.start()

    def change_password(self, password: str) -> None:
        """Set the master user's password on the server."""
        self.server.change_master_password(password)

    def close(self) -> None:
        """Stop the server and delete its data."""
        self._world.roster.close(self.db_cluster_identifier, Role.CLUSTER)


class ServedInstance(DBInstanceClustered):
    """An instance of a cluster: writer or reader by record, one server in fact."""

    @property
    def address(self) -> str:
        return Server.host

    @property
    def port(self) -> int | None:
        cluster = getattr(self, "cluster", None)  # moto asks before the instance knows its cluster
        return None if cluster is None else int(cluster.port)

    @port.setter
    def port(self, _value: int | None) -> None:
        """The cluster's port is the instance's."""
