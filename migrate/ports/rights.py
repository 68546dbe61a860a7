"""What the toolkit's own login may do on one side, asked before anything depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from migrate.model.checkup import Lack


class Rights(Protocol):
    def lacking(self, schemas: Sequence[str]) -> list[Lack]:
        """Privileges that this side's login lacks to be migrated from or to, each with the GRANT that gives it.

        `schemas` empty: all of the user's. Reads only. Raises SourceError or TargetError.
        """

    def programs(self) -> str:
        """The programs that copying this side's schema takes, found to be there. Raises SourceError or TargetError."""
