"""The SQL that repeats captured changes: written out with their values, by a plan made once per table.

Runs of inserts, and of deletes, into one table become one statement: it does what they do one after the other. Updates
stay alone; they set what changed, and what the target would else set by itself (ON UPDATE CURRENT_TIMESTAMP).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.sandbox.dms.worker.changes import Change, Row
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.columns import Way
from migrate.sandbox.dms.worker.mysql.values import NO_LABEL
from migrate.sandbox.dms.worker.routing import Route

_NULL = b"NULL"
_LAX = b"/*+ SET_VAR(sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES') */"
"""For one statement; MySQL 5.7 and MariaDB take it for a comment and refuse the value."""


UniqueKey = tuple[tuple[str | None, int | None], ...]
"""A unique key of the target: its columns, None for an expression, with the length of a prefix if it takes only one."""


@dataclass(frozen=True)
class _Moved:
    """A moved column: its place in the row, its quoted name on the target, how a value becomes a literal."""

    place: int
    name: bytes
    literal: quoting.Literal
    way: Way

    @property
    def always(self) -> bool:
        """Whether the target would set it by itself."""
        return self.way.target is not None and self.way.target.updates

    @classmethod
    def of(cls, place: int, way: Way) -> _Moved:
        return cls(place, quoting.name(way.name), way.literal(), way)


@dataclass(frozen=True, slots=True)
class Statement:
    """One change's part of a statement. Neighbours with the same `head`, if it has one, are joined by commas."""

    kind: str
    head: bytes
    body: bytes
    tail: bytes

    @property
    def text(self) -> bytes:
        return self.head + self.body + self.tail


class TablePlan:
    """How the changes of one table, with rows of one layout, are written."""

    def __init__(self, route: Route[Column], columns: tuple[bytes, ...]) -> None:
        places = {name.decode(): at for at, name in enumerate(columns)}
        self._table = quoting.name(*route.target_name)
        self._moved = [
            _Moved.of(places[column.name], Way(column, name, _there(route, name)))
            for column, name in route.moved()
            if column.name in places
        ]
        self._always = [one for one in self._moved if one.always]
        names = b", ".join(one.name for one in self._moved)
        self._enums = [one.place for one in self._moved if one.way.source.type_name == "enum"]
        into = b"%b (%b) VALUES " % (self._table, names)
        self._insert, self._lax_insert = b"INSERT INTO " + into, b"INSERT %b INTO " % _LAX + into
        self._key = self._key_columns(route, places)
        self._whole_row = route.whole_row
        self._by_name = {one.way.name.lower(): one for one in (*self._key, *self._moved)}
        self._delete = b""
        if len(self._key) == 1:
            self._delete = b"DELETE FROM %b WHERE %b IN (" % (self._table, self._key[0].name)
        elif self._key:
            self._delete = b"DELETE FROM %b WHERE (%b) IN (" % (self._table, b", ".join(k.name for k in self._key))

    @staticmethod
    def _key_columns(route: Route[Column], places: dict[str, int]) -> list[_Moved]:
        """The key's columns, generated ones too: the log holds their values. Empty when one is not on the target."""
        found: list[_Moved] = []
        for name in route.key:
            column, target = route.source.column(name), route.selection.target_column(name)
            if column is None or target is None or name not in places:
                return []
            found.append(_Moved.of(places[name], Way(column, target, _there(route, target))))
        return found

    def statement(self, change: Change) -> Statement | None:
        """The statement of one change; None without anything to find the row by."""
        if change.kind == "T":
            # Not TRUNCATE, which would end the transaction; its AUTO_INCREMENT goes on (assumption).
            return Statement("T", b"", b"DELETE FROM " + self._table, b"")
        if change.kind == "I" and change.new is not None:
            return self.insert(change.new)
        if change.kind == "L" and change.new is not None:
            text = self.overwrite(change.new)
            return None if text is None else Statement("L", b"", text, b"")
        if change.old is None:
            return None
        if change.kind == "D":
            if self._delete:
                return Statement("D", self._delete, self._tuple(change.old), b")")
            where = self.where(change.old)
            return None if where is None else Statement("D", b"", b"DELETE FROM %b%b" % (self._table, where), b"")
        return None if change.new is None else self._update(change.old, change.new)

    def insert(self, row: Row) -> Statement:
        """The INSERT of a row."""
        values = row.values
        body = b"(%b)" % b",".join(
            [_NULL if (value := values[one.place]) is None else one.literal(value) for one in self._moved]  # type: ignore[arg-type]
        )
        return Statement("I", self._lax_insert if self._lax(row) else self._insert, body, b"")

    def _lax(self, row: Row) -> bool:
        """Whether the row holds an enum's number 0, which only a session that is not strict may write."""
        return any(row.values[place] == NO_LABEL for place in self._enums)

    def overwrite(self, row: Row, *, of: Row | None = None) -> bytes | None:
        """The UPDATE that gives a row that is there (under the key of `of`, if named) all the values of a new one."""
        where = self.where(row if of is None else of) if not self._whole_row else None
        if where is None:
            return None
        sets = b", ".join(one.name + b"=" + self._literal(one, row) for one in self._moved)
        lax = _LAX + b" " if self._lax(row) else b""
        return b"UPDATE %b%b SET %b%b" % (lax, self._table, sets, where)

    def touch(self, row: Row) -> bytes | None:
        """The UPDATE that finds a row by its key and changes nothing."""
        where = self.where(row)
        return None if where is None else self._touch(where)

    def _touch(self, where: bytes) -> bytes:
        same = (self._moved or self._key)[0].name
        return b"UPDATE %b SET %b=%b%b" % (self._table, same, same, where)

    def evict(self, key: UniqueKey, row: Row, *, but: Row | None) -> bytes | None:
        """The DELETE of who has the row's values of a unique key, `but` for one row; None where nobody can."""
        parts: list[bytes] = []
        for name, prefix in key:
            column = self._by_name.get((name or "").lower())
            if column is None or row.values[column.place] is None:
                return None
            literal = self._literal(column, row)
            if prefix is None:
                parts.append(b"%b=%b" % (column.name, literal))
            else:
                parts.append(b"LEFT(%b,%d)=LEFT(%b,%d)" % (column.name, prefix, literal, prefix))
        if but is not None and (where := self.where(but)) is not None:
            parts.append(b"NOT (%b)" % where.removeprefix(b" WHERE "))
        return b"DELETE FROM %b WHERE %b" % (self._table, b" AND ".join(parts))

    def where(self, row: Row) -> bytes | None:
        """The condition that finds a row by its key, or one row that equals it in every column."""
        if self._key:
            return b" WHERE " + b" AND ".join(one.name + b"=" + self._literal(one, row) for one in self._key)
        if not self._whole_row:
            return None
        parts = [
            b"%b IS NULL" % one.name if value is None else one.way.equal(value)  # type: ignore[arg-type]
            for one in self._moved
            for value in [row.values[one.place]]
        ]
        return b" WHERE %b LIMIT 1" % b" AND ".join(parts)

    def _update(self, old: Row, new: Row) -> Statement | None:
        where = self.where(old)
        if where is None:
            return None
        before, after = old.values, new.values
        changed = [one for one in self._moved if before[one.place] != after[one.place]]
        if not changed:
            # Nothing of what is moved changed: all that can be wrong is that the row is missing.
            return Statement("U", b"", self._touch(where), b"")
        changed += [one for one in self._always if before[one.place] == after[one.place]]
        sets = b", ".join(one.name + b"=" + self._literal(one, new) for one in changed)
        lax = _LAX + b" " if self._lax(new) else b""
        return Statement("U", b"", b"UPDATE %b%b SET %b%b" % (lax, self._table, sets, where), b"")

    def _tuple(self, row: Row) -> bytes:
        if len(self._key) == 1:
            return self._literal(self._key[0], row)
        return b"(%b)" % b",".join(self._literal(one, row) for one in self._key)

    @staticmethod
    def _literal(one: _Moved, row: Row) -> bytes:
        value = row.values[one.place]
        return _NULL if value is None else one.literal(value)  # type: ignore[arg-type]  # nothing is left out here


def _there(route: Route[Column], name: str) -> Column | None:
    return route.target.column(name) if route.target is not None else None


class Statements:
    """The plans of all tables, by table and layout."""

    def __init__(self) -> None:
        self._plans: dict[tuple[object, tuple[bytes, ...], int], TablePlan] = {}

    def clear(self) -> None:
        """Forget all plans."""
        self._plans.clear()

    def plan(self, route: Route[Column], change: Change) -> TablePlan:
        """The plan for a change's table."""
        row = change.new if change.new is not None else change.old
        columns = row.columns if row is not None else ()
        key = (change.relation, columns, id(route.source))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = TablePlan(route, columns)
        return plan


def batches(statements: Sequence[Statement], limit: int) -> list[tuple[bytes, int, int]]:
    """Neighbours joined: text, first place and number of changes of each statement, below a size in bytes."""
    out: list[tuple[bytes, int, int]] = []
    at, count = 0, len(statements)
    while at < count:
        first = statements[at]
        end, size = at + 1, len(first.body)
        if first.head:
            head = first.head
            while end < count and statements[end].head == head and size < limit:
                size += len(statements[end].body)
                end += 1
        if end - at == 1:
            out.append((first.text, at, 1))
        else:
            body = b",".join([one.body for one in statements[at:end]])
            out.append((first.head + body + first.tail, at, end - at))
        at = end
    return out
