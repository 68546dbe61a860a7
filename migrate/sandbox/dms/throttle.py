"""The service's token bucket (dms.md §15: 200 requests, 8 a second; §19 item 18)."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from migrate.sandbox.dms.faults import DmsFault


@dataclass(frozen=True)
class Rate:
    """`burst` requests at once, refilled by `per_second`."""

    burst: float
    per_second: float


REAL = Rate(burst=200.0, per_second=8.0)
"""The figures of the quota table; the text beside it says 100 and 4."""


class Throttle:
    """Counts requests; without a rate it lets all pass."""

    def __init__(self, rate: Rate | None) -> None:
        self._rate = rate
        self._tokens = rate.burst if rate else 0.0
        self._asked = time.monotonic()
        self._lock = threading.Lock()

    def limit(self, rate: Rate | None) -> None:
        """Another rate from now on, its bucket full; None lets all pass again."""
        with self._lock:
            self._rate, self._tokens, self._asked = rate, rate.burst if rate else 0.0, time.monotonic()

    def take(self) -> None:
        """Raises ThrottlingException when the bucket is empty."""
        with self._lock:
            if self._rate is None:
                return
            now = time.monotonic()
            self._tokens = min(self._rate.burst, self._tokens + (now - self._asked) * self._rate.per_second)
            self._asked = now
            if self._tokens < 1.0:
                raise DmsFault("ThrottlingException", "Rate exceeded")
            self._tokens -= 1.0
