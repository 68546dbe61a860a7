"""The SQL that repeats one captured change on the target, prepared once per shape."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from psycopg import sql

from migrate.sandbox.dms.worker.changes import UNCHANGED, Change, Value
from migrate.sandbox.dms.worker.postgres.catalog import Column
from migrate.sandbox.dms.worker.routing import Route

NO_EQUALITY = frozenset({"json", "xml", "point", "box", "polygon", "path", "lseg", "circle", "line"})
"""Types compared by their text when a whole row is the key: they have no or no exact equality."""


@dataclass(frozen=True)
class Statement:
    """A prepared statement's name and text, and where its parameters come from: new tuple's and old tuple's places."""

    name: bytes
    text: bytes
    new: tuple[int, ...]
    old: tuple[int, ...]

    def parameters(self, change: Change) -> list[bytes | None]:
        """The parameters for a change of this shape."""
        out: list[Value] = []
        if change.new is not None:
            values = change.new.values
            out = [values[at] for at in self.new]
        if self.old and change.old is not None:
            values = change.old.values
            out += [values[at] for at in self.old]
        return out  # type: ignore[return-value]  # a shape never takes an unchanged value


Shape = tuple[Hashable, str, tuple[bytes, ...] | None, tuple[int, ...], tuple[bytes, ...] | None]


class Statements:
    """Builds statements and keeps them by shape: table, kind, columns, unchanged columns, old columns."""

    def __init__(self, said: Callable[[str], None] = lambda text: None) -> None:
        """`said` hears of columns that are left out."""
        self._said = said
        self._known: dict[Shape, Statement | None] = {}
        self._made = 0

    def __len__(self) -> int:
        return len(self._known)

    def clear(self) -> None:
        """Forget all; numbers go on, so that no name means two things."""
        self._known.clear()

    def find(self, route: Route[Column], change: Change) -> Statement | None:
        """The statement for a change; None where DMS ignores it: no key to find the row by (dms.md §12, §19.13)."""
        new, old = change.new, change.old
        unchanged: tuple[int, ...] = ()
        if change.kind == "U" and new is not None and UNCHANGED in new.values:
            unchanged = tuple(at for at, value in enumerate(new.values) if value is UNCHANGED)
        shape: Shape = (
            change.relation,
            change.kind,
            new.columns if new is not None else None,
            unchanged,
            old.columns if old is not None else None,
        )
        if shape in self._known:
            return self._known[shape]
        self._made += 1
        self._tell_of_unknown(route, change)
        statement = self._known[shape] = _build(route, change, set(unchanged), f"c{self._made}".encode())
        return statement

    def _tell_of_unknown(self, route: Route[Column], change: Change) -> None:
        for raw in change.new.columns if change.new is not None else ():
            name = raw.decode()
            if not route.known(name):
                schema, table = route.name
                self._said(f"column '{name}' of table '{schema}'.'{table}' came after the task's start; it is left out")

    def insert_missing(self, route: Route[Column], change: Change) -> Statement | None:
        """UPDATE_RECORD: the INSERT of a row that an UPDATE did not find; LOB columns stay empty (dms.md §5.2)."""
        if change.new is None:
            return None
        skipped = {at for at, value in enumerate(change.new.values) if value is UNCHANGED}
        return _insert(route, change.new.columns, skipped, b"")

    def overwrite(self, route: Route[Column], change: Change) -> Statement | None:
        """INSERT_RECORD: the UPDATE of a row that an INSERT found already there (dms.md §5.2)."""
        if change.new is None:
            return None
        return _update(route, Change(change.relation, "U", change.new, None), set(), b"", route.own_key)


def _build(route: Route[Column], change: Change, unchanged: set[int], name: bytes) -> Statement | None:
    match change.kind:
        case "I" if change.new is not None:
            return _insert(route, change.new.columns, unchanged, name)
        case "U" | "L":
            return _update(route, change, unchanged, name, route.key)
        case "D":
            return _delete(route, change, name)
    return None


def _places(route: Route[Column], columns: Sequence[bytes], skipped: set[int]) -> list[tuple[int, str, str]]:
    """(place in the tuple, source name, target name) of the columns that are written."""
    generated = {column.name for column in route.source.columns if column.generated}
    places: list[tuple[int, str, str]] = []
    for at, raw in enumerate(columns):
        name = raw.decode()
        target = route.selection.target_column(name)
        there = route.target.column(target) if route.target is not None and target is not None else None
        if (
            at in skipped
            or target is None
            or name in generated
            or not route.known(name)
            or (there is not None and there.generated)
        ):
            continue
        places.append((at, name, target))
    return places


def _insert(route: Route[Column], columns: Sequence[bytes], skipped: set[int], name: bytes) -> Statement:
    places = _places(route, columns, skipped)
    table = sql.Identifier(*route.target_name)
    if not places:
        return Statement(name, sql.SQL("INSERT INTO {} DEFAULT VALUES").format(table).as_bytes(), (), ())
    text = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        table,
        sql.SQL(", ").join(sql.Identifier(target) for _, _, target in places),
        sql.SQL(", ").join(_parameter(number) for number in range(1, len(places) + 1)),
    )
    return Statement(name, text.as_bytes(), tuple(at for at, _, _ in places), ())


def _update(
    route: Route[Column], change: Change, unchanged: set[int], name: bytes, by: tuple[str, ...]
) -> Statement | None:
    if change.new is None:
        return None
    key = set(by)
    always = {column.name for column in route.target.columns if column.identity_always} if route.target else set()
    moved = change.old is not None and not route.whole_row
    sets = [
        (at, source, target)
        for at, source, target in _places(route, change.new.columns, unchanged)
        if target not in always and (source not in key or moved)
    ]
    new = [at for at, _, _ in sets]
    old: list[int] = []
    if change.old is not None:
        condition = _condition(route, change.old.columns, by, old, len(new))
    else:
        keys: list[int] = []
        condition = _condition(route, change.new.columns, by, keys, len(new))
        new += keys
    if condition is None:
        return None
    table = sql.Identifier(*route.target_name)
    if not sets:
        # Only the key is there and it did not change: all that can be wrong is that the row is missing.
        text = sql.SQL("SELECT 1 FROM {} WHERE {}").format(table, condition)
    else:
        pairs = [
            sql.SQL("{} = {}").format(sql.Identifier(target), _parameter(number))
            for number, (_, _, target) in enumerate(sets, start=1)
        ]
        text = sql.SQL("UPDATE {} SET {} WHERE {}").format(table, sql.SQL(", ").join(pairs), condition)
    return Statement(name, text.as_bytes(), tuple(new), tuple(old))


def _delete(route: Route[Column], change: Change, name: bytes) -> Statement | None:
    if change.old is None:
        return None
    old: list[int] = []
    condition = _condition(route, change.old.columns, route.key, old, 0)
    if condition is None:
        return None
    text = sql.SQL("DELETE FROM {} WHERE {}").format(sql.Identifier(*route.target_name), condition)
    return Statement(name, text.as_bytes(), (), tuple(old))


def _condition(
    route: Route[Column], columns: Sequence[bytes], key: tuple[str, ...], places: list[int], before: int
) -> sql.Composable | None:
    """The WHERE that finds the row by its key; adds the key's places. None when there is no key in the tuple."""
    names = [raw.decode() for raw in columns]
    if route.whole_row:
        return _whole_row(route, names, places, before)
    if not key or any(one not in names for one in key):
        return None
    parts: list[sql.Composable] = []
    for one in key:
        target = route.selection.target_column(one)
        if target is None:
            return None
        places.append(names.index(one))
        parts.append(sql.SQL("{} = {}").format(sql.Identifier(target), _parameter(before + len(places))))
    return sql.SQL(" AND ").join(parts)


def _whole_row(route: Route[Column], names: list[str], places: list[int], before: int) -> sql.Composable:
    """One row that equals the old one in every column; a column the old tuple does not show was NULL."""
    parts: list[sql.Composable] = []
    for column, target in route.moved():
        name = sql.Identifier(target)
        if column.name not in names:
            parts.append(sql.SQL("{} IS NULL").format(name))
            continue
        places.append(names.index(column.name))
        form = "{}::text = {}::text" if column.type_name in NO_EQUALITY else "{} = {}"
        parts.append(sql.SQL(form).format(name, _parameter(before + len(places))))
    table = sql.Identifier(*route.target_name)
    return sql.SQL("ctid = (SELECT ctid FROM {} WHERE {} LIMIT 1)").format(table, sql.SQL(" AND ").join(parts))


def _parameter(number: int) -> sql.Composable:
    return sql.SQL(f"${number}")
