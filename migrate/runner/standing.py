"""Where a run stands, read from its journal: the one judgement behind executing, explaining and unwinding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.model.plan import Plan, Reversal


class State(StrEnum):
    """What executing the plan now would do with a step."""

    TO_DO = "to do"
    DONE = "done"
    """Skipped: the journal says it is done."""
    REPEATED = "will be repeated"
    """The journal says it is done, but what it proved may have passed."""


@dataclass(frozen=True)
class Footprint:
    """What one step left in the journal since it was last undone."""

    before: Facts
    """What `observe` saw ahead of the first attempt."""
    since: datetime
    """When the first attempt began."""
    done: Facts | None
    """Facts of the last `done` entry."""
    complete: bool
    """True when the last attempt ended well and no undo began after it."""
    undoing: bool = False
    """True when an undo began after it, and did not end."""


def footprints(entries: Iterable[Entry]) -> dict[str, Footprint]:
    """Footprints by step id of one run's entries, oldest first. A step that was undone has none."""
    found: dict[str, Footprint] = {}
    for entry in entries:
        known = found.get(entry.step)
        match entry.kind:
            case Kind.INTENT if known is None:
                found[entry.step] = Footprint(entry.body, entry.at, None, complete=False)
            case Kind.INTENT if known is not None:
                found[entry.step] = Footprint(known.before, known.since, known.done, complete=False)
            case Kind.DONE if known is not None:
                found[entry.step] = Footprint(known.before, known.since, entry.body, complete=True)
            case Kind.UNDO if known is not None:
                found[entry.step] = Footprint(known.before, known.since, None, complete=False, undoing=True)
            case Kind.UNDONE:
                found.pop(entry.step, None)
            case _:
                pass
    return found


def standing(plan: Plan[Any], prints: dict[str, Footprint]) -> dict[str, State]:
    """What executing would do with each step. Proofs ahead of a step without a way back are not repeated."""
    passed = max((n for n, step in enumerate(plan.steps) if _point_of_no_return(plan, n, prints)), default=-1)
    states = {}
    for number, step in enumerate(plan.steps):
        footprint = prints.get(step.id)
        if footprint is None or not footprint.complete:
            states[step.id] = State.TO_DO
        elif step.always_again and number > passed:
            states[step.id] = State.REPEATED
        else:
            states[step.id] = State.DONE
    return states


def _point_of_no_return(plan: Plan[Any], number: int, prints: dict[str, Footprint]) -> bool:
    step = plan.steps[number]
    footprint = prints.get(step.id)
    return step.reversal is Reversal.FORBIDDEN and footprint is not None and footprint.complete
