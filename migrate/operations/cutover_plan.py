"""The plan of the next handover as people read it before they approve it."""

from __future__ import annotations

from pathlib import Path

from migrate.model.shown_plan import ShownPlan, ShownStep
from migrate.operations import cutover
from migrate.operations.expected import measured, rehearsed
from migrate.runner.explain import explain as explain_plan
from migrate.stages.cutover.freeze import Fence
from migrate.stages.cutover.switch import SwitchSecret
from migrate.wiring.channels import notices
from migrate.wiring.session import Session


def shown(session: Session, stage: str = "", rehearsal: Path | None = None) -> ShownPlan:
    """Build the plan of this stage, or of the one that comes next, and say what each step may take.

    Raises what building the plan does; UsageError for a report that is none.
    """
    journal = session.history
    ready = cutover.prepare(session, journal, stage)
    stage = ready.plan.stage
    expectation = rehearsed(rehearsal, stage) if rehearsal else measured(journal, stage)
    way_back = rehearsed(rehearsal, "rollback") if rehearsal else measured(journal, "rollback")
    moment, found = "before", []
    for step in explain_plan(ready.plan, journal):
        name = step.id.partition(":")[0]
        moment = "frozen" if name == Fence.name else moment
        seconds = expectation.of(step.id) if expectation else None
        found.append(ShownStep(step.id, step.title, step.state, seconds, moment))
        moment = "after" if name == SwitchSecret.name else moment
    return ShownPlan(
        run=ready.plan.run,
        digest=ready.plan.digest,
        steps=tuple(found),
        gates=ready.world.runbook.gates,
        expectation=expectation,
        way_back=way_back,
        freeze_budget=session.settings.gate_limits.freeze_budget_seconds,
        notices=notices(session.settings.notifications, session.name, stage, (step.id for step in found)),
    )
