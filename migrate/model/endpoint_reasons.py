"""What an endpoint is told beside its login, and why: the one source of what is sent and documented.

Defaults are DMS's own, as the API model and its guide of 2023 give them; None where they give none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from migrate.model.json import Json

Role = Literal["source", "target"]
BOTH: tuple[Role, ...] = ("source", "target")
HEARTBEAT_SCHEMA = "aurora_migrate"
BYPASS_KEY = "AfterConnectScript"
ZONE_KEY = "ServerTimezone"
_AN_HOUR = "a statement of DMS's may take an hour: the default breaks off the load of a big table"


@dataclass(frozen=True)
class EndpointChoice:
    """One key, the value that is sent to endpoints of these roles, and the reason."""

    key: str
    value: Json
    default: Json
    reason: str
    roles: tuple[Role, ...] = BOTH


POSTGRES: tuple[EndpointChoice, ...] = (
    EndpointChoice("ExecuteTimeout", 3600, 60, _AN_HOUR),
    EndpointChoice("FailTasksOnLobTruncation", True, False, "by default a value that was cut is a warning in a log"),
    EndpointChoice("MapBooleanAsBoolean", True, False, "the default writes booleans as text of five characters"),
    EndpointChoice("TrimSpaceInChar", False, True, "the default cuts the blanks that a char column holds"),
    EndpointChoice(
        "PluginName",
        "test-decoding",
        "pglogical",
        "it is part of PostgreSQL, and takes REPLICA IDENTITY FULL, which pglogical does not",
        ("source",),
    ),
    EndpointChoice(
        "CaptureDdls",
        False,
        True,
        "the default makes a table and an event trigger on the source; DDL is frozen, and a gate finds it",
        ("source",),
    ),
    EndpointChoice(
        "HeartbeatEnable",
        True,
        False,
        "without it the slot of a source at rest keeps the log until the disk is full",
        ("source",),
    ),
    EndpointChoice(
        "HeartbeatFrequency", 1, 5, "minutes; the log that waits is short when a cutover begins", ("source",)
    ),
    EndpointChoice(
        "HeartbeatSchema",
        HEARTBEAT_SCHEMA,
        "public",
        "the heartbeat stays out of the application's schemas",
        ("source",),
    ),
    EndpointChoice(
        BYPASS_KEY,
        "SET session_replication_role='replica'",
        None,
        "foreign keys and triggers acted on the source already; what they did is in the log",
        ("target",),
    ),
)
MYSQL: tuple[EndpointChoice, ...] = (
    EndpointChoice("ExecuteTimeout", 3600, 60, _AN_HOUR),
    EndpointChoice(
        "EventsPollInterval",
        1,
        5,
        "seconds between two looks into a log at rest, which a freeze waits for",
        ("source",),
    ),
    EndpointChoice(
        "CleanSourceMetadataOnMismatch",
        True,
        None,
        "columns are read anew where the log's do not fit those that DMS remembers",
        ("source",),
    ),
    EndpointChoice(
        ZONE_KEY,
        "UTC",
        None,
        "a timestamp is the same instant in the load and in the changes; another zone by [source] time_zone",
        ("source",),
    ),
    EndpointChoice(
        "TargetDbType",
        "multiple-databases",
        None,
        "each table stays in the database that it is from; so no DatabaseName is sent, which would gather all in one",
        ("target",),
    ),
)


def settings_of(choices: tuple[EndpointChoice, ...], role: str) -> dict[str, Json]:
    """What is sent to an endpoint of that role."""
    return {one.key: one.value for one in choices if role in one.roles}
