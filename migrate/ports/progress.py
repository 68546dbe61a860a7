"""Where the progress of a full validation is kept, so that a killed one goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from checks.facts import TableName
from migrate.model.progress import TableProgress


class Progress(Protocol):
    """The progress of one pass: whoever hands it out decides which pass goes on, and forgets it when it is over."""

    def load(self) -> Mapping[TableName, TableProgress]:
        """What was saved; empty for a pass that begins."""

    def save(self, moved: Mapping[TableName, TableProgress]) -> None:
        """Keep these, durably, in place of what was saved of the same tables; other tables' progress stays.

        Called about once a second with the tables that moved, from one thread at a time, and a last time at the end.
        Raises StateConflict when the lease was lost: the run ends then.
        """


class KeptProgress(Progress, Protocol):
    """The same, as whoever decides about the pass sees it. A change raises StateConflict when the lease was lost."""

    def foreign(self) -> int:
        """How many tables' progress is left of other passes of this migration, which `load` does not see."""

    def forget(self, forgotten: Iterable[TableName]) -> None:
        """These tables begin again in the next run."""

    def clear(self) -> None:
        """Forget every pass of the migration."""
