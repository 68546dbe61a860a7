"""Base of the stage's steps."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from migrate.model.plan import Reversal, Step
from migrate.stages.replicate.world import ReplicateRequest, ReplicateWorld, TaskRequest


@dataclass(frozen=True)
class ReplicateStep(Step[ReplicateWorld]):
    """Nothing here is unwound: what was broken off is gone on with."""

    name: ClassVar[str]
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def id(self) -> str:
        return self.name

    @classmethod
    def build(cls, request: ReplicateRequest) -> tuple[ReplicateStep, ...]:
        return (cls(),)


@dataclass(frozen=True)
class TaskStep(ReplicateStep):
    """A step that exists once per DMS task."""

    task: str

    @property
    def id(self) -> str:
        return f"{self.name}:{self.task}"

    @property
    @abstractmethod
    def title(self) -> str: ...

    def of(self, world: ReplicateWorld) -> TaskRequest:
        return world.request.task(self.task)

    @classmethod
    def build(cls, request: ReplicateRequest) -> tuple[ReplicateStep, ...]:
        return tuple(cls(task=task.name) for task in request.tasks)
