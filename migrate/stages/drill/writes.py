"""Rows that are written one after the other, and when each of them was acknowledged."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from types import TracebackType

from migrate.clock import Clock
from migrate.errors import SourceError, StateConflict, TargetError
from migrate.ports.markers import Markers

PAUSE_SECONDS = 0.05
"""Between two writes: an outage is told as precisely as this."""


class SteadyWrites:
    """Writes to a marker table, in a thread of its own, within the `with` block.

    A write that fails may or may not be there: it is not acknowledged, and the next row is another one.
    """

    def __init__(
        self, markers: Markers, marker: str, run: str, clock: Clock, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        self._pause_seconds = pause_seconds
        self._markers, self._marker, self._run, self._clock = markers, marker, run, clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, name="drill-writes", daemon=True)
        self._acknowledged: list[tuple[str, float, float]] = []
        self._refusal: StateConflict | None = None

    def __enter__(self) -> SteadyWrites:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def acknowledged(self) -> Sequence[str]:
        """Tokens of the rows, in the order in which they were written."""
        return [token for token, _, _ in list(self._acknowledged)]

    @property
    def answered_at(self) -> Sequence[tuple[str, float]]:
        """The same, each with the moment of the clock at which it was acknowledged."""
        return [(token, at) for token, _, at in list(self._acknowledged)]

    def begun_since(self, moment: float) -> int:
        """How many of the acknowledged writes were begun after this moment of the clock.

        Raises StateConflict when another process has replaced this one.
        """
        if self._refusal is not None:
            raise self._refusal
        return sum(begun >= moment for _, begun, _ in list(self._acknowledged))

    def longest_gap(self) -> float:
        """Seconds between the acknowledgements of two rows that followed each other; 0 with fewer than two."""
        answered = [at for _, _, at in list(self._acknowledged)]
        return max((later - earlier for earlier, later in itertools.pairwise(answered)), default=0.0)

    def _write(self) -> None:
        for number in itertools.count():
            if self._over.is_set():
                return
            token, begun = f"{self._run}/{number}", self._clock.monotonic()
            try:
                self._markers.write(self._marker, token)
            except (SourceError, TargetError):
                pass
            except StateConflict as replaced:
                self._refusal = replaced
                return
            else:
                self._acknowledged.append((token, begun, self._clock.monotonic()))
            self._over.wait(self._pause_seconds)
