"""Everything the state database holds about one migration, as whoever only watches reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.facts import TableName
from migrate.model.journal import Entry
from migrate.model.sighting import Sighting


@dataclass(frozen=True, kw_only=True)
class LeaseRow:
    """The holder of the lease; one whose `expires_at` has passed does not renew it any more."""

    label: str
    host: str
    fence: int
    since: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """Progress of one table in the validation that is open. Keys of rows are never read."""

    table: TableName
    finished: bool
    source_rows: int
    target_rows: int
    candidates: int
    """Rows that seemed to differ and are still to be looked at again."""
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Stored:
    lease: LeaseRow | None = None
    entries: Sequence[Entry] = ()
    compared: Sequence[ComparedRow] = ()
    sightings: Sequence[Sighting] = ()
