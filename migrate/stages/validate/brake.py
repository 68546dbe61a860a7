"""The brake: looks at how busy both servers are with others, and makes the comparison give way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from migrate.clock import Clock
from migrate.errors import MigrateError
from migrate.events import Emit, Noted
from migrate.model.validation import Load
from migrate.stages.validate.options import BrakeLimits
from migrate.stages.validate.pulse import Pulse

LOOK_SECONDS = 1.0
"""Between two looks, for whoever calls `look`."""
PAUSE_TIMES, PAUSE_MOST_SECONDS = 4.0, 10.0
"""The floor: however busy the servers are, one statement at once runs, with a pause of so many times what it took
after it, and of no more than so many seconds. Measured by the statement, since small ones are no burden, and a
comparison of many of them would not end."""
CALM = 0.8
"""Share of each limit below which a server counts as calm: between this and the limit, nothing changes."""
STEP_SECONDS = 0.1
TOLD_EVERY_SECONDS = 60.0
"""At most so often is it said that, and why, the comparison gives way."""
OTHERS_SECONDS = 10.0
"""So long after others were last seen at work, they are still reckoned with: a look sees one instant of a second."""
REST_EVERY_SECONDS = 30.0
REST_MOST_SECONDS = 3.0
"""While others work, all of ours rests so often, to see how fast the servers are without it; a statement that runs
longer than the second is not waited for."""


class Brake:
    """Lets statements through, up to `most` at once; fewer while a limit is passed, and never less than the floor.

    Every look that finds a limit passed halves what is let through at once, down to one with pauses; every calm one
    ends the pauses or adds one.
    """

    def __init__(
        self,
        limits: BrakeLimits,
        loads: Mapping[str, Callable[[], Load]],
        *,
        most: int,
        clock: Clock,
        emit: Emit,
        lag: Callable[[], float | None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._limits, self._lag = limits, lag
        self._pulses = {name: Pulse(load, clock) for name, load in loads.items()}
        self._most, self._clock, self._emit, self._stopped = most, clock, emit, stopped
        self._lock = threading.Lock()
        self._allowed = most
        self._running = self._let = 0
        self._others = self._told = self._free = -float("inf")
        self._rested = clock.monotonic()
        self._holding = self._pausing = self._giving_way = False
        self._blind = False
        self.held_seconds = 0.0
        """How long statements waited for the brake, all workers together."""

    @property
    def allowed(self) -> int:
        """Statements that may run at once now."""
        return self._allowed

    @property
    def pausing(self) -> bool:
        """Whether the comparison is at its floor."""
        return self._pausing

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Waits until a statement may run, counts it while the block runs, and rests after it when others work too."""
        self._wait()
        began = self._clock.monotonic()
        try:
            yield
        finally:
            took = self._clock.monotonic() - began
            with self._lock:
                self._running -= 1
                if self._pausing:
                    self._free = began + took + min(PAUSE_TIMES * took, PAUSE_MOST_SECONDS)
        if self._others_work() and not self._pausing:
            self._rest(min(took * self._limits.rest, PAUSE_MOST_SECONDS))

    def _others_work(self) -> bool:
        return self._clock.monotonic() - self._others < OTHERS_SECONDS

    def _rest(self, seconds: float) -> None:
        until = self._clock.monotonic() + seconds
        while not self._stopped() and (left := until - self._clock.monotonic()) > 0.001:
            self._clock.sleep(min(left, STEP_SECONDS))

    def _wait(self) -> None:
        began = self._clock.monotonic()
        while not self._admit():
            self._clock.sleep(STEP_SECONDS)
        with self._lock:
            self.held_seconds += self._clock.monotonic() - began

    def _admit(self) -> bool:
        """Counts the statement in, if it may run now."""
        with self._lock:
            paused = self._pausing and self._clock.monotonic() < self._free
            admitted = self._stopped() or (self._running < self._allowed and not (self._holding or paused))
            self._running += admitted
            self._let += admitted
            return admitted

    def look(self) -> None:
        """See how busy the servers are, and let more or fewer statements through. One thread calls it, about once a
        second."""
        self._holding = self._rest_is_due()
        try:
            self._await_rest()
            passed, calm = self._look()
        finally:
            self._holding = False
        self._follow(passed, calm)

    def _rest_is_due(self) -> bool:
        if self._limits.slowdown is None or not self._others_work():
            return False
        return self._clock.monotonic() - self._rested >= REST_EVERY_SECONDS

    def _await_rest(self) -> None:
        until = self._clock.monotonic() + REST_MOST_SECONDS
        while self._holding and self._running and self._clock.monotonic() < until and not self._stopped():
            self._clock.sleep(STEP_SECONDS)
        if self._holding or not self._running:
            self._rested = self._clock.monotonic()

    def _look(self) -> tuple[list[str], bool]:
        """Which limits are passed, in words, and whether all is calm. What cannot be seen is not calm."""
        running, let = self._running, self._let
        try:
            taken = {name: pulse.take() for name, pulse in self._pulses.items()}
            lag = self._lag() if self._lag else None
        except MigrateError as error:
            if not self._blind:
                self._emit(Noted(f"how busy the servers are cannot be seen: {error}", warning=True))
            self._blind = True
            return [], False
        self._blind = False
        resting = not running and self._let == let
        if resting or (running and self._running):
            for name, (_, seconds) in taken.items():
                self._pulses[name].note(seconds, resting=resting)
        if any(load.active for load, _ in taken.values()):
            self._others = self._clock.monotonic()
        measured = self._measured({name: load for name, (load, _) in taken.items()}, lag)
        known = [(what, value, limit) for what, value, limit in measured if limit is not None]
        passed = [f"{what}: {value:.3g}, limit {limit:.3g}" for what, value, limit in known if value > limit]
        return passed, all(value <= max(CALM * limit, 1.0) for _, value, limit in known)

    def _measured(self, seen: Mapping[str, Load], lag: float | None) -> Iterator[tuple[str, float, float | None]]:
        limits = self._limits
        if lag is not None:
            yield "the fed side's lag in seconds", lag, limits.lag_seconds
        for name, load in seen.items():
            yield f"statements of others on the {name}", load.active, limits.active
            yield f"seconds of the longest of them on the {name}", load.longest_seconds, limits.longest_seconds
            if self._others_work():
                yield (
                    f"times that small statements take longer on the {name}",
                    self._pulses[name].slowdown,
                    limits.slowdown,
                )

    def _follow(self, passed: list[str], calm: bool) -> None:
        with self._lock:
            before = self._allowed
            if passed:
                self._pausing = before == 1
                self._allowed = max(before // 2, 1)
            elif self._blind:
                self._pausing, self._allowed = False, 1
            elif calm:
                self._allowed = before if self._pausing else min(before + 1, self._most)
                self._pausing = False
        self._tell(passed)

    def _tell(self, passed: list[str]) -> None:
        now = self._clock.monotonic()
        if passed and now - self._told >= TOLD_EVERY_SECONDS:
            still = "still gives way" if self._giving_way else "gives way"
            pauses = f", pauses of up to {PAUSE_TIMES:.0f} times what each took" if self._pausing else ""
            pace = f"{self._allowed} of {self._most} statements at once{pauses}"
            self._emit(Noted(f"the comparison {still}, {pace}: {'; '.join(passed)}", warning=True))
            self._told, self._giving_way = now, True
        elif self._giving_way and self._allowed == self._most and not self._pausing:
            self._emit(Noted(f"the comparison goes on at full speed; it waited {self.held_seconds:.0f} s so far"))
            self._giving_way = False
