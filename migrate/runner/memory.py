"""What finished steps left behind, read from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from migrate.model.json import Facts
from migrate.ports.journal import Journal
from migrate.runner.standing import footprints


@dataclass(frozen=True)
class JournalMemory:
    """Implements `ports.journal.Memory` for the steps of `run`."""

    journal: Journal
    run: str

    def facts(self, step: str, *, run: str | None = None) -> Facts | None:
        """Facts of the step's last `done` entry in `run` (default: the current one); None if it is not done."""
        footprint = footprints(self.journal.entries(run=run or self.run)).get(step)
        return footprint.done if footprint else None

    def before(self, step: str, *, run: str | None = None) -> Facts | None:
        """What `observe` saw, from the step's first intent that was not undone since."""
        footprint = footprints(self.journal.entries(run=run or self.run)).get(step)
        return footprint.before if footprint else None

    def since(self, step: str, *, run: str | None = None) -> datetime | None:
        """When that intent was written; None where there is none."""
        footprint = footprints(self.journal.entries(run=run or self.run)).get(step)
        return footprint.since if footprint else None
