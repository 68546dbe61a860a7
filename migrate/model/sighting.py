"""What a run says of itself while it works, beside the journal: only the newest of each kind and subject is kept.

Sightings prove nothing and nothing acts on them. They are for the people who watch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from migrate.model.json import Facts


class SightingKind(StrEnum):
    HOLDER = "holder"
    """Who took the lease; the subject is its fencing number."""
    STAGE = "stage"
    """A stage began or ended: body holds outcome (`running` while it has not ended)."""
    WORK = "work"
    """A long piece of work moved on; the subject is what it is called."""
    TABLE = "table"
    """How DMS says a table stands; the subject is `task schema.table`."""
    LAG = "lag"
    """How long a marker row was under way; the subject is the task."""
    LEDGER = "ledger"
    """What the rehearsal's application was answered so far."""
    NOTE = "note"
    """A line for the person who watches; the subject sorts as time does."""


@dataclass(frozen=True)
class Sighting:
    kind: SightingKind
    subject: str
    body: Facts
    at: datetime
