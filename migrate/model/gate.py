"""A gate's answer, said as signal, observed, comparison, limit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrate.model.json import Json


class Moment(StrEnum):
    """When a gate is asked."""

    PREFLIGHT = "preflight"
    """Before the freeze, while applications run."""
    FROZEN = "frozen"
    """Under the freeze, before the switch."""
    FINALIZE = "finalize"
    """Before anything is deleted."""


class Answer(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """The signal could not be seen. Unknown is not open."""


@dataclass(frozen=True, kw_only=True)
class GateResult:
    gate: str
    answer: Answer
    reason: str
    """`observed 12.4 s > 5 s (orders)`: readable without the code at hand."""
    observed: Json = None
    limit: Json = None
    hint: str = ""
    """What to do when it is not open."""

    @property
    def open(self) -> bool:
        return self.answer is Answer.OPEN
