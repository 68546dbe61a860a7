"""DMS tasks as asked for and as DMS reports them. Names and literals as in the DMS API."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from checks.facts import TableName
from migrate.model.database import Position
from migrate.model.tuning import Tuning


class Direction(StrEnum):
    FORWARD = "forward"
    """Source to target."""
    REVERSE = "reverse"
    """Target to source: the way back."""


class Compute(StrEnum):
    """What the forward task runs on."""

    INSTANCE = "instance"
    SERVERLESS = "serverless"


class MigrationType(StrEnum):
    FULL_LOAD_AND_CDC = "full-load-and-cdc"
    CDC = "cdc"

    @property
    def loads(self) -> bool:
        return self is not MigrationType.CDC


@dataclass(frozen=True, kw_only=True)
class TaskSpec:
    """One DMS task. `tables` are the application's; the marker table is mapped beside them."""

    identifier: str
    direction: Direction
    type: MigrationType
    tables: tuple[TableName, ...]
    marker_table: TableName
    source_endpoint: str
    """Endpoint identifier, not ARN."""
    target_endpoint: str
    start_position: Position | None = None
    stop_after_full_load: bool = False
    full_load_subtasks: int = 8
    tuning: Tuning = field(default_factory=Tuning)


@dataclass(frozen=True, kw_only=True)
class EndpointSpec:
    """A DMS endpoint. Its credentials come from a secret, read by DMS itself."""

    identifier: str
    role: str
    """`source` or `target`, as DMS means it for one task."""
    engine: str
    """DMS's spelling: postgres, aurora-postgresql, mysql, mariadb, aurora."""
    secret_id: str
    """Secrets Manager secret with username, password, host and port."""
    database: str
    tls: str
    """DMS SslMode: none, require, verify-ca or verify-full."""
    ca_file: str | None = None
    slot: str | None = None
    """PostgreSQL: logical slot that exists already, for a task with a start position."""
    time_zone: str = "UTC"
    """Source, MySQL family: the server's zone, in which DMS is to read its timestamps."""
    bypass_constraints: bool = False
    """Target: SET session_replication_role = replica, so that foreign keys and ordinary triggers rest."""


class TableState(StrEnum):
    DOES_NOT_EXIST = "Table does not exist"
    BEFORE_LOAD = "Before load"
    FULL_LOAD = "Full load"
    COMPLETED = "Table completed"
    CANCELLED = "Table cancelled"
    ERROR = "Table error"
    RELOADED = "Table is being reloaded"


LOADING = frozenset({TableState.BEFORE_LOAD, TableState.FULL_LOAD, TableState.RELOADED})
GIVEN_UP = frozenset({TableState.ERROR, TableState.CANCELLED, TableState.DOES_NOT_EXIST})
"""Nothing of such a table is carried any more, though its task goes on."""
UNFINISHED = LOADING | GIVEN_UP


@dataclass(frozen=True, kw_only=True)
class TableStatistics:
    table: TableName
    state: str
    """One of TableState, or a literal that AWS added since."""
    load_began_at: datetime | None = None
    """The last one."""
    full_load_rows: int = 0
    inserts: int = 0
    updates: int = 0
    deletes: int = 0
    applied_inserts: int = 0
    applied_updates: int = 0
    applied_deletes: int = 0
    validation_state: str = ""
    """DMS's own: `Not enabled`, `Validated`, `Mismatched records` …"""


@dataclass(frozen=True, kw_only=True)
class ReplicationTask:
    identifier: str
    arn: str
    status: str
    """creating, ready, starting, running, stopping, stopped, modifying, failed, deleting …"""
    serverless: bool = False
    """One that stands may have lost the statistics of its tables with its compute (dms.md §3)."""
    stop_reason: str = ""
    last_failure: str = ""
    recovery_checkpoint: str = ""
    full_load_percent: int = 0
    tables_loaded: int = 0
    tables_errored: int = 0
    tables: tuple[TableStatistics, ...] = field(default=())

    @property
    def external_id(self) -> str:
        """What DMS's control tables call it."""
        return self.arn.rpartition(":")[2]

    def in_states(self, states: AbstractSet[str]) -> tuple[TableName, ...]:
        return tuple(one.table for one in self.tables if one.state in states)
