"""Where whoever only watches reads."""

from __future__ import annotations

from typing import Protocol

from migrate.model.stored import Stored


class Lookout(Protocol):
    def look(self) -> Stored:
        """What the state database holds now. Writes and locks nothing. Raises StateConflict when it refuses."""
