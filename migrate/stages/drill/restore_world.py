"""What a restore drill acts on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from migrate.clock import Clock
from migrate.events import Emit
from migrate.ports.database import Database
from migrate.ports.restores import Restores
from migrate.stages.drill.patience import Patience

LIMIT_SECONDS = 4 * 3600.0
"""A restore copies the whole volume; how long that takes is what is measured."""
WORK = "restore"


@dataclass(frozen=True)
class RestoreWorld:
    cluster: str
    target: Database
    restores: Restores
    opened: Callable[[str, int], AbstractContextManager[Database]]
    """The restored cluster's database at its host and port, with the toolkit's own login, which is in its data."""
    emit: Emit
    clock: Clock
    look_seconds: float
    """How often RDS is asked."""

    def patience(self, limit_seconds: float) -> Patience:
        return Patience(WORK, limit_seconds, self.clock, self.emit, self.look_seconds)
