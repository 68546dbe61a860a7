"""BatchApplyEnabled: the net change of every row of a batch, table by table (dms.md §5.2).

What happened to a row in between never reaches the target, and the order between tables is lost, which a foreign key of
the target may refuse; the batch is then repeated one change after the other. A batch is what is sent at once, inside
the source's transactions (assumption: BatchApplyPreserveTransaction is always true; its timeouts are not used).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.sandbox.dms.worker.changes import UNCHANGED, Change, Row, Value
from migrate.sandbox.dms.worker.engine import Name
from migrate.sandbox.dms.worker.routing import Route

Net = tuple[Route[Any], Change]
_ORDER = {"D": 0, "U": 1, "I": 2}


def net_changes(batch: Sequence[Net]) -> list[Net] | None:
    """Deletes, updates and inserts of each table in turn; None when a change has no key, moves it, or empties a table.

    Nor are there any beside LOBs that were looked up: only limited LOBs are applied in batches (dms.md §5.2).

    The service wants a primary or unique key on the source (dms.md §5.2).
    """
    rows: dict[tuple[Name, tuple[Value, ...]], Net | None] = {}
    for route, change in batch:
        key = _key(route, change)
        if key is None:
            return None
        place = (route.name, key)
        before = rows.get(place)
        if place not in rows or before is None:
            # Nothing of the row, or one that came and went in this batch.
            rows[place] = (route, change)
            continue
        after = _both(before[1], change)
        rows[place] = None if after is None else (route, after)
    tables: dict[Name, list[Net]] = {}
    for found in rows.values():
        if found is not None:
            tables.setdefault(found[0].name, []).append(found)
    return [one for table in tables.values() for one in sorted(table, key=lambda net: _ORDER[net[1].kind])]


def _key(route: Route[Any], change: Change) -> tuple[Value, ...] | None:
    if not route.key or change.kind in "TL":
        return None
    new, old = _values(route, change.new), _values(route, change.old)
    if change.kind == "U" and old is not None and old != new:
        return None
    return new if new is not None else old


def _values(route: Route[Any], row: Row | None) -> tuple[Value, ...] | None:
    if row is None:
        return None
    places = {name: at for at, name in enumerate(row.columns)}
    raw = [one.encode() for one in route.key]
    return tuple(row.values[places[one]] for one in raw) if all(one in places for one in raw) else None


def _both(first: Change, second: Change) -> Change | None:
    """Two changes of one row as one; None when nothing is left of it."""
    size = first.size + second.size
    if second.kind == "D":
        return None if first.kind == "I" else Change(first.relation, "D", None, first.old or second.old, size)
    new = _merged(first.new, second.new)
    if first.kind == "D":
        # The row is there and gets all values of its successor.
        return Change(first.relation, "U", new, first.old, size)
    return Change(first.relation, first.kind, new, first.old, size)


def _merged(first: Row | None, second: Row | None) -> Row | None:
    """The second row; a value it does not show is the first one's."""
    if first is None or second is None or UNCHANGED not in second.values:
        return second
    known = dict(zip(first.columns, first.values, strict=True))
    values = [
        known.get(name, value) if value is UNCHANGED else value
        for name, value in zip(second.columns, second.values, strict=True)
    ]
    return Row(second.columns, values)
