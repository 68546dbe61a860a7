"""After the switch: what was written on the side that was left, behind the last proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SourceError, TargetError
from migrate.events import Noted
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import HandoverWorld


@dataclass(frozen=True)
class LookForLateWrites(HandoverStep):
    """The fence does not bar everybody: a superuser's job may write between the proof and the switch.

    Nothing carries such a row, and nothing may hold the run up for it: the application is in, and the way back has to
    be started. It is told, and stands in the journal. Before the way back: what that brings is no late write.
    """

    name: ClassVar[str] = "after/late-writes"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"look for rows that were written on the {self.leaving} behind the last proof"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        request = world.request
        try:
            touched = world.leaving.log.changes(request.freeze_slot, request.tables).keys
        except (SourceError, TargetError) as problem:
            world.emit(Noted(f"whether rows were written too late cannot be told: {problem}", warning=True))
            return {"unknown": str(problem)}
        tables = tuple(sorted(str(table) for table in touched))
        if tables:
            told = f"rows were written on the {self.leaving} behind the last proof, and are nowhere else"
            world.emit(Noted(f"{told}: {', '.join(tables)}", warning=True, for_all=True))
        return {"tables": list(tables)}
