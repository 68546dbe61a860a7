"""Apply the stack, verify the cluster, and the way to be rid of it."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import asdict, dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import Noted, Progressed
from migrate.model.cluster import ChangeSet, StackEvent
from migrate.model.json import Facts
from migrate.model.plan import Reversal, Step
from migrate.stages.provision.review import UNBORN, require_ours, review
from migrate.stages.provision.world import ProvisionWorld

STANDING = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"})
"""States of a stack whose cluster stands, and which may be updated."""
EMPTY = UNBORN | {"ROLLBACK_COMPLETE"}
"""States of a stack that holds no cluster. In any other, one that failed on the way too, there may be one."""


@dataclass(frozen=True)
class ProvisionStep(Step[ProvisionWorld]):
    """Nothing here is unwound: a failed creation is rolled back by CloudFormation, a cluster that stands is kept."""

    name: ClassVar[str]
    reversal: ClassVar[Reversal] = Reversal.NONE

    stack: str

    @property
    def id(self) -> str:
        return self.name

    @property
    @abstractmethod
    def title(self) -> str: ...


@dataclass(frozen=True)
class ApplyStack(ProvisionStep):
    """Change set, refusal, execution. Repeated after a crash it waits for what is under way; then nothing is left."""

    name: ClassVar[str] = "stack/apply"

    @property
    def title(self) -> str:
        return f"create or update the stack {self.stack}, change set first"

    def apply(self, world: ProvisionWorld, before: Facts) -> Facts:
        request = world.request
        require_ours(world)
        unborn = world.stacks.settled(self.stack, _Follow(world, None)) in UNBORN
        first = [request.birth_template] if unborn and request.birth_template else []
        applied = [self._execute(world, template) for template in (*first, request.template)]
        changes = [asdict(change) for change_set in applied for change in change_set.changes]
        if not changes:
            world.emit(Noted(f"stack {self.stack} is as it should be"))
        return {"kind": applied[0].kind, "changes": changes}

    def _execute(self, world: ProvisionWorld, template: str) -> ChangeSet:
        change_set = review(world, template)
        world.stacks.execute(change_set, _Follow(world, len(change_set.changes)))
        return change_set


@dataclass(frozen=True)
class VerifyCluster(ProvisionStep):
    """CloudFormation says complete before every instance is available with its parameters in force."""

    name: ClassVar[str] = "stack/verify"
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "verify through RDS that the cluster is available"

    def apply(self, world: ProvisionWorld, before: Facts) -> Facts:
        return asdict(world.clusters.available_cluster(self.stack))


@dataclass(frozen=True)
class DeleteStack(ProvisionStep):
    """Deletion protection is taken off first, where the request says so: CloudFormation would find out about it only
    after it had deleted the instances. The cluster's policy keeps a last snapshot.
    """

    name: ClassVar[str] = "stack/delete"

    @property
    def title(self) -> str:
        return f"delete the stack {self.stack}"

    def done(self, world: ProvisionWorld, before: Facts) -> bool:
        return world.stacks.status(self.stack) is None

    def apply(self, world: ProvisionWorld, before: Facts) -> Facts:
        require_ours(world)
        follow = _Follow(world, None)
        status = world.stacks.settled(self.stack, follow)
        if status not in EMPTY and world.request.spec.deletion_protection:
            raise SaysNo(
                f"the cluster of stack {self.stack} is protected from deletion",
                code="PRV-011",
                hint="If the cluster is to go with its data, say so a second time: --lift-protection",
            )
        if status in STANDING:
            world.stacks.execute(review(world), follow)
        world.stacks.delete(self.stack, follow)
        return {"snapshots": world.stacks.snapshots(self.stack)}


class _Follow:
    """Turns the stack's events into the core's."""

    def __init__(self, world: ProvisionWorld, total: int | None) -> None:
        self._world, self._total, self._done = world, total, set[str]()

    def __call__(self, event: StackEvent) -> None:
        stack = self._world.request.spec.stack
        if event.status.endswith("_FAILED"):
            self._world.emit(Noted(f"{event.logical_id} {event.status}: {event.reason}", warning=True))
        elif event.status.endswith("_COMPLETE") and event.logical_id != stack:
            self._done.add(event.logical_id)
            self._world.emit(Progressed(f"stack {stack}", len(self._done), self._total, "resources"))
