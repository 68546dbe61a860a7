"""What is asked before anything is retired: whose consent it has, and what a team's own runbook asks beside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrate.gates.registry import ask_all
from migrate.model.cutover import Evidence
from migrate.model.gate import GateResult, Moment
from migrate.model.runbook import Runbook
from migrate.stages.cutover import ask as asking
from migrate.stages.cutover import own as own_gates
from migrate.stages.cutover.consent import consented_to, standing
from migrate.stages.cutover.record_view import ANSWERED, RecordView
from migrate.stages.cutover.usable import refuse_omitted, refuse_unasked, refuse_unknown

if TYPE_CHECKING:
    from migrate.stages.cutover.finalize import FinalizeWorld

APPROVED = "approved"
FLAG = "--finalize"
"""What tells the command line that this plan is meant, not that of a handover."""


def refuse(runbook: Runbook) -> None:
    """Raises UsageError for gates that are never asked here, or cannot be answered: of the toolkit's own, those are
    asked whose every signal is on record, for no feed is looked at any more."""
    refuse_unasked(runbook, (Moment.FINALIZE,))
    asked = runbook.gates_at(Moment.FINALIZE)
    refuse_unknown(runbook, "gate", asked, [*ANSWERED, *(gate.name for gate in runbook.own_gates)], "CFG-030")
    refuse_omitted(runbook, Moment.FINALIZE, (APPROVED,))


def ask(world: FinalizeWorld) -> list[GateResult]:
    """Ask every gate of the runbook and journal every answer."""
    own = {gate.name: gate for gate in world.runbook.own_gates}
    view = _view(world)
    results = [
        own_gates.ask(own[slug], world, world.surroundings, FLAG) if slug in own else _known(slug, view)
        for slug in world.runbook.gates_at(Moment.FINALIZE)
    ]
    asking.tell(results, Moment.FINALIZE, world.journal, world.request.run, world.emit)
    return results


def _known(slug: str, view: RecordView) -> GateResult:
    result = ask_all([slug], view)[0]
    hint = f"Run: aurora-migrate cutover approve {FLAG} --by NAME"
    return replace(result, hint=hint) if slug == APPROVED and not result.open else result


def _view(world: FinalizeWorld) -> RecordView:
    def latest(name: str) -> Evidence | None:
        found = world.journal.evidence(name)
        return found[-1] if found else None

    return RecordView(
        now=world.clock.now(),
        limits=world.request.limits,
        plan_digest=world.plan_digest,
        assessment=latest("assessment"),
        validation=latest("validation"),
        approvals=standing(world.journal, world.request.run),
        consented_to=consented_to(world.journal),
    )
