"""How many granules one statement takes, learnt from those before it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from migrate.model.validation import Chunk

FIRST = 4
GROWTH = 4
MOST = 1_000


class Pace:
    """Of one table. Runs grow towards `seconds`, and shrink towards the table's end so that all workers end together.
    Thread-safe."""

    def __init__(self, *, rows: int, rows_per_granule: int, workers: int, seconds: float) -> None:
        self._left = rows / rows_per_granule
        self._workers = workers
        self._seconds = seconds
        self._aim = float(FIRST)
        self._lock = threading.Lock()

    def take(self) -> int:
        """Granules for the next run."""
        with self._lock:
            # More granules than were estimated: how many are left is not known any more.
            share = self._left / (2 * self._workers) if self._left > 0 else self._aim
            taken = max(1, int(min(self._aim, max(share, 1))))
            self._left -= taken
            return taken

    def took(self, granules: Sequence[Chunk], seconds: float) -> None:
        """A run of so many took so long."""
        with self._lock:
            wanted = len(granules) * self._seconds / max(seconds, 0.001)
            self._aim = max(1.0, min(wanted, self._aim * GROWTH, MOST))

    def too_slow(self, granules: Sequence[Chunk]) -> None:
        """A run of so many was ended by a server."""
        with self._lock:
            self._aim = min(self._aim, max(1.0, len(granules) / 4))
