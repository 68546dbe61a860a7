"""[target] of migration.toml: the cluster that `provision` makes. What would be refused by AWS late is refused here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from checks.route import TargetEngine, Version
from migrate.model.cluster_options import (
    Autoscaling,
    Backup,
    Capacity,
    Insights,
    Monitoring,
    Proxy,
    SecretUse,
    Storage,
)
from migrate.model.database import Tls
from migrate.model.family import FAMILY_OF
from migrate.model.tags import NAMING, REQUIRED, tag_complaint
from migrate.section import SecretReference, Section

LOG_DAYS = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
"""The retentions that CloudWatch Logs takes."""
DAY = "(mon|tue|wed|thu|fri|sat|sun)"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
LONGEST_VAULT = 50
"""Characters of a backup vault's, plan's and selection's name (AWS Backup API reference)."""
RESERVED_USERS = frozenset({"postgres", "admin", "rdsadmin", "root", "mysql", "administrator", "public"})
"""Taken by Aurora, or the first names that an attacker tries (Security Hub RDS.24)."""
MAKING = frozenset(
    {
        "stack", "instance_class", "readers", "port", "kms_key_arn", "storage", "extended_support", "secrets",
        "backup_retention_days", "deletion_protection", "vpc_endpoints", "global_identifier", "capacity", "backup",
        "monitoring", "proxy", "autoscaling", "custom_endpoint", "client_security_groups", "allow_public_subnets",
    }
)  # fmt: skip
"""Keys that say how a cluster is made: of no use for one that was there before."""
GROUP = re.compile(r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$")


def _version(value: str) -> str:
    Version.parse(value)
    return value


def _group(value: str) -> str:
    if "/" in value:
        raise ValueError(
            f"{value} is an address range: only members of security groups reach the cluster. Put the clients into a "
            "group and name it, for an address says nothing about who uses it"
        )
    if not GROUP.match(value):
        raise ValueError(f"{value} is not the id of a security group, which looks like sg-0a1b2c3d4e5f60718")
    return value


class CapacitySection(Section):
    minimum: float = Field(default=Capacity.minimum, ge=0.5, le=256, multiple_of=0.5)
    maximum: float = Field(default=Capacity.maximum, ge=1, le=256, multiple_of=0.5)

    @model_validator(mode="after")
    def _ordered(self) -> CapacitySection:
        if self.minimum > self.maximum:
            raise ValueError("minimum is more than maximum")
        return self


class BackupSection(Section):
    window: str = Field(default=Backup.window, pattern=rf"^({CLOCK}-{CLOCK})?$")
    maintenance_window: str = Field(default=Backup.maintenance_window, pattern=rf"^({DAY}:{CLOCK}-{DAY}:{CLOCK})?$")
    backtrack_hours: int = Field(default=Backup.backtrack_hours, ge=0, le=72)
    plan_days: int = Field(default=Backup.plan_days, ge=0, le=3650)


class MonitoringSection(Section):
    interval_seconds: Literal[1, 5, 10, 15, 30, 60] = 60
    insights: Insights = Monitoring.insights
    log_days: LOG_DAYS = 90
    alarm_topic_arn: str = Field(default=Monitoring.alarm_topic_arn, pattern=r"^(arn:aws[a-z-]*:sns:[^:]+:\d{12}:.+)?$")
    cpu_percent: float = Field(default=Monitoring.cpu_percent, gt=0, le=100)
    free_memory_mib: int = Field(default=Monitoring.free_memory_mib, ge=1)
    connections: int = Field(default=Monitoring.connections, ge=1)
    reader_lag_ms: int = Field(default=Monitoring.reader_lag_ms, ge=1)
    volume_left_gib: int = Field(default=Monitoring.volume_left_gib, ge=1)
    deadlocks_per_second: float = Field(default=Monitoring.deadlocks_per_second, gt=0)
    dms_latency_seconds: int = Field(default=Monitoring.dms_latency_seconds, ge=1)


class ProxySection(Section):
    idle_seconds: int = Field(default=Proxy.idle_seconds, ge=1, le=28800)
    connections_percent: int = Field(default=Proxy.connections_percent, ge=1, le=100)


class AutoscalingSection(Section):
    minimum: int = Field(default=Autoscaling.minimum, ge=0, le=15)
    maximum: int = Field(default=Autoscaling.maximum, ge=1, le=15)
    cpu_percent: float = Field(default=Autoscaling.cpu_percent, gt=0, le=100)

    @model_validator(mode="after")
    def _ordered(self) -> AutoscalingSection:
        if self.minimum > self.maximum:
            raise ValueError("minimum is more than maximum")
        return self


class CustomEndpointSection(Section):
    name: str = Field(pattern=r"^[a-z](?:-?[a-z0-9]){0,62}$", max_length=63)
    readers: tuple[int, ...] = Field(min_length=1)


class TargetSection(Section):
    engine: TargetEngine
    version: Annotated[str, AfterValidator(_version)]
    cluster: str = Field(default="", pattern=r"^([a-z](?:-?[a-z0-9]){0,62})?$", max_length=63)
    stack: str = Field(pattern=r"^[A-Za-z](?:-?[A-Za-z0-9]){0,62}$", max_length=63)
    database: str
    master_username: str = "mig_admin"
    password: SecretReference | None = None
    """Default: the managed master secret that the stack names."""
    instance_class: str = Field(default="db.r7g.large", pattern=r"^db\.[a-z0-9-]+(\.[a-z0-9]+)?$")
    readers: int = Field(default=1, ge=0, le=15)
    port: int = Field(default_factory=lambda known: FAMILY_OF[known["engine"]].port, ge=1150, le=65535)
    parameters: dict[str, str] = {}
    """Cluster parameters beside the toolkit's own, e.g. what the source was initialised with."""
    vpc_id: str = ""
    subnet_ids: tuple[str, ...] = ()
    allow_public_subnets: bool = False
    client_security_groups: tuple[Annotated[str, AfterValidator(_group)], ...] = ()
    kms_key_arn: str = Field(default="", pattern=r"^(arn:aws[a-z-]*:kms:[^:]+:\d{12}:key/.+)?$")
    storage: Storage = Storage.STANDARD
    extended_support: bool = False
    backup_retention_days: int = Field(default=14, ge=1, le=35)
    deletion_protection: bool = True
    tls: Tls = Tls.VERIFY_FULL
    ca_file: str | None = None
    secrets: tuple[SecretUse, ...] = ()
    vpc_endpoints: tuple[str, ...] = ()
    global_identifier: str = Field(default="", pattern=r"^([a-z](?:-?[a-z0-9]){0,62})?$", max_length=63)
    required_tags: tuple[str, ...] = REQUIRED
    naming: str = NAMING
    tags: dict[str, str] = {}
    capacity: CapacitySection = CapacitySection()
    backup: BackupSection = BackupSection()
    monitoring: MonitoringSection = MonitoringSection()
    proxy: ProxySection | None = None
    autoscaling: AutoscalingSection | None = None
    custom_endpoint: CustomEndpointSection | None = None

    @model_validator(mode="before")
    @classmethod
    def _named_as_the_cluster(cls, given: Any) -> Any:
        """A cluster that was there before has no stack; what is named after the stack is named after it."""
        if not isinstance(given, dict) or not given.get("cluster"):
            return given
        if making := sorted(MAKING & given.keys()):
            raise ValueError(
                f"cluster: it is used as it stands, so leave out {', '.join(making)}; or leave out `cluster` to have "
                "one made"
            )
        return {**given, "stack": given["cluster"]}

    @field_validator("master_username")
    @classmethod
    def _own_name(cls, name: str, known: ValidationInfo) -> str:
        if name.lower() in RESERVED_USERS and not known.data.get("cluster"):
            raise ValueError("is taken by Aurora or guessed first; choose a name of your own")
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name, re.IGNORECASE):
            raise ValueError("takes a letter first, then letters, digits and _, 32 in all")
        return name

    @field_validator("tags")
    @classmethod
    def _tags_aws_takes(cls, tags: dict[str, str]) -> dict[str, str]:
        if complaint := tag_complaint(tags):
            raise ValueError(complaint)
        return tags

    @model_validator(mode="after")
    def _fits_together(self) -> TargetSection:
        if complaint := next(self._complaints(), None):
            raise ValueError(complaint)
        return self

    def _complaints(self) -> Iterator[str]:
        mysql = self.engine is TargetEngine.AURORA_MYSQL
        binlog = self.parameters.get("binlog_format", "ROW").upper() != "OFF"
        if self.subnet_ids and not self.vpc_id:
            yield "subnet_ids without vpc_id: name the VPC they lie in"
        if len(self.subnet_ids) == 1:
            yield "subnet_ids names one subnet: a cluster needs two, in different availability zones"
        if self.backup.backtrack_hours and not mysql:
            yield "backup.backtrack_hours: only Aurora MySQL can backtrack"
        if self.backup.backtrack_hours and binlog:
            yield (
                "backup.backtrack_hours: Backtrack excludes the binary log, which the way back reads. Leave it out, or "
                'give the way back up with parameters = { binlog_format = "OFF" }'
            )
        if self.backup.plan_days and len(self.stack) > LONGEST_VAULT:
            yield f"backup.plan_days: vault and plan are named after the stack, in at most {LONGEST_VAULT} characters"
        longest = 64 if mysql else 63
        if len(self.database) > longest:
            yield f"database: Aurora takes names of at most {longest} characters"
        if self.proxy and self.port != FAMILY_OF[self.engine].port:
            yield f"proxy: RDS Proxy always listens on port {FAMILY_OF[self.engine].port}; leave `port` out"
        if self.proxy and SecretUse.APPLICATION not in self.secrets:
            yield 'proxy: it logs in with the stack\'s own secret; write secrets = ["application"]'
        if self.global_identifier and self.instance_class.startswith(("db.t3", "db.t4g")):
            yield "global_identifier: a global database takes no instances of class T"
        if self.monitoring.insights is Insights.ADVANCED and self.instance_class.startswith(("db.t3", "db.t4g")):
            yield "monitoring.insights: instances of class T are for tests; advanced insights want a larger class"
        if self.custom_endpoint and max(self.custom_endpoint.readers) > self.readers:
            yield f"custom_endpoint.readers: there are {self.readers} readers, numbered from 1"
