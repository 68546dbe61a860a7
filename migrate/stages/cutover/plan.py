"""From a runbook and a request to the plan of a handover. No side effects."""

from __future__ import annotations

import json
from dataclasses import asdict

from migrate.errors import UsageError
from migrate.gates.registry import gates
from migrate.model.database import Side
from migrate.model.gate import Moment
from migrate.model.handover import HandoverRequest
from migrate.model.json import Facts
from migrate.model.plan import Budget, Plan
from migrate.model.runbook import Runbook
from migrate.stages.cutover import after, awaiting, close, derived, drain, freeze, late, prepare, prove, switch
from migrate.stages.cutover import open as opening
from migrate.stages.cutover.ask import AskFrozenGates, AskPreflightGates
from migrate.stages.cutover.own import build
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.usable import refuse_omitted, refuse_unasked, refuse_unknown
from migrate.stages.cutover.world import HandoverWorld

STEPS: dict[str, type[HandoverStep]] = {
    step.name: step
    for step in (
        prepare.PrepareSecret,
        prepare.TakeSnapshot,
        prepare.KeepFeeding,
        prepare.CreateFreezeSlot,
        prepare.CreateBackSlot,
        prepare.AdmitWayBack,
        prepare.CreateBackEndpoints,
        prepare.ProbeWayBack,
        prepare.RaiseSequences,
        prepare.NarrowProof,
        derived.RefreshViews,
        awaiting.AwaitTransactions,
        AskPreflightGates,
        freeze.Fence,
        freeze.EndSessions,
        freeze.ProveFenced,
        drain.Drain,
        prove.ProveQuiet,
        prove.ProveStillQuiet,
        prove.ProveEqual,
        prove.VerifySequences,
        AskFrozenGates,
        close.LockFeedAccount,
        close.ProveLocked,
        close.CapturePosition,
        opening.WakeTriggers,
        switch.SwitchSecret,
        opening.OpenArriving,
        opening.SmokeTest,
        late.LookForLateWrites,
        after.StopFeed,
        after.RestTriggers,
        derived.RefreshViewsAgain,
        derived.CompareSchema,
        after.StartWayBack,
        after.ProveRoundTrip,
        after.RetireFeed,
        after.DropFreezeSlot,
    )
}

ORDER: tuple[tuple[str, str], ...] = (
    (prepare.KeepFeeding.name, freeze.Fence.name),
    ("prepare/back-slot", freeze.Fence.name),
    ("gates/preflight", freeze.Fence.name),
    (freeze.Fence.name, freeze.EndSessions.name),
    (freeze.EndSessions.name, freeze.ProveFenced.name),
    (freeze.ProveFenced.name, drain.Drain.name),
    (drain.Drain.name, "gates/frozen"),
    ("gates/frozen", close.LockFeedAccount.name),
    (close.LockFeedAccount.name, close.ProveLocked.name),
    (close.ProveLocked.name, prove.ProveQuiet.name),
    (prove.ProveQuiet.name, prove.ProveEqual.name),
    (prove.ProveEqual.name, switch.SwitchSecret.name),
    (prove.VerifySequences.name, switch.SwitchSecret.name),
    (close.ProveLocked.name, close.CapturePosition.name),
    (close.CapturePosition.name, switch.SwitchSecret.name),
    (close.CapturePosition.name, opening.WakeTriggers.name),
    (prove.ProveEqual.name, opening.WakeTriggers.name),
    (opening.WakeTriggers.name, prove.ProveStillQuiet.name),
    (prove.ProveStillQuiet.name, switch.SwitchSecret.name),
    (switch.SwitchSecret.name, opening.OpenArriving.name),
    (opening.OpenArriving.name, opening.SmokeTest.name),
    (opening.OpenArriving.name, after.StartWayBack.name),
    (opening.OpenArriving.name, late.LookForLateWrites.name),
    (late.LookForLateWrites.name, after.StartWayBack.name),
    (after.StopFeed.name, after.StartWayBack.name),
    (after.RestTriggers.name, after.StartWayBack.name),
    (after.StartWayBack.name, after.ProveRoundTrip.name),
    (after.ProveRoundTrip.name, after.RetireFeed.name),
)
"""What safety rests on: the first must stand in the runbook, before the second. No runbook may leave these out."""


ESSENTIAL: dict[Moment, tuple[str, ...]] = {
    Moment.PREFLIGHT: ("owner-certain", "schema-alike", "tables-complete", "apply-exceptions-empty", "lag-by-marker"),
    Moment.FROZEN: ("tables-complete", "apply-exceptions-empty"),
}
"""Gates that no runbook may leave out."""
ESSENTIAL_OF_A_CUTOVER = ("no-open-blocker", "validation-clean-and-fresh", "way-back-probed", "approved")


def plan(runbook: Runbook, request: HandoverRequest, *, begun: Facts | None = None) -> Plan[HandoverWorld]:
    """Raises UsageError when the runbook names an unknown step or breaks the order that safety rests on.

    `begun` is the request of a handover as the journal holds it: an earlier version of the program may have ordered
    otherwise and known fewer fields, and what it froze must be brought to an end.
    """
    own = {step.name: step for step in runbook.own_steps}
    refuse_unknown(runbook, "step", runbook.steps, [*STEPS, *own], "CFG-031")
    asked = [slug for _, slugs in runbook.gates for slug in slugs]
    refuse_unknown(runbook, "gate", asked, [*gates(), *(gate.name for gate in runbook.own_gates)], "CFG-030")
    for moment, slugs in ESSENTIAL.items():
        of_a_cutover = moment is Moment.PREFLIGHT and request.leaving is Side.SOURCE
        refuse_omitted(runbook, moment, slugs + ESSENTIAL_OF_A_CUTOVER if of_a_cutover else slugs)
    if begun is None:
        refuse_unasked(runbook, tuple(ESSENTIAL))
    places = {step: place for place, step in enumerate(runbook.steps)}
    for earlier, later in ORDER if begun is None else ():
        if earlier not in places or later not in places or places[earlier] > places[later]:
            raise UsageError(
                f"runbook {runbook.name} is not safe: {earlier} must come before {later}",
                code="CFG-032",
                hint="Restore the shipped order; prose and gates may be added freely.",
            )
    steps = tuple(
        step
        for name in runbook.steps
        for step in ((build(own[name], request),) if name in own else STEPS[name].build(request))
    )
    if begun is None:
        begun = {**json.loads(json.dumps(asdict(request))), "runbook": runbook.document}
    return Plan(
        stage=runbook.name,
        run=request.run,
        request=begun,
        steps=steps,
        budget=Budget(
            first=freeze.Fence.name, last=switch.SwitchSecret.name, seconds=request.limits.freeze_budget_seconds
        ),
    )
