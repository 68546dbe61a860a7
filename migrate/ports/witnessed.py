"""Where is kept what the witness slots cannot hold: shapes at the last clean pass, and rows that never came to rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from checks.facts import TableName
from migrate.model.witnessed import Witnessed


class WitnessedTables(Protocol):
    def load(self, slot: str) -> Mapping[TableName, Witnessed]:
        """What was saved under this slot. A table that is absent was never proven under it."""

    def save(self, slot: str, tables: Mapping[TableName, Witnessed]) -> None:
        """Keep these, durably, in place of all that was kept of the migration, whatever the slot.

        Called before the slots move. Raises StateConflict when the lease was lost.
        """
