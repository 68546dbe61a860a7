"""How long work may still take, from how fast it went so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Remembers when each piece of work was first seen, and how far it was then."""

    now: Callable[[], float] = time.monotonic
    _first: dict[str, tuple[float, float]] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def left(self, work: str, done: float, total: float | None) -> float | None:
        """Seconds; None while that cannot be told."""
        now = self.now()
        if done < self._last.get(work, done):  # it was begun anew
            self.forget(work)
        self._last[work] = done
        began, at = self._first.setdefault(work, (now, done))
        if total is None or done >= total or done <= at or now <= began:
            return None
        return (total - done) * (now - began) / (done - at)

    def forget(self, work: str) -> None:
        self._first.pop(work, None)
        self._last.pop(work, None)


def in_words(seconds: float | None) -> str:
    """`1:05 left`, `2:03:00 left`; empty where it is not known."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} left" if hours else f"{minutes}:{rest:02} left"
