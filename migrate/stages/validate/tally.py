"""What is known about each table while it is compared."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from checks.facts import TableName
from migrate.errors import Interrupted, MigrateError
from migrate.model.database import Position
from migrate.model.progress import TableProgress
from migrate.model.validation import Key
from migrate.stages.validate.comparison import CANDIDATES_MAX, Compared
from migrate.stages.validate.planning import Plan


@dataclass
class Tally:
    """One table's parts, counted together in their order, whatever order they end in. Thread-safe.

    A part is counted when all before it are: so the figures always hold for the rows up to `through`.
    """

    table: TableName
    plan: Plan
    most: int = field(default_factory=lambda: CANDIDATES_MAX)
    """Most candidates that are kept."""
    found: Compared = field(default_factory=lambda: Compared(chunks=0))
    """All that is counted."""
    through: Key | None = None
    position: Position | None = None
    problem: str = ""
    """What kept something of the table from being compared."""
    altered: bool = False
    """Its columns or its key changed meanwhile: what was found says nothing then."""
    counted: int = 0
    """Parts that are counted, and how many there are once that is known."""
    parts: int | None = None
    _ahead: dict[int, tuple[Compared, Key | None]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def finished(self) -> bool:
        """Whether every part was compared."""
        return self.counted == self.parts

    @property
    def share(self) -> float:
        """How much of the table is compared, by the server's estimate of its rows; 1 when it is over with."""
        if self.finished or self.problem:
            return 1.0
        return min(0.99, self.found.source_rows / max(self.plan.rows, 1))

    def room(self) -> int:
        """How many more candidates are kept."""
        with self._lock:
            ahead = sum(len(part.candidates) for part, _ in self._ahead.values())
            return self.most - len(self.found.candidates) - ahead

    def add(self, number: int, part: Compared, through: Key | None = None) -> None:
        """Count in part `number` (from 0), which ends at `through`."""
        with self._lock:
            self._ahead[number] = (part, through)
            while self.counted in self._ahead:
                part, self.through = self._ahead.pop(self.counted)
                self.found += part
                self.counted += 1
            if len(self.found.candidates) > self.most:
                kept = self.found.candidates[: self.most]
                self.found = replace(self.found, candidates=kept, complete=False)

    @contextmanager
    def problems(self) -> Iterator[None]:
        """Keep what a server refuses in the block as this table's problem: the other tables are still compared."""
        try:
            yield
        except Interrupted:
            raise
        except MigrateError as error:
            self.problem = self.problem or str(error)

    def progress(self) -> TableProgress:
        """How far the table is, for a later run."""
        with self._lock:
            found = self.found
            return TableProgress(
                shapes=self.plan.shapes,
                order=self.plan.order,
                through=self.through,
                finished=self.finished,
                source_rows=found.source_rows,
                target_rows=found.target_rows,
                chunks=found.chunks,
                differing=found.differing,
                seconds=found.seconds,
                candidates=found.candidates,
                complete=found.complete,
                reason=self.problem,
                position=self.position,
            )

    def restore(self, noted: TableProgress) -> None:
        """Go on where an earlier run was."""
        self.found = Compared(
            noted.source_rows,
            noted.target_rows,
            noted.candidates,
            noted.complete,
            noted.chunks,
            noted.differing,
            noted.seconds,
        )
        self.through, self.position = noted.through, noted.position
        if noted.finished:
            self.parts = 0
