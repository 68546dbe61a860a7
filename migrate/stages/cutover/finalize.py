"""Gives up the way back: what the migration made goes, what the user had stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from migrate.clock import Clock
from migrate.errors import SaysNo, UsageError
from migrate.events import Emit
from migrate.model.cutover import Limits
from migrate.model.gate import Moment
from migrate.model.handover import limits
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.plan import Plan, Reversal, Step
from migrate.model.runbook import Runbook
from migrate.ports.acts import Acts
from migrate.ports.cloud import Secrets, Tasks, Traffic
from migrate.ports.database import Database
from migrate.ports.journal import Journal
from migrate.stages.cutover import finalize_gates
from migrate.stages.cutover.ask import reasons, remedies
from migrate.stages.cutover.usable import refuse_unknown


@dataclass(frozen=True, kw_only=True)
class FinalizeRequest:
    migration: str
    run: str
    tasks: tuple[str, ...]
    endpoints: tuple[str, ...]
    source_slots: tuple[str, ...]
    target_slots: tuple[str, ...]
    dms_users: tuple[str, ...]
    dms_secrets: tuple[str, ...]
    noted: Facts = field(default_factory=dict)
    """What the first preparation saw of what is switched, before it changed it."""
    limits: Limits = field(default_factory=Limits)


def restore(facts: Facts) -> FinalizeRequest:
    """The request that a journaled plan holds."""
    known = {one.name for one in fields(FinalizeRequest)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts.items() if name in known
    }
    return FinalizeRequest(**values | {"limits": limits(values.get("limits", {}))})


@dataclass(frozen=True)
class FinalizeWorld:
    request: FinalizeRequest
    runbook: Runbook
    plan_digest: str
    source: Database
    target: Database
    tasks: Tasks
    secrets: Secrets
    traffic: Traffic
    acts: Acts
    surroundings: Callable[[], Mapping[str, str]]
    """What a gate's command learns from its environment."""
    journal: Journal
    emit: Emit
    clock: Clock


@dataclass(frozen=True)
class FinalizeStep(Step[FinalizeWorld]):
    name: ClassVar[str]
    reversal: ClassVar[Reversal] = Reversal.FORBIDDEN

    @property
    def id(self) -> str:
        return self.name


@dataclass(frozen=True)
class AskApproval(FinalizeStep):
    name: ClassVar[str] = "gates/finalize"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"ask every gate of the moment {Moment.FINALIZE.value}"

    def done(self, world: FinalizeWorld, before: Facts) -> bool:
        """Asked again on every attempt until something is retired: an approval may be taken back until then."""
        begun = world.journal.entries(run=world.request.run, kind=Kind.INTENT)
        return any(entry.step != self.id for entry in begun)

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        results = finalize_gates.ask(world)
        if shut := [result for result in results if not result.open]:
            raise SaysNo(f"the way back stays: {reasons(shut)}", code="CUT-100", hint=remedies(shut))
        return {"asked": [result.gate for result in results]}


@dataclass(frozen=True)
class RetireTasks(FinalizeStep):
    name: ClassVar[str] = "retire/tasks"

    @property
    def title(self) -> str:
        return "stop and delete the DMS tasks"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        for task in world.request.tasks:
            world.tasks.delete_task(task)
        return {"tasks": list(world.request.tasks)}


@dataclass(frozen=True)
class RetireSlots(FinalizeStep):
    name: ClassVar[str] = "retire/slots"

    @property
    def title(self) -> str:
        return "drop the migration's slots on both sides"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        for slot in world.request.source_slots:
            world.source.log.drop_slot(slot)
        for slot in world.request.target_slots:
            world.target.log.drop_slot(slot)
        return {}


@dataclass(frozen=True)
class RetireEndpoints(FinalizeStep):
    name: ClassVar[str] = "retire/endpoints"

    @property
    def title(self) -> str:
        return "delete the DMS endpoints and the replication instance"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        world.tasks.delete_endpoints(world.request.endpoints)
        world.tasks.delete_instance()
        return {}


@dataclass(frozen=True)
class RetireAccounts(FinalizeStep):
    """The accounts are locked, not dropped: dropping could fail on what they own, and a lock is enough."""

    name: ClassVar[str] = "retire/accounts"

    @property
    def title(self) -> str:
        return "lock DMS's accounts on both sides and delete their secrets"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        for user in world.request.dms_users:
            world.source.accounts.lock(user, 20.0)
            world.target.accounts.lock(user, 20.0)
        for secret in world.request.dms_secrets:
            world.secrets.delete(secret)
        return {}


@dataclass(frozen=True)
class RetireMarkers(FinalizeStep):
    name: ClassVar[str] = "retire/markers"

    @property
    def title(self) -> str:
        return "remove the toolkit's schema on both sides"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        world.source.markers.drop()
        world.target.markers.drop()
        return {}


@dataclass(frozen=True)
class ReleaseSwitch(FinalizeStep):
    """A record's TTL was lowered for the switches; there is none to come any more."""

    name: ClassVar[str] = "retire/switch"

    @property
    def title(self) -> str:
        return "bring back what was changed of the switch, as a record's TTL"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        world.traffic.release(world.request.noted)
        return dict(world.request.noted)


STEPS: dict[str, type[FinalizeStep]] = {
    step.name: step
    for step in (
        AskApproval,
        RetireTasks,
        RetireSlots,
        RetireEndpoints,
        RetireAccounts,
        RetireMarkers,
        ReleaseSwitch,
    )
}


def plan(runbook: Runbook, request: FinalizeRequest, begun: Facts | None = None) -> Plan[FinalizeWorld]:
    """Raises UsageError when the runbook names what is not known here, or does not begin with its gates.

    `begun` is the journal's request of a plan that has retired something: it is gone on with just as it is there.
    """
    refuse_unknown(runbook, "step", runbook.steps, list(STEPS), "CFG-031")
    if runbook.steps[:1] != (AskApproval.name,):
        raise UsageError(
            f"runbook {runbook.name} is not usable: its first step is {runbook.steps[0] if runbook.steps else 'none'},"
            f" not {AskApproval.name}",
            code="CFG-034",
            hint="Nothing may be retired before the gates are asked: put that step back at the top.",
        )
    if begun is None:
        finalize_gates.refuse(runbook)
        begun = {**json.loads(json.dumps(asdict(request))), "runbook": runbook.document}
    return Plan(
        stage=runbook.name, run=request.run, request=begun, steps=tuple(STEPS[name]() for name in runbook.steps)
    )
