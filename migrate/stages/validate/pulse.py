"""How long a server takes for a small question: beside our work, and while we rest."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from migrate.clock import Clock
from migrate.model.validation import Load

QUESTIONS = 5
WEIGHT = 0.3
"""Of the newest measurement; a single one says little."""
NOISE_SECONDS = 0.0003
"""What a small question may take longer for no reason at all."""


class Pulse:
    """Of one server. What others do there takes longer by as much as our small question does."""

    def __init__(self, load: Callable[[], Load], clock: Clock) -> None:
        self._ask = load
        self._clock = clock
        self._resting: float | None = None
        self._working: float | None = None

    @property
    def slowdown(self) -> float:
        """How many times longer it takes beside our work; 1 while that is not known."""
        if self._resting is None or self._working is None:
            return 1.0
        return max(self._working - NOISE_SECONDS, self._resting) / self._resting

    def take(self) -> tuple[Load, float]:
        """What others do, and the seconds that a small question took. Raises SourceError or TargetError."""
        seconds = []
        for _ in range(QUESTIONS):
            began = self._clock.monotonic()
            load = self._ask()
            seconds.append(self._clock.monotonic() - began)
        return load, max(statistics.median(seconds), 1e-6)

    def note(self, seconds: float, *, resting: bool) -> None:
        """So long did it take: while nothing of ours ran, or beside it."""
        if resting:
            self._resting = seconds if self._resting is None else _mixed(self._resting, seconds)
        else:
            self._working = seconds if self._working is None else _mixed(self._working, seconds)


def _mixed(before: float, now: float) -> float:
    return (1 - WEIGHT) * before + WEIGHT * now
