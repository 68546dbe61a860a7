"""The journal as runner, stages and gates know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from migrate.model.cutover import Evidence
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts


class Journal(Protocol):
    """Append-only and hash-chained, for one migration. Writing needs the lease; reading does not."""

    def append(self, kind: Kind, *, run: str, step: str = "", body: Facts | None = None) -> Entry:
        """Durably append. Raises StateConflict when the lease was lost to another fencing number."""

    def entries(self, *, run: str | None = None, kind: Kind | None = None) -> Sequence[Entry]: ...

    def verify(self) -> None:
        """Walk the hash chain; raises StateConflict naming the first entry that does not fit."""

    def record(self, name: str, *, run: str, expires_at: datetime, facts: Facts) -> Evidence:
        """Append evidence."""

    def evidence(self, name: str) -> Sequence[Evidence]:
        """Evidence of that name, oldest first, with the chain verified."""


class Memory(Protocol):
    """What finished steps left behind, for later steps of the same or of an earlier run."""

    def facts(self, step: str, *, run: str | None = None) -> Facts | None:
        """Facts of the step's last `done` entry in `run` (default: the current one); None if it is not done."""

    def before(self, step: str, *, run: str | None = None) -> Facts | None:
        """What `observe` saw, from the step's first intent that was not undone since."""

    def since(self, step: str, *, run: str | None = None) -> datetime | None:
        """When that intent was written; None where there is none."""
