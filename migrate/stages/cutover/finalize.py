"""Gives up the way back: what the migration made goes, what the user had stays."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from migrate.clock import Clock
from migrate.errors import SaysNo, SourceError, UsageError
from migrate.events import Emit, Noted
from migrate.model.database import Side
from migrate.model.gate import Moment
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.plan import Plan, Reversal, Step
from migrate.model.runbook import Runbook
from migrate.ports.cloud import Secrets, Tasks, Traffic
from migrate.ports.database import Database, Sides
from migrate.ports.journal import Journal
from migrate.stages.cutover import consent
from migrate.stages.cutover.open import gone

AWAY = (
    "All else is retired. If the source stays away for good, say so: aurora-migrate cutover finalize --without-source"
    " --by NAME"
)
LOCK_SECONDS = 20.0


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


def restore(facts: Facts) -> FinalizeRequest:
    """The request that a journaled plan holds."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    return FinalizeRequest(**values)


@dataclass(frozen=True)
class FinalizeWorld:
    request: FinalizeRequest
    plan_digest: str
    sides: Sides
    tasks: Tasks
    secrets: Secrets
    traffic: Traffic
    journal: Journal
    emit: Emit
    clock: Clock
    vouched_by: str = ""
    """Who says that the source is gone for good, so that what is there may stay. Empty: nobody."""

    @property
    def source(self) -> Database:
        return self.sides.source

    @property
    def target(self) -> Database:
        return self.sides.target


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
        return "ask for the approval of this plan"

    def done(self, world: FinalizeWorld, before: Facts) -> bool:
        """Asked again on every attempt until something is retired: an approval may be taken back until then."""
        begun = world.journal.entries(run=world.request.run, kind=Kind.INTENT)
        return any(entry.step != self.id for entry in begun)

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        given = consent.valid(world.journal, world.request.run, world.plan_digest, world.clock.now())
        answer = "open" if given else "closed"
        body: Facts = {"gate": "approved", "moment": Moment.FINALIZE.value, "answer": answer}
        world.journal.append(Kind.GATE, run=world.request.run, body=body)
        if not given:
            raise SaysNo(
                "nobody approved giving up the way back",
                code="CUT-100",
                hint="Run: aurora-migrate cutover approve --finalize --by NAME",
            )
        return {"by": given[-1].facts.get("by")}


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
        return "drop the migration's slots on the target"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
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
        return "lock DMS's accounts on the target and delete their secrets"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        for user in world.request.dms_users:
            world.target.accounts.lock(user, LOCK_SECONDS)
        for secret in world.request.dms_secrets:
            world.secrets.delete(secret)
        return {}


@dataclass(frozen=True)
class RetireMarkers(FinalizeStep):
    name: ClassVar[str] = "retire/markers"

    @property
    def title(self) -> str:
        return "remove the toolkit's schema on the target"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
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


@dataclass(frozen=True)
class RetireSource(FinalizeStep):
    """Last, for the old source is what is switched off first: nothing else may wait for it then.

    Where it is gone, a person may say that it stays so. One that answers is retired all the same.
    """

    name: ClassVar[str] = "retire/source"

    @property
    def title(self) -> str:
        return "on the source: drop the migration's slots, lock DMS's accounts, remove the toolkit's schema"

    def apply(self, world: FinalizeWorld, before: Facts) -> Facts:
        request = world.request
        try:
            for slot in request.source_slots:
                world.source.log.drop_slot(slot)
            for user in request.dms_users:
                world.source.accounts.lock(user, LOCK_SECONDS)
            world.source.markers.drop()
        except SourceError as problem:
            if not gone(problem, Side.SOURCE):
                raise
            if not world.vouched_by:
                problem.hint = AWAY
                raise
            told = (
                f"the source does not answer, and {world.vouched_by} says that it is gone for good: what the migration"
                " made there stays, slots that would hold its log among it"
            )
            world.emit(Noted(told, warning=True))
            return {"unasked": Side.SOURCE.value, "vouched_by": world.vouched_by}
        return {}


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
        RetireSource,
    )
}


def plan(runbook: Runbook, request: FinalizeRequest) -> Plan[FinalizeWorld]:
    """Raises UsageError when the runbook names an unknown step, does not begin with the approval, or does not end with
    the source."""
    unknown = [step for step in runbook.steps if step not in STEPS]
    if unknown or runbook.steps[0] != AskApproval.name or runbook.steps[-1] != RetireSource.name:
        raise UsageError(
            f"runbook {runbook.name} is not usable: it must begin with {AskApproval.name}, name known steps, and end"
            f" with {RetireSource.name}",
            code="CFG-034",
            hint=f"Known steps: {', '.join(STEPS)}.",
        )
    body: Facts = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(request).items()}
    return Plan(stage=runbook.name, run=request.run, request=body, steps=tuple(STEPS[name]() for name in runbook.steps))
