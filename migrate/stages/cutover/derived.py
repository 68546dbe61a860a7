"""What is made from rows and carried by nobody: materialized views; and a last look at both schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import MigrateError
from migrate.events import Noted
from migrate.model.handover import Recorded
from migrate.model.inventory import unexpected
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.view import differences_now
from migrate.stages.cutover.world import HandoverWorld

RESTED = "after/rest-triggers"


@dataclass(frozen=True)
class RefreshViews(HandoverStep):
    """Before the freeze, so that what applications meet is minutes old at most: it may take long."""

    name: ClassVar[str] = "prepare/refresh-views"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"refresh the {self.arriving}'s materialized views"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        at = world.clock.now().isoformat()
        refreshed = world.arriving.schema.refresh_views(world.request.schemas)
        return {"views": list(refreshed), "at": at}


@dataclass(frozen=True)
class RefreshViewsAgain(RefreshViews):
    """With the rows that came since. Applications are in already: what cannot be refreshed is told, and stops none."""

    name: ClassVar[str] = "after/refresh-views"

    @property
    def title(self) -> str:
        return f"refresh the {self.arriving}'s materialized views once more"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        try:
            return super().apply(world, before)
        except MigrateError as problem:
            world.emit(Noted(f"refresh the materialized views by hand: {problem}", warning=True))
            return {"failed": problem.code}


@dataclass(frozen=True)
class CompareSchema(HandoverStep):
    """Whether triggers woke and nothing changed on the way. Told, for the application works there already."""

    name: ClassVar[str] = "after/compare-schema"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return "compare both schemas again"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        try:
            found = unexpected(differences_now(world, Recorded(world.request.run, RESTED)))
        except MigrateError as problem:
            world.emit(Noted(f"the schemas cannot be compared: {problem}", warning=True))
            return {"failed": problem.code}
        for each in found:
            world.emit(Noted(f"the schemas differ: {each}", warning=True))
        return {"differences": [str(each) for each in found]}
