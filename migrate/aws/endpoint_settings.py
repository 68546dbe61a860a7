"""Engine settings of a DMS endpoint: DMS's defaults cut values, wait and lose databases quietly; these do not."""

from __future__ import annotations

from typing import Any

from migrate.errors import AwsError
from migrate.model.replication import EndpointSpec

POSTGRES = frozenset({"postgres", "aurora-postgresql"})
MYSQL = frozenset({"mysql", "mariadb", "aurora"})
HEARTBEAT_SCHEMA = "aurora_migrate"
EXECUTE_SECONDS = 3600
"""A statement of DMS's may take an hour; its default of 60 s breaks the load of a big table."""
BYPASS = "SET session_replication_role='replica'"
POLL_SECONDS = 1
"""How often DMS looks into an idle binary log; its default is 5 s, which a freeze would wait for."""


def member_of(engine: str) -> str:
    """The request's member that carries the settings of `engine`. Raises AwsError for an engine without one here."""
    if engine in POSTGRES:
        return "PostgreSQLSettings"
    if engine in MYSQL:
        return "MySQLSettings"
    raise AwsError(
        f"there are no endpoint settings for engine {engine}",
        code="AWS-ENGINE",
        hint=f"Supported: {', '.join(sorted(POSTGRES | MYSQL))}.",
    )


def endpoint_settings(spec: EndpointSpec, secret_role_arn: str) -> dict[str, Any]:
    """The settings of `spec`, its login read by DMS itself from the secret."""
    login = {"SecretsManagerSecretId": spec.secret_id, "SecretsManagerAccessRoleArn": secret_role_arn}
    return {**login, **(_postgres(spec) if spec.engine in POSTGRES else _mysql(spec))}


def _postgres(spec: EndpointSpec) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "DatabaseName": spec.database,
        "ExecuteTimeout": EXECUTE_SECONDS,
        "FailTasksOnLobTruncation": True,
        "MapBooleanAsBoolean": True,
        "TrimSpaceInChar": False,
    }
    if spec.role == "source":
        settings |= {
            "PluginName": "test-decoding",
            "CaptureDdls": False,
            "HeartbeatEnable": True,
            "HeartbeatFrequency": 1,
            "HeartbeatSchema": HEARTBEAT_SCHEMA,
        }
        if spec.slot is not None:
            settings["SlotName"] = spec.slot
    elif spec.bypass_constraints:
        settings["AfterConnectScript"] = BYPASS
    return settings


def _mysql(spec: EndpointSpec) -> dict[str, Any]:
    """No DatabaseName: with one, every table of the task would land in that database (dms.md §2). No bypass of foreign
    keys: they are added after the load, and from then on they must act, for cascades are not in the log."""
    if spec.role == "source":
        return {
            "ExecuteTimeout": EXECUTE_SECONDS,
            "EventsPollInterval": POLL_SECONDS,
            "CleanSourceMetadataOnMismatch": True,
            "ServerTimezone": "UTC",
        }
    return {"ExecuteTimeout": EXECUTE_SECONDS, "TargetDbType": "multiple-databases"}
