"""The journal read once and verified, so that everything in a report is of one moment."""

from __future__ import annotations

from migrate.model.cutover import Evidence
from migrate.operations.read_entries import ReadEntries
from migrate.ports.journal import Journal


class Record(ReadEntries):
    """What the journal held when this was made."""

    def __init__(self, journal: Journal) -> None:
        """Raises StateConflict for a journal whose chain is broken."""
        journal.verify()
        super().__init__(tuple(journal.entries()))

    def latest(self, name: str) -> Evidence | None:
        found = self.evidence(name)
        return found[-1] if found else None
