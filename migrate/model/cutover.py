"""What gates look at, and the two facts a cutover reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from migrate.model.database import Side
from migrate.model.feed_status import HonestyFinding
from migrate.model.json import Facts
from migrate.model.replication import ReplicationTask


class Ownership(StrEnum):
    """Which side the application's secret points to."""

    SOURCE = "source"
    TARGET = "target"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class CutoverOutcome:
    """Was a durable change made, and who owns the application's writes."""

    ownership: Ownership
    durable_write: bool


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Something measured: what, when, until when it counts, and the facts. Read back from the journal."""

    name: str
    taken_at: datetime
    expires_at: datetime
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """One task as seen now. `lag_seconds` is a marker's measured travel; None when none arrived."""

    task: ReplicationTask
    lag_seconds: float | None
    apply_exceptions: int | None
    """Rows in awsdms_apply_exceptions; None when it could not be read."""


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What is left to prove since the last clean validation."""

    source_bytes: int
    """Of log behind the witness slot."""
    target_bytes: int
    keys: int = 0
    """Rows that earlier proofs left over."""
    tables: tuple[str, ...] = ()
    """Tables that have to be compared whole."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of the gates, from migration.toml."""

    lag_seconds: float = 5.0
    transaction_seconds: float = 60.0
    freeze_budget_seconds: float = 60.0
    validation_hours: float = 24.0
    reverse_window_hours: float = 24.0
    delta_bytes: int = 256 * 1024 * 1024
    delta_keys: int = 200_000


@dataclass(frozen=True, kw_only=True)
class CutoverView:
    """Everything the gates may look at, collected once. None means: could not be seen."""

    now: datetime
    leaving: Side
    """The side that the application leaves: the source in a cutover, the target in a rollback."""
    plan_digest: str
    limits: Limits
    owner: Ownership | None
    schema_differences: tuple[str, ...] | None
    """Readable: `ledger.orders_2027: only on the source`."""
    schema_changes: tuple[str, ...] | None
    """On the source since the last assessment: `view ledger.totals: changed`."""
    assessment: Evidence | None
    validation: Evidence | None
    backlog: Backlog | None
    way_back: Evidence | None
    approvals: tuple[Evidence, ...]
    tasks: tuple[TaskView, ...] | None
    long_transactions: tuple[str, ...] | None
    """Human-readable: `pid 4711, app, open for 93 s`."""
    prepared_transactions: tuple[str, ...] | None
    findings: tuple[HonestyFinding, ...] | None = None
    """What contradicts DMS's word; looked for before the freeze alone."""
