"""A transaction held until its commit tells what to do with it; a large one lies in a file (dms.md §5.2, memory)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrate.sandbox.dms.worker.changes import Change, Ddl
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spool import Spool

MEMORY_CHANGES = 20_000
MEMORY_BYTES = 16 * 1024 * 1024
"""By the size in the source's log. The service's own limits (MemoryLimitTotal) are not read (assumption)."""

Held = tuple[Route[Any] | None, Change | Ddl]


class Backlog:
    """One transaction's changes, in order."""

    def __init__(self, routes: Mapping[tuple[str, str], Route[Any]]) -> None:
        self._routes = routes
        self._held: list[Held] = []
        self._bytes = 0
        self._spool: Spool | None = None
        self.tells_ddl = False
        """Whether a table may be another, or be there at all, once this is taken."""

    def add(self, route: Route[Any] | None, item: Change | Ddl) -> None:
        """Hold one more; without a route what has none yet."""
        self.tells_ddl |= isinstance(item, Ddl)
        self._held.append((route, item))
        self._bytes += item.size if isinstance(item, Change) else 0
        if len(self._held) >= MEMORY_CHANGES or self._bytes >= MEMORY_BYTES:
            self._spill()

    def take(self) -> Iterator[Held]:
        """Give back everything."""
        if self._spool is not None:
            for name, item in self._spool.read():
                yield self._routes.get(name), item
            self._spool.close()
        yield from self._held

    def _spill(self) -> None:
        self._spool = self._spool or Spool()
        for route, item in self._held:
            self._spool.add((route.name if route is not None else None, item))
        self._held.clear()
        self._bytes = 0
