"""Rows of a PostgreSQL table as fingerprints, computed by its server."""

from __future__ import annotations

from collections.abc import Collection, Generator

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.comparing import Compared, Key
from migrate.sandbox.dms.worker.postgres.catalog import Column

_INTEGERS = frozenset({"int2", "int4", "int8"})
_KEYS_AT_ONCE = 200


class PostgresFingerprints:
    """One side; `there` for the target."""

    def __init__(self, session: Connection[TupleRow], compared: Compared[Column], *, there: bool) -> None:
        self._session = session
        self._there = there
        self._compared = compared
        route = compared.route
        self._table = sql.Identifier(*(route.target_name if there else route.name))
        self._keys = [sql.SQL("{}::text").format(self._name(pair)) for pair in compared.key]
        self.names = tuple(column.name for column, _ in compared.columns)
        self._columns = [self._text(pair) for pair in compared.columns]

    def all(self) -> Generator[tuple[Key, str], None, None]:
        query = sql.SQL("COPY (SELECT {}, md5(ROW({})::text) FROM {} {} ORDER BY {}) TO STDOUT").format(
            sql.SQL(", ").join(self._keys),
            sql.SQL(", ").join(self._columns),
            self._table,
            self._where(),
            sql.SQL(", ").join(self._ordered(pair) for pair in self._compared.key),
        )
        with self._session.cursor().copy(query) as copy:
            for row in copy.rows():
                *key, digest = row
                yield tuple(key), str(digest)

    def some(self, keys: Collection[Key]) -> dict[Key, tuple[str, ...]]:
        digests = sql.SQL(", ").join(sql.SQL("md5(ROW({})::text)").format(one) for one in self._columns)
        names = sql.SQL(", ").join(self._name(pair) for pair in self._compared.key)
        types = [sql.SQL((pair[1] if self._there else pair[0]).type_sql) for pair in self._compared.key]
        values = sql.SQL("({})").format(sql.SQL(", ").join(sql.SQL("%s::text::{}").format(one) for one in types))
        found: dict[Key, tuple[str, ...]] = {}
        wanted = list(keys)
        for at in range(0, len(wanted), _KEYS_AT_ONCE):
            part = wanted[at : at + _KEYS_AT_ONCE]
            query = sql.SQL("SELECT {}, {} FROM {} WHERE ({}) IN ({})").format(
                sql.SQL(", ").join(self._keys), digests, self._table, names, sql.SQL(", ").join([values] * len(part))
            )
            for row in self._session.execute(query, [value for key in part for value in key]):
                width = len(self._keys)
                found[tuple(row[:width])] = tuple(row[width:])
        return found

    def _name(self, pair: tuple[Column, Column]) -> sql.Composable:
        return sql.Identifier(pair[1 if self._there else 0].name)

    def _ordered(self, pair: tuple[Column, Column]) -> sql.Composable:
        """Collations of the two servers may differ, so texts are ordered by their bytes (HandleCollationDiff)."""
        name = self._name(pair)
        whole = pair[0].type_name in _INTEGERS and pair[1].type_name in _INTEGERS
        return name if whole else sql.SQL('{}::text COLLATE "C"').format(name)

    def _text(self, pair: tuple[Column, Column]) -> sql.Composable:
        """A value as text; the source's first becomes what the target's type makes of it."""
        mine, theirs = pair
        text: sql.Composable = self._name(pair)
        if not self._there and mine.type_sql != theirs.type_sql:
            by_text = sql.SQL("{}::text::{}") if mine.type_name == "bool" else sql.SQL("{}::{}")
            text = by_text.format(text, sql.SQL(theirs.type_sql))
        text = sql.SQL("{}::text").format(text)
        if self._compared.partial is not None and mine.is_lob:
            text = sql.SQL("left({}, {})").format(text, sql.Literal(self._compared.partial))
        return text

    def _where(self) -> sql.Composable:
        """The selection's filters, on the side whose columns they name."""
        if self._there:
            return sql.SQL("")
        parts = [
            one.sql(sql.Identifier(one.column).as_string(), lambda value: sql.Literal(value).as_string())
            for one in self._compared.route.selection.filters
        ]
        return sql.SQL("WHERE " + " AND ".join(parts) if parts else "")
