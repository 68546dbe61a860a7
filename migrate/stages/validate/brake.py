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

LOOK_SECONDS = 1.0
SHARE_SECONDS = 10.0
"""However busy a server is, one statement is let through in this time: a comparison never starves."""
CALM = 0.8
"""Share of each limit below which a server counts as calm: between this and the limit, nothing changes."""
STEP_SECONDS = 0.1


class Brake:
    """Lets statements through, up to `most` at once; fewer while a limit is passed, and one in SHARE_SECONDS at least.

    Every look that finds a limit passed halves what is let through at once, down to nothing; every calm one adds one.
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
        self._limits, self._loads, self._lag = limits, loads, lag
        self._most, self._clock, self._emit, self._stopped = most, clock, emit, stopped
        self._lock = threading.Lock()
        self._allowed = most
        self._running = 0
        self._looked = self._let = -float("inf")
        self._looking = False
        self._others = False
        self._blind = False
        self.held_seconds = 0.0
        """How long statements waited for the brake, all workers together."""

    @property
    def allowed(self) -> int:
        """Statements that may run at once now, beside the one that is always let through in a while."""
        return self._allowed

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Waits until a statement may run, counts it while the block runs, and rests after it when others work too."""
        self._wait()
        began = self._clock.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
        if self._others:
            self._rest((self._clock.monotonic() - began) * self._limits.rest)

    def _rest(self, seconds: float) -> None:
        until = self._clock.monotonic() + seconds
        while not self._stopped() and (left := until - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, STEP_SECONDS))

    def _wait(self) -> None:
        began = self._clock.monotonic()
        while not (self._admit() or self._stopped()):
            self._clock.sleep(STEP_SECONDS)
        with self._lock:
            self._running += 1
            self._let = self._clock.monotonic()
            self.held_seconds += self._let - began

    def _admit(self) -> bool:
        self._look_when_due()
        with self._lock:
            if self._running < self._allowed:
                return True
            return self._running == 0 and self._clock.monotonic() - self._let >= SHARE_SECONDS

    def _look_when_due(self) -> None:
        with self._lock:
            if self._looking or self._clock.monotonic() - self._looked < LOOK_SECONDS:
                return
            self._looking = True
        try:
            passed, calm = self._look()
        finally:
            with self._lock:
                self._looking, self._looked = False, self._clock.monotonic()
        self._follow(passed, calm)

    def _look(self) -> tuple[list[str], bool]:
        """Which limits are passed, in words, and whether all is calm. What cannot be seen is not calm."""
        try:
            seen = {name: load() for name, load in self._loads.items()}
            lag = self._lag() if self._lag else None
        except MigrateError as error:
            if not self._blind:
                self._emit(Noted(f"how busy the servers are cannot be seen: {error}", warning=True))
            self._blind = True
            return [], False
        self._blind = False
        self._others = any(load.active for load in seen.values())
        limits = self._limits
        measured: list[tuple[str, float | None, float | None]] = [
            ("the fed side's lag in seconds", lag, limits.lag_seconds)
        ]
        for name, load in seen.items():
            measured.append((f"statements of others on the {name}", load.active, limits.active))
            measured.append(
                (f"seconds of the longest of them on the {name}", load.longest_seconds, limits.longest_seconds)
            )
        known = [(what, value, limit) for what, value, limit in measured if value is not None and limit is not None]
        passed = [f"{what}: {value:.0f}, limit {limit:.0f}" for what, value, limit in known if value > limit]
        return passed, all(value <= CALM * limit for _, value, limit in known)

    def _follow(self, passed: list[str], calm: bool) -> None:
        with self._lock:
            before = self._allowed
            if passed:
                self._allowed = before // 2
            elif self._blind:
                self._allowed = 1
            elif calm:
                self._allowed = min(before + 1, self._most)
            after = self._allowed
        if passed and before == self._most:
            self._emit(Noted(f"the comparison gives way: {'; '.join(passed)}", warning=True))
        elif before < after == self._most:
            self._emit(Noted("the comparison goes on at full speed"))
