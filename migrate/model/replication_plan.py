"""What the replicate stage is going to ask of DMS, and why: shown by `replicate plan`, written as JSON, journaled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from checks.facts import TableName
from migrate.model.assessment import Measured
from migrate.model.measurement import LobSize
from migrate.model.task_settings import Setting


@dataclass(frozen=True)
class Remark:
    """A refusal or a warning: what, why and what to do. `code` is stable."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class PlannedTable:
    table: TableName
    rows: int | None
    bytes: int | None
    writes: float | None
    """Rows written a second."""
    keyless: bool
    lobs: tuple[LobSize, ...] = ()
    split: str = ""
    """How it is loaded in parts, in words; empty for one that is loaded in one go."""


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    name: str
    identifier: str
    tables: tuple[PlannedTable, ...]
    settings: dict[str, Any]
    """ReplicationTaskSettings, as it is sent."""
    mappings: dict[str, Any]
    """TableMappings, as it is sent."""
    differing: tuple[Setting, ...]
    load: Measured | None
    """How long its load takes, and by what that is told; None where no size is known."""

    @property
    def bytes(self) -> int:
        return sum(one.bytes or 0 for one in self.tables)

    @property
    def rows(self) -> int:
        return sum(one.rows or 0 for one in self.tables)


@dataclass(frozen=True, kw_only=True)
class ProposedTask:
    """A task as the figures would have it, ready to be written into migration.toml."""

    name: str
    tables: tuple[TableName, ...]
    reason: str
    lob_max_kb: int | None = None
    full_load_subtasks: int | None = None
    ranges: tuple[tuple[TableName, tuple[str, ...], tuple[str, ...]], ...] = ()
    """Table, columns and upper bounds of one column each."""
    partitioned: tuple[TableName, ...] = ()
    unlimited: tuple[TableName, ...] = ()
    """Tables whose LOBs go piece by piece."""


@dataclass(frozen=True, kw_only=True)
class RecommendedCapacity:
    memory_gib: float
    instance_class: str
    storage_gb: int
    units: tuple[int, int]
    """Serverless: least and most DCU."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReplicationPlan:
    tasks: tuple[PlannedTask, ...]
    proposal: tuple[ProposedTask, ...]
    proposal_differs: bool
    """Whether the tasks of migration.toml cut the tables otherwise than the figures would."""
    capacity: RecommendedCapacity
    refusals: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    basis: str
    """How writes were measured."""
    unmeasured: tuple[str, ...] = ()
    steps: tuple[tuple[str, str, str], ...] = ()
    """Id, title and state of every step of `replicate start`."""

    @property
    def load(self) -> Measured | None:
        """The tasks load at once: the longest, and by what it is told. None unless all are known."""
        known = [task.load for task in self.tasks if task.load is not None]
        return max(known, key=lambda one: one.seconds) if known and len(known) == len(self.tasks) else None

    @property
    def load_seconds(self) -> float | None:
        return None if self.load is None else self.load.seconds

    @property
    def digest(self) -> str:
        """SHA-256 of what is sent: names, tables, mappings and settings, whatever was measured beside."""
        sent = [[task.identifier, task.mappings, task.settings] for task in self.tasks]
        return hashlib.sha256(json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
