"""How long a server takes for a small question: beside our work, and while we rest."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Callable, Sequence

from migrate.clock import Clock
from migrate.model.validation import Load

QUESTIONS = 5
KEPT = 3 * QUESTIONS
"""The latest questions of either kind; a single one says little."""
USUAL = 0.8
"""Share of the questions while we rest that were answered at least as fast as is called usual: on a machine that is
busy with others, some take many times longer than most, whatever we do."""
FRESH_SECONDS = 10.0
"""What was seen beside our work so long ago says nothing of now. Where we do so little that no look meets it, nothing
newer comes, and there is nothing that others could notice."""
NOISE_SECONDS = 0.0003
"""What a small question may take longer for no reason at all."""


class Pulse:
    """Of one server. What others do there takes longer by as much as our small question does."""

    def __init__(self, load: Callable[[], Load], clock: Clock) -> None:
        self._ask = load
        self._clock = clock
        self._resting: deque[float] = deque(maxlen=KEPT)
        self._working: deque[tuple[float, float]] = deque(maxlen=KEPT)
        """With the moment that each was noted."""

    @property
    def slowdown(self) -> float:
        """How many times longer it takes beside our work than is usual without it; 1 while that is not known."""
        oldest = self._clock.monotonic() - FRESH_SECONDS
        working = [seconds for noted, seconds in self._working if noted >= oldest]
        if not self._resting or not working:
            return 1.0
        usual = max(sorted(self._resting)[int(USUAL * (len(self._resting) - 1))], 1e-6)
        return max(statistics.median(working) - NOISE_SECONDS, usual) / usual

    def take(self) -> tuple[Load, list[float]]:
        """What others do, and the seconds that small questions took. Raises SourceError or TargetError."""
        seconds = []
        for _ in range(QUESTIONS):
            began = self._clock.monotonic()
            load = self._ask()
            seconds.append(self._clock.monotonic() - began)
        return load, seconds

    def note(self, seconds: Sequence[float], *, resting: bool) -> None:
        """So long did they take: while nothing of ours ran, or beside it."""
        if resting:
            self._resting.extend(seconds)
        else:
            now = self._clock.monotonic()
            self._working.extend((now, one) for one in seconds)
