"""Explains a plan: the very list that executing would walk, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.model.plan import Plan, Reversal
from migrate.ports.journal import Journal
from migrate.runner.standing import State, footprints, standing


@dataclass(frozen=True)
class ExplainedStep:
    id: str
    title: str
    state: State
    reversal: Reversal


def explain(plan: Plan[Any], journal: Journal | None) -> list[ExplainedStep]:
    """What executing would do with each step; without a journal, of a run that has not begun.

    A step that was begun but not recorded as done is `to do`: executing asks the world first.
    """
    prints = footprints(journal.entries(run=plan.run)) if journal else {}
    states = standing(plan, prints)
    return [ExplainedStep(step.id, step.title, states[step.id], step.reversal) for step in plan.steps]
