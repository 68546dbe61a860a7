"""Base of a handover's steps: an id `section/act`, with the task's name behind a colon where there is one per task."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from migrate.model.handover import Feed, HandoverRequest
from migrate.model.plan import Step
from migrate.stages.cutover.world import HandoverWorld


@dataclass(frozen=True)
class HandoverStep(Step[HandoverWorld]):
    """A step of a cutover or a rollback, which is the same act the other way round."""

    name: ClassVar[str]
    """As the runbook spells it: `freeze/fence`."""

    leaving: str
    """`source` or `target`: makes a cutover's step another than a rollback's, also in the plan's digest."""

    @property
    def id(self) -> str:
        return self.name

    @property
    def arriving(self) -> str:
        return "target" if self.leaving == "source" else "source"

    @classmethod
    def build(cls, request: HandoverRequest) -> tuple[HandoverStep, ...]:
        return (cls(leaving=request.leaving.value),)


@dataclass(frozen=True)
class FeedStep(HandoverStep):
    """A step that exists once per task."""

    feed: str

    @property
    def id(self) -> str:
        return f"{self.name}:{self.feed}"

    @property
    @abstractmethod
    def title(self) -> str: ...

    def of(self, world: HandoverWorld) -> Feed:
        return next(feed for feed in world.request.feeds if feed.name == self.feed)

    @classmethod
    def build(cls, request: HandoverRequest) -> tuple[HandoverStep, ...]:
        return tuple(cls(leaving=request.leaving.value, feed=feed.name) for feed in request.feeds)
