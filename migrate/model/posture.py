"""How a cluster stands: everything an audit asks about, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.finding import Severity


@dataclass(frozen=True, kw_only=True)
class InstancePosture:
    id: str
    zone: str
    public: bool
    writer: bool
    minor_upgrades: bool
    monitoring_seconds: int
    parameters_in_force: bool


@dataclass(frozen=True)
class Way:
    """Who may reach one port range: `source` is a security group's id, a prefix list, or an address range."""

    group: str
    source: str
    is_range: bool

    @property
    def is_everybody(self) -> bool:
        return self.source in ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, kw_only=True)
class Posture:
    """`parameters` are those of the cluster's group that somebody set; `snapshots` name with whom each is shared."""

    cluster: str
    engine: str
    version: str
    port: int
    master_username: str
    master_secret_managed: bool
    encrypted: bool
    key_of_aws: bool
    """The key is AWS's own, not the customer's: its policy cannot be changed, and it cannot be shared or withdrawn."""
    deletion_protection: bool
    backup_days: int
    copies_tags: bool
    iam_logins: bool
    insights: bool
    exported_logs: tuple[str, ...]
    log_days: Mapping[str, int | None]
    """By log group; None keeps for ever."""
    parameter_group: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    instances: tuple[InstancePosture, ...]
    ways: tuple[Way, ...]
    alarmed_metrics: frozenset[str]
    event_sources: frozenset[str]
    snapshots: Mapping[str, tuple[str, ...]]
    trailed: bool | None
    """Whether CloudTrail records what is done in this region; None where it may not be asked."""
    may_end: Sequence[str] | None
    """Users and roles that may delete it, change it, or share a snapshot of it; None where IAM may not be asked."""
    key: str = ""
    """ARN of the key of the storage, where it is the customer's own."""
    key_rotates: bool | None = None
    key_strangers: tuple[str, ...] = ()
    """What the key's policy lets everybody do."""


@dataclass(frozen=True, kw_only=True)
class AuditFinding:
    """One rule that the cluster does not keep. `command` is the line of the AWS CLI that mends it, where one does."""

    code: str
    slug: str
    severity: Severity
    object: str
    message: str
    remedy: str
    command: str
    source: str
