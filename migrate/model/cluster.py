"""The Aurora cluster as asked for, as shown before it is made, and as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.route import TargetEngine, Version


@dataclass(frozen=True, kw_only=True)
class ClusterSpec:
    """What migration.toml asks for. `parameters` are cluster parameters by name."""

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


@dataclass(frozen=True)
class ResourceChange:
    """One line of a change set: action Add, Modify or Remove; replacement True, False or Conditional."""

    action: str
    logical_id: str
    type: str
    replacement: str = "False"


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
