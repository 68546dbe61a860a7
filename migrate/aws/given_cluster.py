"""A cluster that was there before, known by its identifier alone: no stack tells where it is, RDS does."""

from __future__ import annotations

from migrate.aws.cluster import ClusterCheck, row_of
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.events import Emit, silent
from migrate.model.cluster import Cluster

POLL_SECONDS, LOCAL_POLL_SECONDS = 5.0, 0.25
AVAILABLE_SECONDS = 1800.0


class GivenClusters:
    """Implements `ports.cloud.Clusters`. Nothing is changed."""

    def __init__(self, session: AwsSession, clock: Clock, warn: Emit = silent) -> None:
        self._rds = session.client("rds")
        every = LOCAL_POLL_SECONDS if session.loopback else POLL_SECONDS
        self._check = ClusterCheck(self._rds, Poller(clock, every, AVAILABLE_SECONDS, warn=warn))

    def cluster(self, name: str) -> Cluster:
        row = row_of(self._rds, name)
        return Cluster(
            identifier=row["DBClusterIdentifier"],
            host=row["Endpoint"],
            port=int(row["Port"]),
            database=row.get("DatabaseName", ""),
            resource_id=row["DbClusterResourceId"],
            master_secret_arn=row.get("MasterUserSecret", {}).get("SecretArn", ""),
            reader_host=row.get("ReaderEndpoint", ""),
        )

    def available_cluster(self, name: str) -> Cluster:
        cluster = self.cluster(name)
        self._check.wait(cluster.identifier)
        return cluster
