"""Open-loop arrivals: transactions are offered at a fixed rate, whether or not the database keeps up."""

from __future__ import annotations

import threading
import time

PATIENCE_SECONDS = 1.0
"""An arrival that is older when a session comes free is shed: customers give up, and an outage ends in no stampede."""


class Arrivals:
    """Shared by all sessions. `rate` is transactions per second."""

    def __init__(self, rate: float) -> None:
        self._interval = 1.0 / rate
        self._lock = threading.Lock()
        self._due = time.monotonic()
        self.shed = 0

    def take(self, stop: threading.Event) -> bool:
        """Take the next arrival and wait until it is due. False when told to stop."""
        with self._lock:
            late = time.monotonic() - PATIENCE_SECONDS - self._due
            if late > 0:
                missed = int(late / self._interval) + 1
                self.shed += missed
                self._due += missed * self._interval
            due = self._due
            self._due += self._interval
        wait = due - time.monotonic()
        return not (stop.wait(wait) if wait > 0 else stop.is_set())
