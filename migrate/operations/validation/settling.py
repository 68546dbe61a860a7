"""Markers of a validation: whether what was written before has arrived, and how long that takes now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.clock import Clock
from migrate.errors import SaysNo
from migrate.model.database import Side
from migrate.model.replication import Direction
from migrate.operations import names
from migrate.operations.replicate import feeding
from migrate.ports.database import Database
from migrate.wiring.session import Session

MARKER_SECONDS = 120.0
EVERY_SECONDS = 5.0
"""Between two markers that measure the lag."""
ASKED_SECONDS = 10.0
"""A marker that is under way for so long has DMS asked whether the task runs at all."""


@dataclass(frozen=True)
class Way:
    """From the side that feeds to the other one, by the markers of the tasks."""

    session: Session
    leaving: Database
    arriving: Database
    markers: tuple[str, ...]
    """One for each task."""

    def running(self) -> bool:
        return not self._stopped()

    def settle(self) -> None:
        """Write a marker for each task, and return when all have arrived. Raises SaysNo when one does not."""
        if stopped := self._stopped():
            raise SaysNo(
                f"{stopped}: no marker can arrive", code="VAL-004", hint="See: aurora-migrate replicate status"
            )
        clock = self.session.clock
        for marker in self.markers:
            token = f"validate/{clock.now().isoformat()}"
            self.leaving.markers.write(marker, token)
            deadline = clock.monotonic() + MARKER_SECONDS
            while not self.arriving.markers.seen(marker, token):
                if clock.monotonic() > deadline:
                    raise SaysNo(
                        f"marker {marker} did not arrive within {MARKER_SECONDS:.0f} s",
                        code="VAL-002",
                        hint="Is the task running? See: aurora-migrate replicate status",
                        retryable=True,
                    )
                clock.sleep(0.05)

    def _stopped(self) -> str:
        """A task that does not run, and what it does; empty when all run."""
        for identifier in feeding(self.session):
            found = self.session.tasks.describe(identifier)
            if found is None or found.status != "running":
                return f"task {identifier} is {found.status if found else 'gone'}"
        return ""


def way(session: Session, owner: Side, tasks: Sequence[str]) -> Way:
    """The way that changes go while the application is on `owner`."""
    source, target = session.source, session.target
    leaving, arriving = (source, target) if owner is Side.SOURCE else (target, source)
    direction = Direction.FORWARD if owner is Side.SOURCE else Direction.REVERSE
    return Way(session, leaving, arriving, tuple(names.marker(task, direction) for task in tasks))


class Lag:
    """How many seconds the fed side is behind, from one marker at a time: cheap enough to be asked every second."""

    def __init__(self, way: Way, clock: Clock) -> None:
        self._way, self._clock = way, clock
        self._under_way: list[tuple[str, str]] = []
        """Markers with their tokens that have not been seen yet: the slowest task counts."""
        self._written = self._asked = -float("inf")
        self._last: float | None = None

    def __call__(self) -> float | None:
        """None until the first marker has arrived, and while no task runs: then nothing can be waited for."""
        now = self._clock.monotonic()
        if self._under_way:
            self._under_way = [one for one in self._under_way if not self._way.arriving.markers.seen(*one)]
            if not self._under_way:
                self._last = now - self._written
            elif now - max(self._written, self._asked) >= ASKED_SECONDS:
                self._asked = now
                self._last = now - self._written if self._way.running() else None
            elif self._last is not None:
                self._last = max(self._last, now - self._written)
        elif now - self._written >= EVERY_SECONDS:
            token = f"lag/{self._clock.now().isoformat()}"
            for marker in self._way.markers:
                self._way.leaving.markers.write(marker, token)
            self._under_way, self._written = [(marker, token) for marker in self._way.markers], now
        return self._last
