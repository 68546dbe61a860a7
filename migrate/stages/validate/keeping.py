"""Notes how far the tables are, and goes on from what an earlier run noted."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import TableName
from migrate.model.progress import TableProgress
from migrate.ports.progress import Progress
from migrate.stages.validate.tally import Tally


class Keeper:
    """Keeps what moved since it last kept. Without a place to keep it, does nothing."""

    def __init__(self, place: Progress | None, tallies: Sequence[Tally]) -> None:
        self._place = place
        self._tallies = tallies
        self._kept: dict[TableName, tuple[int, str]] = {}
        self.resumed = 0
        """Tables that an earlier run began or finished."""

    def restore(self) -> None:
        """Let the tallies go on where they were. A table whose shapes are others now begins again."""
        if self._place is None:
            return
        noted = self._place.load()
        for tally in self._tallies:
            before = noted.get(tally.table)
            if before is None or tally.problem or before.shapes != tally.plan.shapes:
                continue
            tally.restore(before)
            self.resumed += 1

    def keep(self) -> None:
        """Save the tables that moved."""
        if self._place is None:
            return
        moved: dict[TableName, TableProgress] = {}
        for tally in self._tallies:
            mark = (tally.counted, f"{tally.parts} {tally.problem}")
            if self._kept.get(tally.table, (0, "None ")) != mark:
                moved[tally.table] = tally.progress()
                self._kept[tally.table] = mark
        if moved:
            self._place.save(moved)
