"""Engine settings of a DMS endpoint: DMS's defaults cut values, wait and lose databases quietly; these do not."""

from __future__ import annotations

from typing import Any

from migrate.errors import AwsError
from migrate.model import endpoint_reasons
from migrate.model.replication import EndpointSpec

POSTGRES = frozenset({"postgres", "aurora-postgresql"})
MYSQL = frozenset({"mysql", "mariadb", "aurora"})


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
        **endpoint_reasons.settings_of(endpoint_reasons.POSTGRES, spec.role),
    }
    if spec.role == "source" and spec.slot is not None:
        settings["SlotName"] = spec.slot
    if not spec.bypass_constraints:
        settings.pop(endpoint_reasons.BYPASS_KEY, None)
    return settings


def _mysql(spec: EndpointSpec) -> dict[str, Any]:
    """No DatabaseName: with one, every table of the task would land in that database (dms.md §2). No bypass of foreign
    keys: they are added after the load, and from then on they must act, for cascades are not in the log."""
    settings = endpoint_reasons.settings_of(endpoint_reasons.MYSQL, spec.role)
    if endpoint_reasons.ZONE_KEY in settings:
        settings[endpoint_reasons.ZONE_KEY] = spec.time_zone
    return settings
