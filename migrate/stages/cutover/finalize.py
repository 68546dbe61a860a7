"""Gives up the way back: what the migration made goes, what the user had stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from migrate.clock import Clock
from migrate.errors import SaysNo, SourceError, UsageError
from migrate.events import Emit, Noted
from migrate.model.cutover import Limits
from migrate.model.database import Side
from migrate.model.gate import Moment
from migrate.model.handover import limits
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.plan import Plan, Reversal, Step
from migrate.model.runbook import Runbook
from migrate.ports.acts import Acts
from migrate.ports.cloud import Secrets, Tasks, Traffic
from migrate.ports.database import Database, Sides
from migrate.ports.journal import Journal
from migrate.stages.cutover import finalize_gates
from migrate.stages.cutover.ask import reasons, remedies
from migrate.stages.cutover.open import gone
from migrate.stages.cutover.usable import refuse_unknown

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
    sides: Sides
    tasks: Tasks
    secrets: Secrets
    traffic: Traffic
    acts: Acts
    surroundings: Callable[[], Mapping[str, str]]
    """What a gate's command learns from its environment."""
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
    """Nothing here is taken back: what is retired is made anew by another set-up."""

    name: ClassVar[str]
    reversal: ClassVar[Reversal] = Reversal.FORBIDDEN

    @property
    def id(self) -> str:
        return self.name


@dataclass(frozen=True)
class AskApproval(FinalizeStep):
    """Giving up the way back has an approval of its own: nothing is retired before it is given."""

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
    """First, for they use everything that goes after them."""

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
    """A slot that nobody reads keeps the log until the disk is full."""

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
    """The replication instance is billed for as long as it stands."""

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
        _shut_out(world.target, world.request.dms_users)
        for secret in world.request.dms_secrets:
            world.secrets.delete(secret)
        return {}


@dataclass(frozen=True)
class RetireMarkers(FinalizeStep):
    """What was made for the migration alone is not left in the application's database."""

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
            _shut_out(world.source, request.dms_users)
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


def _shut_out(side: Database, users: Iterable[str]) -> None:
    """Somebody may have dropped them by hand: that shuts them out, too."""
    for user in users:
        if not side.accounts.locked(user):
            side.accounts.lock(user, LOCK_SECONDS)


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


def plan(runbook: Runbook, request: FinalizeRequest, begun: Facts | None = None) -> Plan[FinalizeWorld]:
    """Raises UsageError when the runbook names what is not known here, does not begin with its gates, or does not end
    with the source.

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
    if runbook.steps[-1] != RetireSource.name:
        raise UsageError(
            f"runbook {runbook.name} is not usable: its last step is {runbook.steps[-1]}, not {RetireSource.name}",
            code="CFG-034",
            hint="What is on Aurora must be gone when the source turns out to be away: put that step at the end.",
        )
    if begun is None:
        finalize_gates.refuse(runbook)
        begun = {**json.loads(json.dumps(asdict(request))), "runbook": runbook.document}
    return Plan(
        stage=runbook.name, run=request.run, request=begun, steps=tuple(STEPS[name]() for name in runbook.steps)
    )
