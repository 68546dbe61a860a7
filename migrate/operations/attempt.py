"""Go on with the run that was begun, or begin another when something else is asked for by now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from migrate.model.journal import Kind
from migrate.model.plan import Plan
from migrate.operations import history
from migrate.ports.journal import Journal

W = TypeVar("W")
SUPERSEDED = "superseded"
"""Outcome of a run that was refused or failed, and then asked for otherwise."""


def attempt(journal: Journal, stage: str, prefix: str, build: Callable[[str], Plan[W]]) -> Plan[W]:
    """The plan of the open run, or of a new one. `build` makes it for a run's name.

    Only for stages whose every run starts from what stands in the world, so that none depends on the one before.
    """
    begun = history.open_run(journal, stage)
    if begun is not None:
        plan = build(begun.run)
        if plan.request == begun.request:
            return plan
        journal.append(Kind.OUTCOME, run=begun.run, body={"outcome": SUPERSEDED})
    return build(f"{prefix}-{history.next_number(journal, stage)}")
