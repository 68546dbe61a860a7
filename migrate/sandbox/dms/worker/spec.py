"""The `run` command of the worker's protocol, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrate.sandbox.dms.worker.conditions import Link, Pace, update


@dataclass(frozen=True)
class Endpoint:
    """One side's server. The password stays out of every text form."""

    engine: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    ssl_mode: str
    ca_file: str | None
    settings: Mapping[str, Any]
    link: Link = field(default_factory=Link, repr=False, compare=False)

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Endpoint:
        """Read one endpoint."""
        return cls(
            engine=str(document.get("engine")),
            host=str(document["host"]),
            port=int(document["port"]),
            user=str(document["user"]),
            password=str(document["password"]),
            database=str(document.get("database") or ""),
            ssl_mode=str(document.get("ssl_mode") or "none"),
            ca_file=document.get("ca_file"),
            settings=document.get("settings") or {},
        )


@dataclass(frozen=True)
class Settings:
    """ReplicationTaskSettings by path, with the defaults of dms.md §5.2."""

    document: Mapping[str, Any]

    def _get(self, section: str, key: str, default: Any) -> Any:
        value = (self.document.get(section) or {}).get(key)
        return default if value is None else value

    def flag(self, section: str, key: str, default: bool = False) -> bool:
        """A boolean; the service also takes "true" and "false" as text (assumption)."""
        value = self._get(section, key, default)
        return value.lower() == "true" if isinstance(value, str) else bool(value)

    def number(self, section: str, key: str, default: int) -> int:
        """An integer."""
        return int(self._get(section, key, default))

    def text(self, section: str, key: str, default: str = "") -> str:
        """A text."""
        return str(self._get(section, key, default))

    def policy(self, key: str, default: str) -> str:
        """An ErrorBehavior policy."""
        return self.text("ErrorBehavior", key, default)


@dataclass(frozen=True)
class TaskSpec:
    """What one run of a task shall do."""

    task_id: str
    migration_type: str
    start_type: str
    source: Endpoint
    target: Endpoint
    table_mappings: Mapping[str, Any] | str
    settings: Settings
    start_position: str | None
    stop_position: str | None
    checkpoint: str | None
    completed_tables: frozenset[tuple[str, str]]
    poll_seconds: float
    pace: Pace = field(default_factory=Pace, repr=False, compare=False)

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> TaskSpec:
        """Read the `task` object. Raises TaskFailedError, KeyError or ValueError for one that is none."""
        spec = cls(
            task_id=str(document["task_id"]),
            migration_type=str(document["migration_type"]),
            start_type=str(document["start_type"]),
            source=Endpoint.parse(document["source"]),
            target=Endpoint.parse(document["target"]),
            table_mappings=document["table_mappings"],
            settings=Settings(document.get("settings") or {}),
            start_position=document.get("start_position"),
            stop_position=document.get("stop_position"),
            checkpoint=document.get("checkpoint"),
            completed_tables=frozenset((str(schema), str(table)) for schema, table in document["completed_tables"]),
            poll_seconds=float(document.get("poll_seconds") or 0.0),
        )
        spec.follow(document.get("conditions") or {})
        return spec

    def follow(self, conditions: Mapping[str, Any]) -> None:
        """What the network and the machine let the task do from now on."""
        update(self.source.link, self.target.link, self.pace, conditions)

    @property
    def loads(self) -> bool:
        """Whether the task has a full load."""
        return self.migration_type != "cdc"

    @property
    def captures(self) -> bool:
        """Whether the task captures changes."""
        return self.migration_type != "full-load"

    @property
    def validates(self) -> bool:
        """Whether rows are compared."""
        return self.settings.flag("ValidationSettings", "EnableValidation")

    @property
    def only_validates(self) -> bool:
        """Whether rows are compared and not moved."""
        return self.validates and self.settings.flag("ValidationSettings", "ValidationOnly")

    @property
    def resumes(self) -> bool:
        """Whether this run continues an earlier one (dms.md §2, StartReplicationTaskType)."""
        return self.start_type == "resume-processing"
