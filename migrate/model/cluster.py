"""The Aurora cluster as asked for, as shown before it is made, and as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.route import TargetEngine, Version
from migrate.model.cluster_options import (
    Autoscaling,
    Backup,
    Capacity,
    CustomEndpoint,
    Monitoring,
    Proxy,
    SecretUse,
    Storage,
)


@dataclass(frozen=True, kw_only=True)
class ClusterSpec:
    """What migration.toml asks for. `parameters` are cluster parameters by name, `client_groups` the security groups
    whose members reach the port, `dms_instance` the replication instance whose latency an alarm watches."""

    stack: str
    engine: TargetEngine
    version: Version
    database: str
    master_username: str
    instance_class: str
    readers: int
    port: int
    subnet_ids: tuple[str, ...]
    vpc_id: str
    backup_retention_days: int = 14
    deletion_protection: bool = True
    parameters: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    kms_key_arn: str = ""
    """Empty: the stack makes a key of its own."""
    storage: Storage = Storage.STANDARD
    extended_support: bool = False
    client_groups: tuple[str, ...] = ()
    secrets: tuple[SecretUse, ...] = ()
    vpc_endpoints: tuple[str, ...] = ()
    global_identifier: str = ""
    dms_instance: str = ""
    capacity: Capacity = field(default_factory=Capacity)
    backup: Backup = field(default_factory=Backup)
    monitoring: Monitoring = field(default_factory=Monitoring)
    proxy: Proxy | None = None
    autoscaling: Autoscaling | None = None
    custom_endpoint: CustomEndpoint | None = None


@dataclass(frozen=True)
class ResourceChange:
    """One line of a change set: action Add, Modify or Remove; replacement True, False or Conditional."""

    action: str
    logical_id: str
    type: str
    replacement: str = "False"
    why: tuple[str, ...] = ()
    """What leads to it, one line each: `BackupRetentionPeriod 14 → 30`."""


@dataclass(frozen=True)
class ChangeSet:
    """`changes` is empty when there is nothing to do, which is an answer, not an error."""

    stack: str
    name: str
    kind: str
    """CREATE or UPDATE."""
    changes: tuple[ResourceChange, ...] = ()


@dataclass(frozen=True)
class StackEvent:
    id: str
    logical_id: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class Cluster:
    """What the stack's outputs say of the cluster."""

    identifier: str
    host: str
    port: int
    database: str
    resource_id: str
    master_secret_arn: str = field(default="")
    """The ARN is a name, not a secret."""
    client_group: str = ""
    """Security group whose members reach the cluster."""
    reader_host: str = ""
    """Leads to the readers; to the writer where there are none."""
