"""What of a stack is not as its template says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Drift:
    """One resource that was changed or deleted beside the stack. `differences` read as `/Path 14 → 7`, the template's
    value first; empty for one that is gone."""

    logical_id: str
    type: str
    gone: bool
    differences: tuple[str, ...] = ()
