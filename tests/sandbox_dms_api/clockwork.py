"""A schedule for the stand-in that is stopped and driven by hand, so that no transient state is missed."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from migrate.sandbox.dms.schedule import Schedule
from migrate.sandbox.profile import INSTANT

STEPS = dataclasses.replace(INSTANT, transition_seconds=600.0)
"""Transitions that only a clockwork ends."""
FAR = 1000.0
Act = Callable[[], None]


class Clockwork(Schedule):
    """What is due within FAR seconds happens at once, or waits for a tick while the clockwork is held."""

    def __init__(self) -> None:
        self._guard, self._holds, self._waiting = threading.Lock(), False, list[Act]()
        super().__init__()

    def after(self, seconds: float, act: Act) -> None:
        with self._guard:
            if self._holds and 0 < seconds <= FAR:
                self._waiting.append(act)
                return
        super().after(0 if seconds <= FAR else seconds, act)

    @property
    def waiting(self) -> tuple[Act, ...]:
        with self._guard:
            return tuple(self._waiting)

    def tick(self, acts: tuple[Act, ...] | None = None) -> None:
        """Let what waits, or only these acts, happen now."""
        for act in self.waiting if acts is None else acts:
            with self._guard:
                self._waiting.remove(act)
            act()

    @contextmanager
    def held(self) -> Iterator[None]:
        """In here nothing happens but by a tick; at the end everything that still waits."""
        with self._guard:
            self._holds = True
        try:
            yield
        finally:
            with self._guard:
                self._holds = False
            self.tick()
