"""Rows that the toolkit writes on one side and awaits on the other, engine unseen.

Every method raises SourceError or TargetError, by the side it was built for, when the server refuses or is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from checks.facts import TableName
from migrate.model.database import Position


class Markers(Protocol):
    """The toolkit's marker tables: one per task and direction, each mapped by that task alone."""

    def table(self, name: str) -> TableName:
        """The marker table called `name`, e.g. `forward_main`."""

    def prepare(self, names: Iterable[str]) -> None:
        """Create the toolkit's schema and these marker tables. Idempotent."""

    def probe(self, name: str) -> None:
        """Write the row by which a load shows what it makes of dates and times. Idempotent; before the load."""

    def write(self, name: str, token: str) -> Position:
        """Commit `token` and return a position at or after its commit."""

    def seen(self, name: str, token: str) -> bool: ...

    def written(self, name: str, before: datetime) -> Sequence[str]:
        """Tokens that were written before this moment of the server's clock; none where there is no such table."""

    def drop(self) -> None:
        """Remove the toolkit's schema. Only finalize and cleanup call it."""
