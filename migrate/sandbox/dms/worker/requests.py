"""What is asked of a running task, kept until the task's own thread takes it."""

from __future__ import annotations

import threading
from collections.abc import Iterable

Name = tuple[str, str]


class Requests:
    """Filled by the protocol's thread, emptied by the task's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reloads: list[Name] = []
        self._validations: list[Name] = []

    def reload(self, tables: Iterable[Name]) -> None:
        """Load these tables again."""
        with self._lock:
            self._reloads += [name for name in tables if name not in self._reloads]

    def validate(self, tables: Iterable[Name]) -> None:
        """Compare these tables anew."""
        with self._lock:
            self._validations += list(tables)

    def validations(self) -> list[Name]:
        """The tables to be compared anew; they are taken out."""
        with self._lock:
            taken, self._validations = self._validations, []
        return taken

    def reloads(self) -> list[Name]:
        """The tables to be loaded again, each once; they are taken out."""
        if not self._reloads:
            return []
        with self._lock:
            taken, self._reloads = self._reloads, []
        return taken
