"""What identifies a row: the key of a table, its columns' types, and which of them sort alike on every server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from checks.facts import TableName
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.quoting import identifier, qualified


class Kind(Enum):
    """How a type is printed, compared and ordered; types of one kind may stand on opposite sides."""

    INTEGER = auto()
    DECIMAL = auto()
    TEMPORAL = auto()
    BIT = auto()
    FLOAT = auto()
    TEXT = auto()
    BYTES = auto()
    JSON = auto()
    GEOMETRY = auto()
    OTHER = auto()
    """Printed by the server: MariaDB's uuid, inet4, inet6, which become text on the way to Aurora."""


_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year"), Kind.INTEGER),
    "decimal": Kind.DECIMAL,
    **dict.fromkeys(("date", "datetime", "timestamp", "time"), Kind.TEMPORAL),
    "bit": Kind.BIT,
    **dict.fromkeys(("float", "double"), Kind.FLOAT),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"), Kind.TEXT),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector"), Kind.BYTES),
    "json": Kind.JSON,
    **dict.fromkeys(
        ("geometry", "point", "linestring", "polygon", "geometrycollection", "geomcollection"), Kind.GEOMETRY
    ),
    **dict.fromkeys(("multipoint", "multilinestring", "multipolygon"), Kind.GEOMETRY),
}
SORTS_ALIKE = frozenset((Kind.INTEGER, Kind.DECIMAL, Kind.TEMPORAL, Kind.BIT, Kind.BYTES))
"""Kinds whose order knows no collation."""
LONG_TYPES = frozenset(("mediumtext", "longtext", "mediumblob", "longblob", "json", "vector"))
"""Beside geometry: types whose values may be larger than what a row may hold in one piece."""

LATIN1 = "".join(bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(256))
"""The server's latin1 by byte: cp1252, where five bytes that mean nothing there are control characters."""
_HOLDS: dict[str | None, Callable[[str], bool]] = {
    "utf8mb4": lambda text: True,
    "utf8mb3": lambda text: max(text, default="") <= "\uffff",
    "utf8": lambda text: max(text, default="") <= "\uffff",
    "latin1": lambda text: set(text) <= set(LATIN1),
    "ascii": str.isascii,
}
"""Whether a character set can hold a text: the server refuses to compare a column with one that it cannot."""


@dataclass(frozen=True)
class ShapeColumn:
    name: str
    type: str
    """information_schema's data_type: `bigint`, `varchar`."""
    full_type: str
    """With everything: `bigint(20) unsigned zerofill`."""
    charset: str | None
    nullable: bool

    @property
    def kind(self) -> Kind:
        return _KINDS.get(self.type, Kind.OTHER)

    @property
    def long(self) -> bool:
        return self.kind is Kind.GEOMETRY or self.type in LONG_TYPES

    @property
    def zerofill(self) -> bool:
        return "zerofill" in self.full_type

    @property
    def unsigned(self) -> bool:
        return "unsigned" in self.full_type or self.zerofill

    @property
    def sorts_alike(self) -> bool:
        return self.kind in SORTS_ALIKE

    def parameter(self, text: str) -> Any:
        """A key's text as the value of a parameter that the server compares with this column as it is.

        Raises ValueError (of Decimal: ArithmeticError) for text that no value of this column prints.
        """
        match self.kind:
            case Kind.INTEGER | Kind.BIT:
                return int(text)
            case Kind.DECIMAL:
                return Decimal(text)
            case Kind.FLOAT:
                return float(text)
            case Kind.BYTES:
                return bytes.fromhex(text)
            case Kind.TEXT if not self._holds(text):
                raise ValueError("a text that no value of this column can be")
            case _:
                return text

    def _holds(self, text: str) -> bool:
        return self.charset not in _HOLDS or _HOLDS[self.charset](text)

    def compared(self) -> str:
        """Expression that is compared with a `parameter`; an index serves where the column stands by itself."""
        name = identifier(self.name)
        if self.kind is Kind.TEXT and self.charset not in _HOLDS:
            return f"CONVERT({name} USING utf8mb4)"
        return name

    def printed(self) -> str:
        """Expression: the value as a key's text, alike on every server."""
        name = identifier(self.name)
        match self.kind:
            case Kind.INTEGER if self.zerofill:
                return f"CAST(CAST({name} AS UNSIGNED) AS CHAR)"
            case Kind.DECIMAL if self.zerofill:
                return f"CAST({name} + 0 AS CHAR)"
            case Kind.BIT:
                return f"CAST(CAST({name} AS UNSIGNED) AS CHAR)"
            case Kind.FLOAT:
                return f"CAST({name} * 1e0 AS CHAR)"
            case Kind.BYTES | Kind.GEOMETRY:
                return f"HEX(CAST({name} AS BINARY))"
            case Kind.TEXT:
                return f"CONVERT({name} USING utf8mb4)"
            case _:
                return f"CAST({name} AS CHAR)"


@dataclass(frozen=True)
class Shape:
    """One table as the row hasher sees it."""

    table: TableName
    columns: tuple[ShapeColumn, ...]
    key: tuple[ShapeColumn, ...]
    primary: bool
    """True when the key is the primary key."""

    @property
    def source(self) -> str:
        """What stands behind FROM."""
        return qualified(self.table)

    @property
    def in_key_order(self) -> str:
        """What stands behind FROM to read the rows along the key."""
        return f"{self.source} FORCE INDEX (PRIMARY)" if self.primary else self.source


# A name is compared twice: by information_schema's collation, which finds it fast, and exactly.
_COLUMNS = """
SELECT column_name, LOWER(data_type), LOWER(column_type), character_set_name, is_nullable
  FROM information_schema.columns
 WHERE table_schema = %s AND table_name = %s
   AND CAST(table_schema AS BINARY) = CAST(%s AS BINARY) AND CAST(table_name AS BINARY) = CAST(%s AS BINARY)
 ORDER BY ordinal_position
"""
_UNIQUE = """
SELECT index_name, column_name, nullable
  FROM information_schema.statistics
 WHERE table_schema = %s AND table_name = %s
   AND CAST(table_schema AS BINARY) = CAST(%s AS BINARY) AND CAST(table_name AS BINARY) = CAST(%s AS BINARY)
   AND non_unique = 0
 ORDER BY index_name, seq_in_index
"""


def shape(connection: Connection, table: TableName) -> Shape | None:
    """The table's shape; None when there is no such table."""
    asked = [table.schema, table.name] * 2
    columns = tuple(
        ShapeColumn(name, type_, full_type, charset, nullable == "YES")
        for name, type_, full_type, charset, nullable in connection.rows(_COLUMNS, asked)
    )
    if not columns:
        return None
    by_name = {column.name: column for column in columns}
    index, names = _best_key(connection.rows(_UNIQUE, asked))
    return Shape(table, columns, tuple(by_name[name] for name in names), index == "PRIMARY")


def _best_key(rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[str]]:
    """The primary key, else the smallest unique index over NOT NULL columns, else nothing.

    An index over the beginning of a column is as good: what is unique there is unique in whole. One over an expression
    (mysql-compatibility.md §3.3) names no column and is none.
    """
    indexes: dict[str, list[str]] = {}
    unfit = {index for index, column, nullable in rows if column is None or nullable == "YES"}
    for index, column, _ in rows:
        if index not in unfit:
            indexes.setdefault(index, []).append(column)
    ranked = sorted(indexes.items(), key=lambda item: (item[0] != "PRIMARY", len(item[1]), item[1]))
    return ranked[0] if ranked else ("", [])
