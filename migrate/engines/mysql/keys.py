"""What identifies a row: the key of a table, its columns' types, and which of them sort alike on every server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from checks.facts import TableName
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.engines.mysql.server_version import ServerVersion


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
    collation: str | None = None
    generated: bool = False
    """Computed by the server: nobody else writes it."""
    readable: bool = True
    """Whether this user may select it."""

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
    def digits(self) -> int:
        """Places behind the point: of a DECIMAL, or of a second."""
        measures = re.search(r"\((?:\d+,)?(\d+)\)", self.full_type)
        if self.kind is Kind.DECIMAL:
            return int(measures[1]) if measures and "," in measures[0] else 0
        return int(measures[1]) if measures and self.kind is Kind.TEMPORAL else 0

    @property
    def sorts_alike(self) -> bool:
        return self.kind in SORTS_ALIKE

    @property
    def labelled(self) -> bool:
        """Stored as the number of a label, by which an index sorts; compared by the label."""
        return self.type in ("enum", "set")

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
    """As the table has them."""
    key: tuple[ShapeColumn, ...]
    index: str
    """Name of the index over the key; `PRIMARY` for the primary key, empty without one."""
    prefixed: frozenset[str] = frozenset()
    """Columns of the key of which the index holds the beginning alone."""
    kind: str = "BASE TABLE"
    """information_schema's table_type."""
    engine: str | None = "InnoDB"
    """Storage engine; None where the server cannot open the table."""
    rows: int = -1
    """As the server estimates; -1 when it does not know."""
    bytes: int = 0

    @property
    def source(self) -> str:
        """What stands behind FROM."""
        return qualified(self.table)

    @property
    def along_key(self) -> str:
        """What stands behind FROM to read the rows along the key."""
        return f"{self.source} FORCE INDEX ({identifier(self.index)})" if self.index else self.source


_COLUMNS = """
SELECT table_schema, table_name, column_name, LOWER(data_type), LOWER(column_type), character_set_name, is_nullable,
       collation_name, extra, privileges
  FROM information_schema.columns WHERE $which ORDER BY table_schema, table_name, ordinal_position
"""
_UNIQUE = """
SELECT table_schema, table_name, index_name, column_name, nullable, sub_part
  FROM information_schema.statistics WHERE $which AND non_unique = 0 AND $shown
 ORDER BY table_schema, table_name, index_name, seq_in_index
"""
_TABLES = """
SELECT table_schema, table_name, table_type, engine, table_rows, data_length
  FROM information_schema.tables WHERE $which
"""
NAMED_MOST = 50
"""Tables that are asked for by name; with more of them all tables of their databases are read."""


def shape(connection: Connection, table: TableName) -> Shape | None:
    """The table's shape; None when there is no such table."""
    return shapes(connection, [table]).get(table)


def shapes(connection: Connection, tables: Iterable[TableName]) -> dict[TableName, Shape]:
    """Shapes of these tables, in three queries; absent ones are absent. What the user may not see is absent, too."""
    wanted = set(tables)
    if not wanted:
        return {}
    columns: dict[TableName, list[ShapeColumn]] = {}
    for schema, name, *about in _about(connection, _COLUMNS, wanted):
        if (table := TableName(schema, name)) in wanted:
            columns.setdefault(table, []).append(_column(*about))
    indexes: dict[TableName, list[tuple[Any, ...]]] = {}
    unique = _UNIQUE.replace("$shown", index_is_shown(connection.server))
    for schema, name, *about in _about(connection, unique, wanted):
        indexes.setdefault(TableName(schema, name), []).append(tuple(about))
    return {
        table: _shape(table, columns[table], indexes.get(table, []), *about)
        for schema, name, *about in _about(connection, _TABLES, wanted)
        if (table := TableName(schema, name)) in columns
    }


def index_is_shown(server: ServerVersion) -> str:
    """Expression over information_schema.statistics: whether the server uses the index. One that is INVISIBLE, or
    IGNORED by MariaDB, serves no question, and to name it is an error (1176)."""
    if server.mysql_from(8):
        return "is_visible = 'YES'"
    return "ignored = 'NO'" if server.mariadb_from(10, 6) else "1"


def _about(connection: Connection, query: str, tables: set[TableName]) -> list[tuple[Any, ...]]:
    """Rows of the catalog, those of other tables among them: its collation takes names for equal that are not."""
    if len(tables) <= NAMED_MOST:
        # Older servers open the tables that this lets through, and no others.
        which = " OR ".join(["table_schema = %s AND table_name = %s"] * len(tables))
        values: list[Any] = [part for table in tables for part in (table.schema, table.name)]
    else:
        which, values = "table_schema IN %s", [sorted({table.schema for table in tables})]
    return connection.rows(query.replace("$which", f"({which})"), values)


def _column(
    name: str, type_: str, full_type: str, charset: str | None, nullable: str, collation: str | None, *about: Any
) -> ShapeColumn:
    extra, privileges = about
    if isinstance(full_type, bytes):
        full_type = full_type.decode()
    return ShapeColumn(
        name,
        type_,
        full_type,
        charset,
        nullable == "YES",
        collation,
        generated="GENERATED" in (extra or "").upper().replace("DEFAULT_GENERATED", ""),
        readable="select" in (privileges or "").lower().split(","),
    )


def _shape(
    table: TableName,
    columns: Sequence[ShapeColumn],
    indexed: Sequence[tuple[Any, ...]],
    kind: str,
    engine: str | None,
    rows: int | None,
    size: int | None,
) -> Shape:
    by_name = {column.name: column for column in columns}
    index, parts = _best_key([row for row in indexed if row[1] is None or row[1] in by_name])
    return Shape(
        table,
        tuple(columns),
        tuple(by_name[name] for name, _ in parts),
        index,
        frozenset(name for name, part in parts if part is not None),
        kind,
        engine,
        -1 if rows is None else int(rows),
        int(size or 0),
    )


def _best_key(rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[tuple[str, int | None]]]:
    """The primary key, else the smallest unique index over NOT NULL columns, else nothing: name and parts.

    An index over the beginning of a column is as good: what is unique there is unique in whole. One over an expression
    (mysql-compatibility.md §3.3) names no column and is none. MySQL always shows one of those that could be; MariaDB
    may ignore all of them, when they are over beginnings, and such a table has no key.
    """
    indexes: dict[str, list[tuple[str, int | None]]] = {}
    unfit = {index for index, column, nullable, _ in rows if column is None or nullable == "YES"}
    for index, column, _, part in rows:
        if index not in unfit:
            indexes.setdefault(index, []).append((column, part))
    ranked = sorted(
        indexes.items(), key=lambda item: (item[0] != "PRIMARY", len(item[1]), [name for name, _ in item[1]])
    )
    return ranked[0] if ranked else ("", [])
