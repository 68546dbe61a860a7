"""What one look at replication saw, unjudged. None means: could not be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from checks.facts import TableName
from migrate.model.database import Side
from migrate.model.replication import ReplicationTask


@dataclass(frozen=True)
class MetricPoint:
    """The newest value of a CloudWatch metric, in the unit that AWS gives it."""

    value: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskTerms:
    """What DMS says of a task beyond its state: its times and the settings that decide what it can lose."""

    external_id: str
    """The id in the task's ARN, by which control tables and CloudWatch know it."""
    instance: str
    """Identifier of its replication instance; empty where it runs on none."""
    started_at: datetime | None = None
    """Last start or resume."""
    stopped_at: datetime | None = None
    """Last stop; older than the start while it runs."""
    load_ended_at: datetime | None = None
    loads: bool = True
    """False for a task of changes only."""
    lob_kb: int | None = None
    """Longer values are cut; None where none is."""
    lob_kb_of: Mapping[TableName, int | None] = field(default_factory=dict)
    """Tables with a limit of their own."""
    validates: bool = False
    logs: bool = True
    """Whether it writes a log into CloudWatch."""

    def lob_limit(self, table: TableName) -> int | None:
        return self.lob_kb_of.get(table, self.lob_kb)


@dataclass(frozen=True)
class Beat:
    """The newest row of a marker table; `written_at` compares as text within one engine."""

    token: str
    written_at: str
    age_seconds: float
    """By the clock of the server that was asked."""


@dataclass(frozen=True)
class Lag:
    """How far the fed side is behind, by a marker row of the toolkit's."""

    seconds: float
    arrived: bool
    """False: the row is still under way, and `seconds` is how long so far."""
    fresh: bool
    """True where the row was written by this look; else it is the last one that was written, and `seconds` its age.
    One that has not arrived is as late as the earlier one that was under way already."""


@dataclass(frozen=True, kw_only=True)
class SlotStanding:
    """A replication slot, and the log that it keeps on the server's disk."""

    name: str
    active: bool
    lost: bool
    """The server gave up keeping its log."""
    held_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class LogStanding:
    """The log of the side that is read."""

    held_bytes: int
    """Of log on disk now: what the slot that holds most keeps, or all files of a binary log."""
    held_by: str
    slots: tuple[SlotStanding, ...] = ()
    gap: str = ""
    """Why what the task needs next is not in the log any more; empty where it is, or where that cannot be told."""
    silent: bool = False
    """Whether a task that is resumed would pass over that gap without an error."""


@dataclass(frozen=True)
class ExceptionsOf:
    """Rows of awsdms_apply_exceptions about one table. Statement and error text hold users' data and stay there."""

    table: TableName
    rows: int
    last_at: str
    """UTC, as the server prints it."""


@dataclass(frozen=True)
class ControlTables:
    """What DMS wrote on the fed side."""

    exceptions: tuple[ExceptionsOf, ...] | None
    suspended: Mapping[TableName, str] | None
    """Reason by table."""


@dataclass(frozen=True)
class KnownTable:
    """What the side that is read says of a table."""

    rows: int
    """As its statistics estimate; -1 when they do not."""
    keyed: bool
    told_apart: bool = True
    """Whether the log says which row an UPDATE or DELETE was of; where it does not, DMS carries neither."""


@dataclass(frozen=True)
class Counted:
    """Rows counted on both sides, and what DMS said after that."""

    source: int
    target: int
    loaded: int
    inserts: int
    deletes: int


@dataclass(frozen=True)
class LargeValue:
    """The largest value of a column that DMS treats as a LOB, in bytes."""

    table: TableName
    column: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class FeedLook:
    """One task, its markers, and the log it reads."""

    identifier: str
    wanted: tuple[TableName, ...]
    task: ReplicationTask | None = None
    gone: bool = False
    """DMS was asked, and knows no such task. Without a task and with False here it could not be asked."""
    terms: TaskTerms | None = None
    metrics: Mapping[str, MetricPoint] | None = None
    cut: tuple[str, ...] | None = None
    """Columns of which DMS's log says that values were cut, `schema.table.column` where the line tells it."""
    known: Mapping[TableName, KnownTable] | None = None
    control: ControlTables | None = None
    lag: Lag | None = None
    log: LogStanding | None = None
    probes: tuple[Mapping[str, str], Mapping[str, str]] | None = None
    """Dates and times of the probe rows as text, by `load/…` and `changes/…`, on the side read and the side fed."""
    counted: Mapping[TableName, Counted] | None = None
    """Only when asked for: it reads every row."""
    large: tuple[LargeValue, ...] | None = None
    """Likewise."""
    unseen: tuple[str, ...] = ()
    """What could not be asked, one line each."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything at one moment."""

    at: datetime
    migration: str
    leaving: Side
    """The side that is read: the source until a cutover, the target after it."""
    feeds: tuple[FeedLook, ...]
    free_bytes: int | None = None
    """What the disk of the side that is read can still take."""
    free_from: str = ""
    """Who says so."""
