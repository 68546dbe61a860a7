"""The replication instance of a migration and its subnet group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.engine_versions import newest_engine
from migrate.aws.errors import aws_errors, code_of
from migrate.aws.marks import require_ours, tags_of
from migrate.aws.network import default_network
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.errors import AwsError

FULL = "storage-full"
BROKEN = frozenset(
    {
        "failed",
        FULL,
        "incompatible-credentials",
        "incompatible-network",
        "inaccessible-encryption-credentials",
    }
)
MORE_ROOM = "Name a larger allocated_storage_gb under [replication], then: aurora-migrate replicate apply-settings"
EXISTS = "ResourceAlreadyExistsFault"
GONE = "ResourceNotFoundFault"


@dataclass(frozen=True)
class InstanceSpec:
    """What migration.toml asks for. Empty `subnet_ids` means the default VPC's, empty `engine_version` the newest."""

    instance_class: str = "dms.t3.medium"
    engine_version: str = ""
    allocated_storage_gb: int = 50
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    multi_az: bool = False


class ReplicationInstance:
    """Named after the migration, private, encrypted. `ensure` and `delete` are idempotent."""

    def __init__(self, session: AwsSession, migration: str, spec: InstanceSpec, poller: Poller) -> None:
        self.identifier = f"aurora-migrate-{migration}"
        self._session, self._migration, self._spec, self._poller = session, migration, spec, poller
        self._dms = session.client("dms")

    def ensure(self) -> str:
        """Create or adopt, wait until available; returns the ARN."""
        found = self._find()
        if found is None:
            self.ensure_subnet_group()
            self._create()
        else:
            require_ours(self._dms, found["ReplicationInstanceArn"], self.identifier, self._migration)
        return self._poller.wait(f"replication instance {self.identifier}: available", self._available)

    def exists(self) -> bool:
        return self._find() is not None

    def arn(self) -> str:
        """ARN of the instance. Raises AwsError(AWS-ResourceNotFoundFault) where there is none."""
        found = self._find()
        if found is None:
            raise AwsError(
                f"there is no replication instance {self.identifier}",
                code=f"AWS-{GONE}",
                hint="Run: aurora-migrate replicate start",
            )
        return str(found["ReplicationInstanceArn"])

    def differing(self) -> list[str]:
        """In what it is not as the spec asks: its class, or too little storage, for storage never shrinks. Empty where
        there is none."""
        found = self._find()
        return [] if found is None else list(self._changes(found))

    def modify(self) -> None:
        """Give it class and storage of the spec, at once, and wait until it has them. Nothing where there is none."""
        if self._find() is None:
            return
        found = self._poller.wait(f"replication instance {self.identifier}: settled", self._settled)
        if changes := self._changes(found):
            arn = found["ReplicationInstanceArn"]
            require_ours(self._dms, arn, self.identifier, self._migration)
            with aws_errors(f"modify the replication instance {self.identifier}"):
                self._dms.modify_replication_instance(ReplicationInstanceArn=arn, ApplyImmediately=True, **changes)
            self._poller.wait(f"replication instance {self.identifier}: modified", self._modified)

    def _changes(self, found: dict[str, Any]) -> dict[str, Any]:
        spec, changes = self._spec, dict[str, Any]()
        if found["ReplicationInstanceClass"] != spec.instance_class:
            changes["ReplicationInstanceClass"] = spec.instance_class
        if found["AllocatedStorage"] < spec.allocated_storage_gb:
            changes["AllocatedStorage"] = spec.allocated_storage_gb
        return changes

    def _settled(self) -> dict[str, Any] | None:
        """A full disk is what more storage mends."""
        found = self._find()
        if found is not None and found["ReplicationInstanceStatus"] == FULL:
            return found
        return found if self._available() else None

    def _modified(self) -> str | None:
        """AWS shows the old size, and a full disk, for a moment longer."""
        found = self._find()
        if found is not None and found["ReplicationInstanceStatus"] == FULL and self._changes(found):
            return None
        arn = self._available()
        return None if self.differing() else arn

    def delete(self) -> None:
        found = self._find()
        if found is not None:
            arn = found["ReplicationInstanceArn"]
            require_ours(self._dms, arn, self.identifier, self._migration)
            if found["ReplicationInstanceStatus"] != "deleting":
                with aws_errors(f"delete the replication instance {self.identifier}"):
                    self._dms.delete_replication_instance(ReplicationInstanceArn=arn)
            self._poller.wait(f"replication instance {self.identifier}: gone", lambda: self._find() is None or None)
        with aws_errors(f"delete the replication subnet group {self.identifier}"):
            try:
                self._dms.delete_replication_subnet_group(ReplicationSubnetGroupIdentifier=self.identifier)
            except ClientError as problem:
                if code_of(problem) != GONE:
                    raise

    def _available(self) -> str | None:
        found = self._find()
        status = found["ReplicationInstanceStatus"] if found else "gone"
        if status == "available" and found:
            return str(found["ReplicationInstanceArn"])
        if status in BROKEN or status in ("gone", "deleting"):
            raise AwsError(
                f"the replication instance {self.identifier} is {status}",
                code="AWS-INSTANCE-BROKEN",
                hint=MORE_ROOM if status == FULL else "Delete it, correct its cause, then repeat the command.",
            )
        return None

    def _create(self) -> None:
        spec = self._spec
        groups = {"VpcSecurityGroupIds": list(spec.security_group_ids)} if spec.security_group_ids else {}
        engine = spec.engine_version or newest_engine(self._dms, spec.instance_class)
        with aws_errors(f"create the replication instance {self.identifier}"):
            try:
                self._dms.create_replication_instance(
                    ReplicationInstanceIdentifier=self.identifier,
                    ReplicationInstanceClass=spec.instance_class,
                    AllocatedStorage=spec.allocated_storage_gb,
                    EngineVersion=engine,
                    ReplicationSubnetGroupIdentifier=self.identifier,
                    MultiAZ=spec.multi_az,
                    PubliclyAccessible=False,
                    AutoMinorVersionUpgrade=False,  # it would restart the instance, be it within a cutover
                    Tags=tags_of(self._migration),
                    **groups,
                )
            except ClientError as problem:
                if code_of(problem) != EXISTS:
                    raise

    def ensure_subnet_group(self) -> None:
        """The group alone: serverless replications lie in it, too. Idempotent."""
        subnets = self._spec.subnet_ids or default_network(self._session)[1]
        with aws_errors(f"create the replication subnet group {self.identifier}"):
            try:
                self._dms.create_replication_subnet_group(
                    ReplicationSubnetGroupIdentifier=self.identifier,
                    ReplicationSubnetGroupDescription=f"aurora-migrate, migration {self._migration}",
                    SubnetIds=list(subnets),
                    Tags=tags_of(self._migration),
                )
            except ClientError as problem:
                if code_of(problem) != EXISTS:
                    raise

    def _find(self) -> dict[str, Any] | None:
        with aws_errors(f"describe the replication instance {self.identifier}"):
            try:
                answer = self._dms.describe_replication_instances(
                    Filters=[{"Name": "replication-instance-id", "Values": [self.identifier]}]
                )
            except ClientError as problem:
                if code_of(problem) == GONE:
                    return None
                raise
        found: list[dict[str, Any]] = answer.get("ReplicationInstances", [])
        return found[0] if found else None
