"""What differs between Aurora PostgreSQL and Aurora MySQL in a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.route import TargetEngine, Version, aurora_text

SLOTS = 20
GIBIBYTE = 1024**3


@dataclass(frozen=True)
class BacklogAlarm:
    """The metric that grows while a reader of the log lags or is gone."""

    name: str
    metric: str
    threshold: float


@dataclass(frozen=True)
class Flavor:
    """`cluster_parameters` hold from birth: the way back reads the target's log, and switching that on later would
    cost a reboot of the writer. The first of `logs` is exported from the first line on."""

    cluster_parameters: Mapping[str, str]
    instance_parameters: Mapping[str, str]
    logs: tuple[str, ...]
    backlog: BacklogAlarm


FLAVORS = {
    TargetEngine.AURORA_POSTGRESQL: Flavor(
        cluster_parameters={
            "rds.logical_replication": "1",
            "rds.force_ssl": "1",
            "max_replication_slots": str(SLOTS),
            "max_wal_senders": str(SLOTS),
            "max_logical_replication_workers": "8",
            "timezone": "UTC",
        },
        instance_parameters={"log_min_duration_statement": "1000"},
        logs=("postgresql",),
        backlog=BacklogAlarm("SlotDiskUsage", "ReplicationSlotDiskUsage", 10 * GIBIBYTE),
    ),
    TargetEngine.AURORA_MYSQL: Flavor(
        cluster_parameters={
            "binlog_format": "ROW",
            "binlog_checksum": "NONE",
            "require_secure_transport": "ON",
            "local_infile": "1",
            "log_bin_trust_function_creators": "1",
            "server_audit_logging": "1",
            "server_audit_events": "CONNECT,QUERY_DDL",
            "time_zone": "UTC",
        },
        instance_parameters={"slow_query_log": "1", "long_query_time": "1", "log_output": "FILE"},
        logs=("audit", "error", "slowquery"),
        backlog=BacklogAlarm("BinaryLogSize", "SumBinaryLogSize", 10 * GIBIBYTE),
    ),
}
"""Source of the parameters: Aurora's user guide, parameter reference; DMS's requirements of a MySQL source (its guide
asks for binlog_checksum NONE). The audit log leaves QUERY_DCL out: those statements hold passwords."""


def wire_version(engine: TargetEngine, version: Version) -> str:
    """The version as the RDS API spells it: `17.5`, `8.0.mysql_aurora.3.10.0`, `8.4.mysql_aurora.8.4.7`."""
    text = aurora_text(engine, version)
    return text if engine is TargetEngine.AURORA_POSTGRESQL else f"{_compatible(version)}.mysql_aurora.{text}"


def family(engine: TargetEngine, version: Version) -> str:
    """Parameter group family: `aurora-postgresql17`, `aurora-mysql8.0`."""
    if engine is TargetEngine.AURORA_POSTGRESQL:
        return f"{engine.value}{version.major}"
    return f"{engine.value}{_compatible(version)}"


def _compatible(version: Version) -> str:
    """The MySQL version that an Aurora MySQL version is compatible with."""
    by_major = {2: "5.7", 3: "8.0"}
    return by_major.get(version.major) or ".".join(str(part) for part in version.parts[:2])
