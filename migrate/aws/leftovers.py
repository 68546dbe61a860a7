"""What a migration left in AWS, found by asking AWS: names that begin as the migration's do, and its mark on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.identity import account
from migrate.aws.instance import GONE
from migrate.aws.marks import TAG
from migrate.aws.secrets import OWNER_TAG, SecretsManagerSecrets
from migrate.aws.session import AwsSession
from migrate.model.leftover import AWS, Kind, Leftover
from migrate.ports.cloud import Tasks
from migrate.ports.restores import Restores

CERTIFICATES = "aurora-migrate-"
SHARED = "endpoints of somebody else use it"


class AwsLeftovers:
    """Implements `ports.leftovers.CloudLeftovers` over the adapters that made these things."""

    def __init__(self, session: AwsSession, migration: str, stack: str, tasks: Tasks, restores: Restores) -> None:
        self._session, self._migration, self._stack, self._tasks = session, migration, stack, tasks
        self._restores = restores
        self._dms = session.client("dms")
        self._own = f"aurora-migrate-{migration}"

    def find(self) -> list[Leftover]:
        tasks = self._marked(Kind.TASK, "replication_tasks", "ReplicationTask", "moves rows, or waits to")
        instances = self._marked(
            Kind.INSTANCE, "replication_instances", "ReplicationInstance", "billed by the hour as long as it stands"
        )
        endpoints = self._marked(Kind.ENDPOINT, "endpoints", "Endpoint", "none, but counts towards the quota")
        found = [*tasks, *self._replications(), *endpoints, *instances, *self._subnet_group()]
        return [*found, *self._certificates(endpoints), *self._secrets(), *self._snapshots(), *self._restored()]

    def remove(self, found: Leftover) -> None:
        match found.kind:
            case Kind.TASK:
                self._tasks.delete_task(found.name)
            case Kind.ENDPOINT:
                self._tasks.delete_endpoints([found.name])
            case Kind.INSTANCE | Kind.SUBNET_GROUP:
                self._tasks.delete_instance()
            case Kind.CERTIFICATE:
                self._delete_certificate(found.name)
            case Kind.SECRET:
                SecretsManagerSecrets(self._session).delete(found.name)
            case Kind.RESTORED:
                self._restores.remove(found.name)
            case _:
                raise ValueError(f"no {found.kind.value} is deleted here")

    def _marked(self, kind: Kind, listed: str, member: str, cost: str) -> list[Leftover]:
        rows = self._all(f"describe_{listed}", f"{member}s")
        names = [(str(row[f"{member}Identifier"]), str(row[f"{member}Arn"])) for row in rows]
        return [
            Leftover(kind=kind, where=AWS, name=name, cost=cost, id=arn.rpartition(":")[2])
            for name, arn in names
            if (name == self._own or name.startswith(f"{self._migration}-")) and self._ours(arn)
        ]

    def _replications(self) -> Iterator[Leftover]:
        """Tasks on DMS Serverless. botocore has no paginator for them (dms.md §1)."""
        rows: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        with aws_errors("describe the serverless replications"):
            try:
                while True:
                    page = self._dms.describe_replication_configs(**more)
                    rows += page.get("ReplicationConfigs", [])
                    if not page.get("Marker"):
                        break
                    more = {"Marker": page["Marker"]}
            except ClientError as problem:
                if code_of(problem) != GONE:
                    raise
        for row in rows:
            name, arn = str(row["ReplicationConfigIdentifier"]), str(row["ReplicationConfigArn"])
            if name.startswith(f"{self._migration}-") and self._ours(arn):
                cost = "billed by its capacity while it runs"
                yield Leftover(kind=Kind.TASK, where=AWS, name=name, cost=cost, id=arn.rpartition(":")[2])

    def _subnet_group(self) -> Iterator[Leftover]:
        """Describing one tells no ARN: it is made of its name."""
        rows = self._all("describe_replication_subnet_groups", "ReplicationSubnetGroups")
        if self._own in {row["ReplicationSubnetGroupIdentifier"] for row in rows}:
            partition, number = account(self._session)
            arn = f"arn:{partition}:dms:{self._session.region}:{number}:subgrp:{self._own}"
            if self._ours(arn):
                cost = "none, but counts towards the quota"
                yield Leftover(kind=Kind.SUBNET_GROUP, where=AWS, name=self._own, cost=cost)

    def _certificates(self, endpoints: list[Leftover]) -> Iterator[Leftover]:
        """Named by their content, so that several migrations share one: it carries the mark of the first."""
        ours = {endpoint.name for endpoint in endpoints}
        rows = self._all("describe_certificates", "Certificates")
        used = {
            row.get("CertificateArn")
            for row in self._all("describe_endpoints", "Endpoints")
            if row["EndpointIdentifier"] not in ours
        }
        for row in rows:
            name, arn = str(row["CertificateIdentifier"]), row["CertificateArn"]
            if name.startswith(CERTIFICATES) and self._ours(arn):
                kept = SHARED if arn in used else ""
                yield Leftover(kind=Kind.CERTIFICATE, where=AWS, name=name, cost="counts towards the quota", kept=kept)

    def _secrets(self) -> Iterator[Leftover]:
        prefix = f"{self._migration}/dms/"
        with aws_errors("list the secrets"):
            pages = self._session.client("secretsmanager").get_paginator("list_secrets")
            rows = [
                row
                for page in pages.paginate(Filters=[{"Key": "name", "Values": [prefix]}])
                for row in page.get("SecretList", [])
            ]
        for row in rows:
            if row["Name"].startswith(prefix) and {"Key": OWNER_TAG, "Value": "true"} in row.get("Tags", []):
                cost = "billed by the month; opens a login of DMS's"
                yield Leftover(kind=Kind.SECRET, where=AWS, name=row["Name"], cost=cost)

    def _snapshots(self) -> Iterator[Leftover]:
        """Of the cluster, if it is gone: they are the last copy of what it held."""
        rds = self._session.client("rds")
        with aws_errors("list the snapshots"):
            rows = [
                row
                for page in rds.get_paginator("describe_db_cluster_snapshots").paginate(
                    DBClusterIdentifier=self._stack, SnapshotType="manual"
                )
                for row in page["DBClusterSnapshots"]
            ]
        for row in rows:
            name, gigabytes = row["DBClusterSnapshotIdentifier"], int(row.get("AllocatedStorage") or 0)
            kept = f"it holds data: aws rds delete-db-cluster-snapshot --db-cluster-snapshot-identifier {name}"
            cost, size = "billed by the size and month", (gigabytes << 30) or None
            yield Leftover(kind=Kind.SNAPSHOT, where=AWS, name=name, cost=cost, size=size, kept=kept)

    def _restored(self) -> Iterator[Leftover]:
        """Of a restore drill that was killed before it deleted it."""
        for name in self._restores.standing():
            cost = "its instance is billed by the hour, its volume by the month"
            yield Leftover(kind=Kind.RESTORED, where=AWS, name=name, cost=cost)

    def _delete_certificate(self, name: str) -> None:
        for row in self._all("describe_certificates", "Certificates"):
            if row["CertificateIdentifier"] == name and self._ours(row["CertificateArn"]):
                with aws_errors(f"delete the certificate {name}"):
                    try:
                        self._dms.delete_certificate(CertificateArn=row["CertificateArn"])
                    except ClientError as problem:
                        if code_of(problem) != GONE:
                            raise

    def _all(self, operation: str, member: str) -> list[dict[str, Any]]:
        """Every page; nothing where DMS answers that there is nothing (dms.md §1)."""
        more = {"WithoutSettings": True} if operation == "describe_replication_tasks" else {}
        with aws_errors(operation.replace("_", " ")):
            try:
                pages = self._dms.get_paginator(operation).paginate(**more)
                return [row for page in pages for row in page.get(member, [])]
            except ClientError as problem:
                if code_of(problem) != GONE:
                    raise
                return []

    def _ours(self, arn: str) -> bool:
        with aws_errors("read the tags of a DMS resource"):
            try:
                found = self._dms.list_tags_for_resource(ResourceArn=arn).get("TagList", [])
            except ClientError as problem:
                if code_of(problem) != GONE:
                    raise
                return False
        return any((tag.get("Key"), tag.get("Value")) == (TAG, self._migration) for tag in found)
