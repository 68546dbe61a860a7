"""Waiting within a drill: for what comes by itself, and for an answer that a lost connection took away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from migrate.clock import Clock
from migrate.errors import MigrateError, TargetError
from migrate.events import Emit, Progressed
from migrate.ports.markers import Markers

LOOK_SECONDS = 0.2
ASKED_AGAIN = 20


@dataclass(frozen=True)
class Patience:
    """How long one thing is waited for, and how often it is looked for."""

    work: str
    limit_seconds: float
    clock: Clock
    emit: Emit
    look_seconds: float = LOOK_SECONDS

    def until(self, come: Callable[[], bool], what: str) -> bool:
        """Whether it came in time; `what` is told with the seconds meanwhile."""
        began = self.clock.monotonic()
        while not come():
            waited = self.clock.monotonic() - began
            if waited > self.limit_seconds:
                return False
            self.emit(Progressed(f"{self.work}: {what}", waited, None, "s"))
            self.clock.sleep(self.look_seconds)
        return True

    def there(self, markers: Markers, marker: str, token: str) -> bool:
        """Asked again while the connection is lost: what cannot be asked is not lost. Raises TargetError."""
        for _ in range(ASKED_AGAIN):
            try:
                return markers.seen(marker, token)
            except TargetError as problem:
                if not problem.retryable:
                    raise
                self.clock.sleep(LOOK_SECONDS)
        return markers.seen(marker, token)


def answered(ask: Callable[[], bool]) -> bool:
    """What `ask` says; False while it meets what passes. Raises every other MigrateError."""
    try:
        return ask()
    except MigrateError as problem:
        if not problem.retryable:
            raise
        return False
