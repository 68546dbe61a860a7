"""How replication stands, put together from two looks and judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.facts import TableName
from checks.finding import Severity
from migrate.model.database import Side
from migrate.model.watching import ExceptionsOf, Lag, MetricPoint, SlotStanding


@dataclass(frozen=True, kw_only=True)
class HonestyFinding:
    """Something DMS does not say, or says otherwise than it is."""

    code: str
    slug: str
    severity: Severity
    task: str
    seen: str
    why: str
    remedy: str
    source: str
    """Where the behaviour is described."""
    objects: tuple[str, ...] = ()
    """All of them; `seen` names a few."""


@dataclass(frozen=True, kw_only=True)
class TableStatus:
    """One table. Rates are rows per second between two looks; None with one look only, or while nothing is known."""

    table: TableName
    state: str
    rows_loaded: int
    rows_estimated: int | None
    load_rate: float | None
    eta_seconds: float | None
    captured: int
    """Inserts, updates and deletes that DMS read."""
    applied: int
    apply_rate: float | None
    validation: str
    suspended: str
    """DMS's reason; empty where it is not."""

    @property
    def interesting(self) -> bool:
        """Whether a person has to see it: not done, moving, behind, or wrong."""
        return (
            self.state != "Table completed"
            or bool(self.suspended)
            or bool(self.load_rate)
            or bool(self.apply_rate)
            or self.captured > self.applied
        )


@dataclass(frozen=True, kw_only=True)
class LogStatus:
    """The log on the side that is read, and how long its disk can bear it."""

    held_bytes: int
    held_by: str
    growth: float | None
    """Bytes per second, between two looks."""
    free_bytes: int | None
    free_from: str
    hours_left: float | None
    """Until the disk is full at this growth; None where it does not grow, the room is unknown, or it was measured for
    less than a minute."""
    slots: tuple[SlotStanding, ...]


@dataclass(frozen=True, kw_only=True)
class FeedStatus:
    """One DMS task."""

    task: str
    status: str
    words: str
    """Status and stop reason, said in a sentence."""
    stop_reason: str
    last_failure: str
    percent: int
    """DMS's own estimate of the load."""
    rows_loaded: int
    rows_estimated: int | None
    load_rate: float | None
    eta_seconds: float | None
    apply_rate: float | None
    lag: Lag | None
    metrics: Mapping[str, MetricPoint] | None
    exceptions: tuple[ExceptionsOf, ...] | None
    validation: Mapping[str, int]
    """Tables by DMS's own validation state."""
    states: Mapping[str, int]
    tables: tuple[TableStatus, ...]
    log: LogStatus | None
    unseen: tuple[str, ...]

    @property
    def exception_rows(self) -> int | None:
        return None if self.exceptions is None else sum(one.rows for one in self.exceptions)


@dataclass(frozen=True, kw_only=True)
class ReplicationReport:
    """What `replicate status` shows."""

    migration: str
    at: datetime
    leaving: Side
    seconds: float | None
    """Between the two looks that rates are measured over; None with one look."""
    feeds: tuple[FeedStatus, ...]
    findings: tuple[HonestyFinding, ...]
    changed: tuple[str, ...] | None = None
    """What is not as it was set up, a line each; None where nobody asked."""

    @property
    def blockers(self) -> int:
        return sum(one.severity is Severity.BLOCKER for one in self.findings)
