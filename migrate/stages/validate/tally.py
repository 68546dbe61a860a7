"""What is known about each table while it is compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from checks.facts import TableName
from migrate.errors import MigrateError
from migrate.model.validation import Key
from migrate.stages.validate.comparison import CANDIDATES_MAX, Compared


@dataclass
class Tally:
    """One table's parts, counted together."""

    table: TableName
    keyed: bool = True
    parts: int = 0
    """Chunks, or batches of keys."""
    compared: int = 0
    source_rows: int = 0
    target_rows: int = 0
    candidates: list[Key] = field(default_factory=list)
    complete: bool = True
    """False when there were more candidates than are kept."""
    problem: str = ""
    """What kept something of the table from being compared."""

    def room(self) -> int:
        """How many more candidates are kept."""
        return CANDIDATES_MAX - len(self.candidates)

    def add(self, part: Compared) -> None:
        """Count one compared part in."""
        self.compared += 1
        self.source_rows += part.source_rows
        self.target_rows += part.target_rows
        room = self.room()
        self.candidates += part.candidates[:room]
        self.complete = self.complete and part.complete and len(part.candidates) <= room

    @contextmanager
    def problems(self) -> Iterator[None]:
        """Keep what a server refuses in the block as this table's problem: the other tables are still compared."""
        try:
            yield
        except MigrateError as error:
            self.problem = self.problem or str(error)
