"""Rides out a database that is away for a while: a restart, a failover, a link that was cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from migrate.clock import Clock
from migrate.errors import MigrateError, SourceError, TargetError
from migrate.events import Emit, Noted, Progressed

T = TypeVar("T")
PATIENCE_SECONDS = 900.0
"""Longer than a failover or a reboot of RDS takes, shorter than what a night of waiting would cost."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0


@dataclass(frozen=True)
class Patience:
    """Tries again what a database was away for, ever less often, until it has been away for `seconds`."""

    clock: Clock
    emit: Emit
    seconds: float = PATIENCE_SECONDS

    def through(self, what: str, act: Callable[[], T], failed: Callable[[MigrateError], None]) -> T:
        """Call `act`, which is safe to call again, until it succeeds; `failed` is told of each error waited for.

        Raises what `act` raises where trying again cannot help, or has not helped in time. What AWS does not answer is
        not waited for here: its pollers do that.
        """
        since: float | None = None
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return act()
            except (SourceError, TargetError) as problem:
                now = self.clock.monotonic()
                since = now if since is None else since
                if not problem.retryable:
                    raise
                if now - since >= self.seconds:
                    problem.add_note(f"tried again for {now - since:.0f} s")
                    raise
                failed(problem)
                if now == since:
                    told = f"{what}: {problem}; trying again, for {self.seconds:.0f} s at most"
                    self.emit(Noted(told, warning=True))
                self.emit(Progressed(f"waiting for {problem.fault}", now - since, None, "s"))
            self.clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
