"""The plan of a handover for people: what it asks, what it may take, and from where there is no way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from migrate.model.shown_plan import ShownPlan

UNMEASURED = "not measured"


def rows(plan: ShownPlan) -> Iterator[Sequence[str]]:
    """Step, when, expected seconds, state, what it does."""
    for step in plan.steps:
        seconds = "" if step.expected is None else f"{step.expected:.2f}"
        yield step.id, step.moment, seconds, step.state, step.title


def closing(plan: ShownPlan) -> Iterator[str]:
    """Gates by moment; who is told what; the freeze and its budget; what a rollback costs; the point of no return."""
    for moment, slugs in plan.gates:
        if slugs:
            yield f"gates at {moment.value}: {', '.join(slugs)}"
    if plan.notices:
        who, *lines = plan.notices
        yield f"told {who}, and of every gate that is not open:"
        yield from (f"  {line}" for line in lines)
    expected = plan.expectation
    if expected:
        yield f"expected freeze: {expected.freeze_seconds:.2f} s of {plan.freeze_budget:g} s ({expected.basis})"
    else:
        yield (
            f"expected freeze: {UNMEASURED}, budget {plan.freeze_budget:g} s; rehearse, and name its report with"
            " --rehearsal"
        )
    back = f"frozen for {plan.way_back.freeze_seconds:.2f} s ({plan.way_back.basis})" if plan.way_back else UNMEASURED
    if plan.run.startswith("rollback"):
        yield "until the switch a failure unwinds by itself; afterwards another cutover needs no new load"
        return
    yield f"until the switch a failure unwinds by itself; afterwards a rollback: {back}"
    yield "point of no return: cutover finalize"
    yield "past the end of the reverse window, a rollback wants `cutover extend` first"


def document(plan: ShownPlan) -> dict[str, Any]:
    expected, back = plan.expectation, plan.way_back
    return {
        "run": plan.run,
        "digest": plan.digest,
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "state": step.state,
                "moment": step.moment,
                "expected_seconds": step.expected,
            }
            for step in plan.steps
        ],
        "gates": {moment.value: list(slugs) for moment, slugs in plan.gates},
        "notices": list(plan.notices),
        "freeze_budget_seconds": plan.freeze_budget,
        "expected_freeze_seconds": expected.freeze_seconds if expected else None,
        "expected_rollback_freeze_seconds": back.freeze_seconds if back else None,
        "measured_by": {
            "freeze": expected.basis if expected else UNMEASURED,
            "rollback": back.basis if back else UNMEASURED,
        },
    }
