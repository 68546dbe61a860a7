"""How long ago something was that a journal tells of, when its clock and this one need not agree."""

from __future__ import annotations

from datetime import datetime

from migrate.clock import Clock


class Elapsed:
    """What passes while this process looks counts at least: the clock of the machine that wrote may be ahead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._met: dict[datetime, tuple[float, float]] = {}
        """By moment: when it was first asked for, and the seconds that had passed by then."""

    def since(self, moment: datetime) -> float:
        """Seconds; never negative."""
        told, here = (self._clock.now() - moment).total_seconds(), self._clock.monotonic()
        asked, passed = self._met.setdefault(moment, (here, max(told, 0.0)))
        return max(told, passed + here - asked)
