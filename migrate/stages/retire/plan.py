"""The steps, in the order in which nothing is taken from under something else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import ClassVar

from migrate.events import Progressed
from migrate.model.json import Facts
from migrate.model.leftover import Kind
from migrate.model.plan import Plan, Reversal, Step
from migrate.stages.retire.world import RetireRequest, RetireWorld

TASKS, REOPEN, RELEASE = "remove/tasks", "target/reopen", "switch/release"
GROUPS: dict[str, tuple[str, tuple[Kind, ...]]] = {
    TASKS: ("stop and delete the DMS tasks", (Kind.TASK,)),
    "remove/restored": ("delete clusters that restore drills left", (Kind.RESTORED,)),
    "remove/endpoints": ("delete the DMS endpoints", (Kind.ENDPOINT,)),
    "remove/instance": ("delete the replication instance and its subnet group", (Kind.INSTANCE, Kind.SUBNET_GROUP)),
    "remove/certificates": ("delete the DMS certificates", (Kind.CERTIFICATE,)),
    "remove/slots": ("drop the replication slots", (Kind.SLOT,)),
    "remove/control": ("drop DMS's control tables and other awsdms_* objects", (Kind.ARTEFACT, Kind.CONTROL)),
    "remove/accounts": ("drop DMS's logins with their rights", (Kind.ACCOUNT,)),
    "remove/markers": ("drop the toolkit's schema", (Kind.MARKERS,)),
    "remove/secrets": ("delete the secrets of DMS's logins", (Kind.SECRET,)),
}


@dataclass(frozen=True)
class Remove(Step[RetireWorld]):
    """One group of leftovers. What is gone already is passed over, so it can be repeated after a crash."""

    reversal: ClassVar[Reversal] = Reversal.NONE
    group: str

    @property
    def id(self) -> str:
        return self.group

    @property
    def title(self) -> str:
        return GROUPS[self.group][0]

    def apply(self, world: RetireWorld, before: Facts) -> Facts:
        mine = [one for one in world.request.found if one.kind in GROUPS[self.group][1]]
        for number, one in enumerate(mine):
            world.emit(Progressed(self.title, number, len(mine), str(one)))
            world.remove(one)
        return {"removed": [str(one) for one in mine]}


@dataclass(frozen=True)
class ReopenTarget(Step[RetireWorld]):
    """Once nothing feeds it any more: else a second set-up would take the closed target for how it was found."""

    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def id(self) -> str:
        return REOPEN

    @property
    def title(self) -> str:
        return "bring the target's triggers and logins back to how they were found"

    def apply(self, world: RetireWorld, before: Facts) -> Facts:
        rested, closed = (
            None if one is None else world.memory.before(one.step, run=one.run)
            for one in (world.request.rested_by, world.request.closed_by)
        )
        if rested is not None:
            world.sides.target.triggers.restore(rested)
            world.sides.target.triggers.wake_events(rested)
        if closed is not None:
            world.sides.target.fence.open(closed)
        return {"triggers": rested is not None, "logins": closed is not None}


@dataclass(frozen=True)
class ReleaseSwitch(Step[RetireWorld]):
    """A record's TTL was lowered for a switch; there is none to come any more."""

    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def id(self) -> str:
        return RELEASE

    @property
    def title(self) -> str:
        return "bring back what was changed of the switch, as a record's TTL"

    def apply(self, world: RetireWorld, before: Facts) -> Facts:
        world.traffic.release(world.request.noted)
        return {}


def plan(request: RetireRequest) -> Plan[RetireWorld]:
    kinds = {one.kind for one in request.found}
    steps: list[Step[RetireWorld]] = [Remove(group) for group, (_, its) in GROUPS.items() if kinds & set(its)]
    if request.closed_by or request.rested_by:
        steps.insert(1 if steps and steps[0].id == TASKS else 0, ReopenTarget())
    if request.noted:
        steps.append(ReleaseSwitch())
    body = json.loads(json.dumps(asdict(request)))
    return Plan(stage=request.stage, run=request.run, request=body, steps=tuple(steps))
