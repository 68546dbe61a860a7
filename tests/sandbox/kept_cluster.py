"""A cluster with a table in it, of which others are made: with boto3, as a script would."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from botocore.exceptions import ClientError

Ca = Callable[[str], Path]
USER, PASSWORD = "mig_admin", "correct horse battery"
VERSIONS = {"aurora-postgresql": "16.4", "aurora-mysql": "8.0.mysql_aurora.3.08.0"}
_numbers = itertools.count(1)


@dataclass
class Scene:
    """One cluster with a writer and a table, and what a script does with it."""

    rds: Any
    engine: str
    name: str
    ca_of: Ca

    def cluster(self, name: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.rds.describe_db_clusters(DBClusterIdentifier=name or self.name)["DBClusters"][0]
        return found

    def connect(self, name: str = "") -> Any:
        cluster, ca = self.cluster(name), str(self.ca_of(name or self.name))
        login = {"host": cluster["Endpoint"], "port": cluster["Port"], "user": USER, "password": PASSWORD}
        if self.engine == "aurora-mysql":
            verified = {"ssl_ca": ca, "ssl_verify_cert": True, "ssl_verify_identity": True}
            return pymysql.connect(database="appdb", autocommit=True, **login, **verified)
        verified = {"sslmode": "verify-full", "sslrootcert": ca}
        return psycopg.connect(dbname="appdb", autocommit=True, **login, **verified)

    def ask(self, query: str, name: str = "") -> list[tuple[Any, ...]]:
        with closing(self.connect(name)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall()) if cursor.description else []

    def snapshot(self, name: str) -> dict[str, Any]:
        answer = self.rds.create_db_cluster_snapshot(
            DBClusterIdentifier=self.name, DBClusterSnapshotIdentifier=f"{self.name}-{name}"
        )
        found: dict[str, Any] = answer["DBClusterSnapshot"]
        return found

    def snapshots(self) -> list[str]:
        rows = self.rds.describe_db_cluster_snapshots(DBClusterIdentifier=self.name, SnapshotType="manual")
        return [row["DBClusterSnapshotIdentifier"] for row in rows["DBClusterSnapshots"]]

    def restore_from(self, snapshot: str, into: str, **asked: Any) -> dict[str, Any]:
        answer = self.rds.restore_db_cluster_from_snapshot(
            **{"DBClusterIdentifier": into, "SnapshotIdentifier": snapshot, "Engine": self.engine, **asked}
        )
        found: dict[str, Any] = answer["DBCluster"]
        return found

    def refusal_from(self, snapshot: str, into: str, **asked: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            self.restore_from(snapshot, into, **asked)
        return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]

    def restore(self, into: str, **asked: Any) -> dict[str, Any]:
        answer = self.rds.restore_db_cluster_to_point_in_time(
            DBClusterIdentifier=into, SourceDBClusterIdentifier=self.name, **asked
        )
        found: dict[str, Any] = answer["DBCluster"]
        return found

    def refusal(self, into: str, **asked: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            self.restore(into, **asked)
        return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]

    def names(self) -> list[str]:
        return [row["DBClusterIdentifier"] for row in self.rds.describe_db_clusters()["DBClusters"]]


def standing(rds: Any, engine: str, ca_of: Ca) -> Iterator[Scene]:
    """A cluster of its own; what is named after it is deleted with it, snapshots included."""
    name = f"kept-{next(_numbers)}"
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine=engine, EngineVersion=VERSIONS[engine], DatabaseName="appdb",
        MasterUsername=USER, MasterUserPassword=PASSWORD, StorageEncrypted=True, DeletionProtection=True,
        BackupRetentionPeriod=9, Tags=[{"Key": "owner", "Value": "shop"}],
    )  # fmt: skip
    rds.create_db_instance(
        DBInstanceIdentifier=f"{name}-1", DBClusterIdentifier=name, Engine=engine, DBInstanceClass="db.r7g.large"
    )
    found = Scene(rds, engine, name, ca_of)
    found.ask("CREATE TABLE kept (n INT PRIMARY KEY)")
    yield found
    if name in found.names():
        rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
    for row in rds.describe_db_instances()["DBInstances"]:
        if row["DBClusterIdentifier"].startswith(name):
            rds.delete_db_instance(DBInstanceIdentifier=row["DBInstanceIdentifier"], SkipFinalSnapshot=True)
    for one in found.names():
        if one.startswith(name):
            rds.delete_db_cluster(DBClusterIdentifier=one, SkipFinalSnapshot=True)
    for one in found.snapshots():
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=one)
