"""Full LOB mode while changes are followed: a row comes without its LOBs, which are then looked up (dms.md §5.3).

The source is asked for them as they are by now, so the target may hold a LOB before the change that made it. A row that
is gone meanwhile, or whose table is, has NULLs, until the change that took it away comes. That every changed row is
looked up, whichever of its columns changed, and that a table without a key keeps to the log are assumptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrate.sandbox.dms.worker.changes import UNCHANGED, Change, Row, Value
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.routing import Route

if TYPE_CHECKING:
    from migrate.sandbox.dms.worker.engine import Engine, Session


class LobLookup:
    """Takes the LOBs out of changes and asks the source for them, on a connection of its own."""

    def __init__(self, engine: Engine, lobs: LobLimit) -> None:
        self._engine = engine
        self._lobs = lobs
        self._source: Session | None = None

    def split(self, route: Route[Any], change: Change) -> Change | None:
        """Take the LOBs out of a change; the change that brings them. None where there is nothing to look up.

        Raises the driver's errors.
        """
        new = change.new
        if change.kind not in "IU" or new is None or not self._lobs.in_full(route) or not route.key:
            return None
        wanted = {column.name.encode() for column, _ in route.moved() if column.is_lob}
        places = [at for at, name in enumerate(new.columns) if name in wanted]
        if not places:
            return None
        found = self._asked(route, new, [new.columns[at].decode() for at in places]) or [None] * len(places)
        old = dict(zip(change.old.columns, change.old.values, strict=True)) if change.old is not None else {}
        for at in places:
            new.values[at] = None if change.kind == "I" else old.get(new.columns[at], UNCHANGED)
        return Change(change.relation, "L", _of_the_row(route, new, dict(zip(places, found, strict=True))), None)

    def _asked(self, route: Route[Any], row: Row, names: list[str]) -> list[Value] | None:
        if self._source is None:
            self._source = self._engine.connect_source(self._lobs.source)
        try:
            return self._engine.lobs(self._source, route, row, names)
        except self._engine.driver_error as error:
            if self._engine.failure(error).recoverable:
                raise
            return None

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._source is not None:
            self._source.close()
            self._source = None


def _of_the_row(route: Route[Any], row: Row, lobs: dict[int, Value]) -> Row:
    """The row's key and its LOBs."""
    key = {name.encode() for name in route.key}
    places = [at for at, name in enumerate(row.columns) if name in key or at in lobs]
    return Row(tuple(row.columns[at] for at in places), [lobs.get(at, row.values[at]) for at in places])
