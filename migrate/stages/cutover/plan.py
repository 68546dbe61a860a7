"""From a runbook and a request to the plan of a handover. No side effects."""

from __future__ import annotations

import json
from dataclasses import asdict

from migrate.errors import UsageError
from migrate.model.handover import HandoverRequest
from migrate.model.plan import Budget, Plan
from migrate.model.runbook import Runbook
from migrate.stages.cutover import after, close, drain, freeze, prepare, prove, switch
from migrate.stages.cutover import open as opening
from migrate.stages.cutover.ask import AskFrozenGates, AskPreflightGates
from migrate.stages.cutover.step import HandoverStep
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
        AskPreflightGates,
        freeze.Fence,
        freeze.EndSessions,
        freeze.ProveFenced,
        drain.Drain,
        prove.ProveQuiet,
        prove.ProveEqual,
        prove.VerifySequences,
        AskFrozenGates,
        close.LockFeedAccount,
        close.ProveLocked,
        close.CapturePosition,
        switch.SwitchSecret,
        opening.WakeTriggers,
        opening.OpenArriving,
        opening.SmokeTest,
        after.StopFeed,
        after.RestTriggers,
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
    (switch.SwitchSecret.name, opening.OpenArriving.name),
    (opening.OpenArriving.name, opening.SmokeTest.name),
    (opening.OpenArriving.name, after.StartWayBack.name),
    (after.StopFeed.name, after.StartWayBack.name),
    (after.RestTriggers.name, after.StartWayBack.name),
    (after.StartWayBack.name, after.ProveRoundTrip.name),
    (after.ProveRoundTrip.name, after.RetireFeed.name),
)
"""What safety rests on: the first must stand in the runbook, before the second. No runbook may leave these out."""


def plan(runbook: Runbook, request: HandoverRequest) -> Plan[HandoverWorld]:
    """Raises UsageError when the runbook names an unknown step or breaks the order that safety rests on."""
    unknown = [step for step in runbook.steps if step not in STEPS]
    if unknown:
        raise UsageError(
            f"runbook {runbook.name} names unknown steps: {', '.join(unknown)}",
            code="CFG-031",
            hint=f"Known steps: {', '.join(STEPS)}.",
        )
    places = {step: place for place, step in enumerate(runbook.steps)}
    for earlier, later in ORDER:
        if earlier not in places or later not in places or places[earlier] > places[later]:
            raise UsageError(
                f"runbook {runbook.name} is not safe: {earlier} must come before {later}",
                code="CFG-032",
                hint="Restore the shipped order; prose and gates may be added freely.",
            )
    steps = tuple(step for name in runbook.steps for step in STEPS[name].build(request))
    body = json.loads(json.dumps(asdict(request)))
    gates = [[moment.value, list(slugs)] for moment, slugs in runbook.gates]
    return Plan(
        stage=runbook.name,
        run=request.run,
        request={**body, "gates": gates},
        steps=steps,
        budget=Budget(
            first=freeze.Fence.name, last=switch.SwitchSecret.name, seconds=request.limits.freeze_budget_seconds
        ),
    )
