"""What gates can be answered from the record alone, as of now. What only the databases know is None: unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from migrate.model.cutover import Backlog, Evidence, Limits, Ownership, TaskView
from migrate.model.database import Side
from migrate.model.feed_status import HonestyFinding
from migrate.model.json import Facts
from migrate.model.upkeep import Upkeep

ANSWERED = ("no-open-blocker", "validation-clean-and-fresh", "change-window-open", "approved")
"""Gates whose every signal is evidence, settings and the clock."""


@dataclass(frozen=True, kw_only=True)
class RecordView:
    """A `model.cutover.CutoverView`."""

    now: datetime
    limits: Limits
    plan_digest: str
    assessment: Evidence | None
    validation: Evidence | None
    approvals: tuple[Evidence, ...]
    consented_to: Facts
    leaving: Side = Side.SOURCE
    switched: str = ""
    owner: Ownership | None = None
    schema_differences: tuple[str, ...] | None = None
    schema_changes: tuple[str, ...] | None = None
    backlog: Backlog | None = None
    way_back: Evidence | None = None
    tasks: tuple[TaskView, ...] | None = None
    long_transactions: tuple[str, ...] | None = None
    prepared_transactions: tuple[str, ...] | None = None
    servers: dict[str, str] | None = None
    sequences_behind: tuple[str, ...] | None = None
    strangers: tuple[str, ...] | None = None
    intruders: tuple[str, ...] | None = None
    upkeep: Upkeep | None = None
    findings: tuple[HonestyFinding, ...] | None = None
