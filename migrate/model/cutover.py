"""What gates look at, and the two facts a cutover reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from migrate.model.database import Side
from migrate.model.feed_status import HonestyFinding
from migrate.model.json import Facts
from migrate.model.replication import ReplicationTask
from migrate.model.upkeep import Upkeep

UNKNOWN = "unknown"
"""Said of the owner where the journal has a switch that was begun and not its end."""


class Ownership(StrEnum):
    """Which side the application is pointed to."""

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

    seq: int
    """Its place in the journal: what came first is told by this, for `taken_at` is of the clock of whoever wrote it."""
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
    """Tables that have to be compared whole under the freeze."""
    whole_seconds: float | None = 0.0
    """About how long these take, as the last validation measured it; None where it did not."""
    blind: str = ""
    """Why every table is: no log was held since the last validation. Empty where both sides hold it."""


Policy = Literal["refuse", "wait", "end"]
"""Of long transactions: no freeze while there is one; wait for them first, then the same; the fence ends them."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of the gates, from migration.toml."""

    lag_seconds: float = 5.0
    transaction_seconds: float = 60.0
    long_transactions: Policy = "refuse"
    """What becomes of those that are open for longer when the freeze is near."""
    transaction_wait_seconds: float = 600.0
    """How long `wait` waits."""
    freeze_budget_seconds: float = 60.0
    validation_hours: float = 24.0
    reverse_window_hours: float = 24.0
    delta_bytes: int = 256 * 1024 * 1024
    delta_keys: int = 200_000
    approvals: int = 1
    """Different people who must approve a cutover."""
    approver_roles: tuple[str, ...] = ()
    """Roles that must be among them."""
    change_windows: tuple[str, ...] = ()
    """`2026-11-28T01:00/2026-11-28T05:00`, in UTC. Empty: at any time."""


class CutoverView(Protocol):
    """Everything the gates may look at. None means: could not be seen.

    Each signal is looked for when a gate first asks for it, and once: under the freeze only what its gates need.
    """

    @property
    def now(self) -> datetime: ...
    @property
    def leaving(self) -> Side:
        """The side that the application leaves: the source in a cutover, the target in a rollback."""

    @property
    def plan_digest(self) -> str: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def switched(self) -> str:
        """What the switch moves, as it completes `the application's …`."""

    @property
    def owner(self) -> Ownership | None: ...
    @property
    def schema_differences(self) -> tuple[str, ...] | None:
        """Readable: `ledger.orders_2027: only on the source`."""

    @property
    def schema_changes(self) -> tuple[str, ...] | None:
        """On the source since the last assessment: `view ledger.totals: changed`."""

    @property
    def assessment(self) -> Evidence | None: ...
    @property
    def validation(self) -> Evidence | None: ...
    @property
    def backlog(self) -> Backlog | None: ...
    @property
    def way_back(self) -> Evidence | None: ...
    @property
    def approvals(self) -> tuple[Evidence, ...]:
        """Those that were not revoked, and that no gate of this run has destroyed since."""

    @property
    def consented_to(self) -> Facts:
        """What an approval given now would rest on, beside the plan."""

    @property
    def tasks(self) -> tuple[TaskView, ...] | None: ...
    @property
    def long_transactions(self) -> tuple[str, ...] | None:
        """Human-readable: `pid 4711, app, open for 93 s`."""

    @property
    def prepared_transactions(self) -> tuple[str, ...] | None: ...
    @property
    def servers(self) -> dict[str, str] | None:
        """Which server answers on each side now."""

    @property
    def sequences_behind(self) -> tuple[str, ...] | None:
        """Of the arriving side, those that do not stand ahead of the leaving side's."""

    @property
    def strangers(self) -> tuple[str, ...] | None:
        """Sessions on the leaving side that belong neither to the application nor to its friends."""

    @property
    def intruders(self) -> tuple[str, ...] | None:
        """Sessions on the arriving side that do not belong to the toolkit, DMS or the application's friends."""

    @property
    def upkeep(self) -> Upkeep | None: ...
    @property
    def findings(self) -> tuple[HonestyFinding, ...] | None:
        """What contradicts DMS's word."""
