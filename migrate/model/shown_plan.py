"""The plan of a handover, as people read it before they approve it."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.expectation import Expectation
from migrate.model.gate import Moment


@dataclass(frozen=True)
class ShownStep:
    id: str
    title: str
    state: str
    expected: float | None
    """Seconds; None where it was never measured."""
    moment: str
    """`before`, `frozen`, or `after` the switch."""


@dataclass(frozen=True, kw_only=True)
class ShownPlan:
    run: str
    digest: str
    steps: tuple[ShownStep, ...]
    gates: tuple[tuple[Moment, tuple[str, ...]], ...]
    expectation: Expectation | None
    way_back: Expectation | None
    """What a rollback took when it was last done."""
    freeze_budget: float
    notices: tuple[str, ...] = ()
    """Who will be told, and then what, if all goes well; empty where nobody is."""
