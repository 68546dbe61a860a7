"""One line of the append-only journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from migrate.model.json import Facts


class Kind(StrEnum):
    PLANNED = "planned"
    """A run began: body holds stage, digest and request."""
    INTENT = "intent"
    """A step is about to act: body holds what `observe` saw."""
    DONE = "done"
    """A step acted: body holds its facts; `already: true` where the world was there before."""
    FAILED = "failed"
    UNDO = "undo"
    """A step is about to be undone."""
    UNDONE = "undone"
    EVIDENCE = "evidence"
    """Something was measured: body holds name, inputs, expires_at and facts."""
    GATE = "gate"
    APPROVAL = "approval"
    OUTCOME = "outcome"
    """A run ended: body holds outcome and, for a cutover, ownership and durable_write."""


@dataclass(frozen=True)
class Entry:
    """`hash` covers every other field and `previous`, the hash of the entry before: a changed line breaks the chain."""

    seq: int
    at: datetime
    kind: Kind
    run: str
    step: str
    body: Facts
    fence: int
    """Fencing number of the lease under which it was written."""
    previous: str
    hash: str
