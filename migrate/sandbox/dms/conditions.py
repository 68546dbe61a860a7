"""How well the service fares: its links, its pace, its disk, its metrics. All is well until somebody says otherwise."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

SIDES = ("source", "target")
LINK_DOWN = "Connection timed out: the link to the {side} is down"


class Conditions:
    """Safe for use by several threads. Whoever listens is called after every change, without a lock held."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cut: Counter[str] = Counter()
        self._paces: list[float] = []
        self._disk_full = False
        self._silent: int = 0
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> None:
        """Call `changed` after every change from now on."""
        self._listeners.append(changed)

    def cut(self, side: str) -> None:
        """The links of all tasks to this side's servers break; as often as this is called `heal` must be."""
        with self._lock:
            self._cut[side] += 1
        self._changed()

    def heal(self, side: str) -> None:
        """Links to this side may be made again."""
        with self._lock:
            self._cut[side] -= 1
        self._changed()

    def is_cut(self, side: str) -> bool:
        """Whether no connection to this side can be had."""
        return self._cut[side] > 0

    def slow(self, changes_per_second: float) -> None:
        """Changes are applied no faster than this; the slowest of several paces counts."""
        with self._lock:
            self._paces.append(changes_per_second)
        self._changed()

    def hurry(self, changes_per_second: float) -> None:
        """This pace is no longer asked for."""
        with self._lock:
            self._paces.remove(changes_per_second)
        self._changed()

    @property
    def disk_full(self) -> bool:
        """Whether replication instances have no storage left."""
        return self._disk_full

    def fill_disk(self, full: bool) -> None:
        """Storage of all instances is used up, or there is room again."""
        with self._lock:
            self._disk_full = full
        self._changed()

    @property
    def silent(self) -> bool:
        """Whether no point of any metric reaches CloudWatch."""
        return self._silent > 0

    def silence(self, by: int) -> None:
        """+1: metrics fall silent; -1: they are published again."""
        with self._lock:
            self._silent += by

    def document(self) -> dict[str, Any]:
        """What a worker must know, as its protocol says it."""
        with self._lock:
            return {
                "cut": [side for side in SIDES if self._cut[side] > 0],
                "changes_per_second": min(self._paces, default=None),
            }

    def _changed(self) -> None:
        for changed in self._listeners:
            changed()
