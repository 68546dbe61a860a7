"""A selection's filters, judged on captured changes (dms.md §6)."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.worker.changes import Change, Unchanged
from migrate.sandbox.dms.worker.routing import Route


def passes(route: Route[Any], change: Change) -> bool:
    """Whether the change's row fits all filters.

    A DELETE shows the key alone, so a filter on another column loses it (dms.md §6).
    """
    row = change.new if change.new is not None else change.old
    if row is None:
        return False
    names = [name.decode() for name in row.columns]
    for one in route.selection.filters:
        if one.column not in names:
            return False
        value = row.values[names.index(one.column)]
        if isinstance(value, Unchanged):
            continue
        if not one.holds(None if value is None else value.decode()):
            return False
    return True
