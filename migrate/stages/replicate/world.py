"""What the replicate stage asks for, and what its steps act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.facts import TableName
from migrate.clock import Clock
from migrate.events import Emit
from migrate.model.replication import EndpointSpec
from migrate.model.tuning import Tuning
from migrate.ports.cloud import Premigration, Quotas, Reach, Secrets, Tasks, Traffic
from migrate.ports.database import Database
from migrate.ports.journal import Memory


@dataclass(frozen=True, kw_only=True)
class TaskRequest:
    """One DMS task of the migration."""

    name: str
    tables: tuple[TableName, ...]
    identifier: str
    forward_marker: str
    reverse_marker: str
    source: EndpointSpec
    target: EndpointSpec
    full_load_subtasks: int | None = None
    """None: as the request says for all."""
    tuning: Tuning = field(default_factory=Tuning)


@dataclass(frozen=True, kw_only=True)
class AccountRequest:
    """A login role for DMS on one side, and the secret that holds its password."""

    side: str
    user: str
    secret: str
    host: str
    port: int
    database: str
    replication: bool


@dataclass(frozen=True, kw_only=True)
class ReplicateRequest:
    migration: str
    run: str
    schemas: tuple[str, ...]
    tasks: tuple[TaskRequest, ...]
    accounts: tuple[AccountRequest, ...]
    target_friends: tuple[str, ...]
    full_load_subtasks: int
    feed_holds_slot: bool
    keys_before_changes: bool
    """See model.family.Family."""
    accepted_differences: tuple[str, ...] = ()
    """Patterns of objects whose differences migration.toml accepts."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """See model.roles."""
    keep_log_hours: int
    """For how long both logs must be readable where no slot holds them."""
    premigration: bool = False
    """Whether DMS assesses each task before it is started."""

    @property
    def tables(self) -> tuple[TableName, ...]:
        return tuple(table for task in self.tasks for table in task.tables)

    @property
    def markers(self) -> tuple[str, ...]:
        return tuple(marker for task in self.tasks for marker in (task.forward_marker, task.reverse_marker))

    def task(self, name: str) -> TaskRequest:
        return next(task for task in self.tasks if task.name == name)


@dataclass(frozen=True)
class ReplicateWorld:
    request: ReplicateRequest
    source: Database
    target: Database
    tasks: Tasks
    reach: Reach
    secrets: Secrets
    traffic: Traffic
    memory: Memory
    emit: Emit
    clock: Clock
    quotas: Quotas
    needs: Mapping[str, int]
    """What the migration takes of each quota."""
    control_schema: str
    """Where DMS keeps its control tables on the target."""
    premigration: Premigration | None = None

    def side(self, name: str) -> Database:
        return self.source if name == "source" else self.target
