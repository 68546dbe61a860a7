"""Rows of a MySQL table as fingerprints, computed by its server."""

from __future__ import annotations

from collections.abc import Collection, Generator

import pymysql.cursors

from migrate.sandbox.dms.worker.comparing import Compared, Key
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.columns import ADDRESSES, BINARIES, FLOATS
from migrate.sandbox.dms.worker.mysql.connection import Connection, run

_WHOLE = frozenset({"tinyint", "smallint", "mediumint", "int", "integer", "bigint"})
_KEYS_AT_ONCE = 200


class MySqlFingerprints:
    """One side; `there` for the target. SHA2, for MySQL 9.6 took MD5 out of the server.

    Columns whose two types have no common text are left out (assumption).
    """

    def __init__(self, session: Connection, compared: Compared[Column], *, there: bool) -> None:
        self._session = session
        self._there = there
        self._compared = compared
        route = compared.route
        self._table = quoting.name(*(route.target_name if there else route.name)).decode()
        self._keys = [self._text(pair) for pair in compared.key]
        pairs = [pair for pair in compared.columns if _comparable(*pair)]
        self.names = tuple(column.name for column, _ in pairs)
        self._columns = [self._text(pair) for pair in pairs]

    def all(self) -> Generator[tuple[Key, str], None, None]:
        order = ", ".join(
            self._name(pair) if {one.type_name for one in pair} <= _WHOLE else f"CAST({text} AS BINARY)"
            for pair, text in zip(self._compared.key, self._keys, strict=True)
        )
        whole = ", ".join(f"COALESCE(SHA2({one}, 256), '-')" for one in self._columns)
        fields = f"{', '.join(self._keys)}, SHA2(CONCAT({whole}), 256)"
        query = f"SELECT {fields} FROM {self._table}{self._where()} ORDER BY {order}"
        with self._session.cursor(pymysql.cursors.SSCursor) as cursor:
            cursor.execute(query)
            while (row := cursor.fetchone()) is not None:
                *key, digest = row
                yield tuple(map(str, key)), str(digest)

    def some(self, keys: Collection[Key]) -> dict[Key, tuple[str, ...]]:
        digests = ", ".join(f"COALESCE(SHA2({one}, 256), '-')" for one in self._columns)
        found: dict[Key, tuple[str, ...]] = {}
        wanted = list(keys)
        one = "(" + " AND ".join(f"{self._name(pair)} = %s" for pair in self._compared.key) + ")"
        width = len(self._keys)
        for at in range(0, len(wanted), _KEYS_AT_ONCE):
            part = wanted[at : at + _KEYS_AT_ONCE]
            query = f"SELECT {', '.join(self._keys)}, {digests} FROM {self._table} WHERE "
            values = [
                self._value(pair, value) for key in part for pair, value in zip(self._compared.key, key, strict=True)
            ]
            rows = run(self._session, query.replace("%", "%%") + " OR ".join([one] * len(part)), values)
            for row in rows:
                found[tuple(map(str, row[:width]))] = tuple(map(str, row[width:]))
        return {key: digest for key, digest in found.items() if key in set(wanted)}

    def _name(self, pair: tuple[Column, Column]) -> str:
        return quoting.name(pair[1 if self._there else 0].name).decode()

    def _value(self, pair: tuple[Column, Column], value: str) -> str | bytes:
        return bytes.fromhex(value) if pair[0].type_name in BINARIES else value

    def _text(self, pair: tuple[Column, Column]) -> str:
        """A value as text that is the same on both sides, in utf8mb4."""
        name, mine = self._name(pair), pair[0]
        if mine.type_name in BINARIES or mine.type_name == "bit":
            text = f"HEX({name})" if mine.type_name in BINARIES else f"CAST({name} + 0 AS CHAR)"
        elif mine.type_name in FLOATS:
            text = f"CAST({name} * 1e0 AS CHAR)"
        elif mine.charset is not None or mine.labels:
            text = f"CONVERT({name} USING utf8mb4)"
        else:
            text = f"CAST({name} AS CHAR CHARACTER SET utf8mb4)"
        if self._compared.partial is not None and mine.is_lob:
            text = f"LEFT({text}, {self._compared.partial})"
        return text

    def _where(self) -> str:
        if self._there:
            return ""
        parts = [
            one.sql(
                quoting.name(one.column).decode(), lambda value: "'" + quoting.escaped(value.encode()).decode() + "'"
            )
            for one in self._compared.route.selection.filters
        ]
        return " WHERE " + " AND ".join(parts) if parts else ""


def _comparable(mine: Column, theirs: Column) -> bool:
    """Bytes with bytes, documents with documents, bits with bits; an address of MariaDB with nothing."""
    kinds = (mine.type_name, theirs.type_name)
    if mine.type_name in ADDRESSES:
        return False
    return all((kinds[0] in group) == (kinds[1] in group) for group in (BINARIES, {"json"}, {"bit"}))
