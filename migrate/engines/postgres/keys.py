"""What identifies a row: the key of a table, its columns' types, and which of them sort alike on every server."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts import TableName
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier, qualified

SORTS_ALIKE = frozenset(
    (
        "bool",
        "bytea",
        "oid",
        "uuid",
        "char",
        "money",
        "int2",
        "int4",
        "int8",
        "numeric",
        "float4",
        "float8",
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "interval",
        "bit",
        "varbit",
        "inet",
        "cidr",
        "macaddr",
        "macaddr8",
        "pg_lsn",
    )
)
"""Types whose order knows no collation (`char` is the one-byte type)."""


@dataclass(frozen=True)
class ShapeColumn:
    name: str
    type: str
    """As a cast can name it, with modifiers: `character(5)`, `public.mood`."""
    base: str
    """pg_type name beneath domains: bare for built-in types, else with its schema."""


@dataclass(frozen=True)
class KeyColumn:
    name: str
    type: str
    base: str
    equals: str
    """The index's equality operator, as SQL: `OPERATOR(pg_catalog.=)`."""

    @property
    def sorts_alike(self) -> bool:
        return self.base in SORTS_ALIKE


@dataclass(frozen=True)
class Shape:
    """One table as the row hasher sees it."""

    table: TableName
    columns: tuple[ShapeColumn, ...]
    key: tuple[KeyColumn, ...]
    partitioned: bool
    estimate: int
    """Rows as the planner believes; -1 when never analyzed."""

    @property
    def source(self) -> str:
        """What stands behind FROM: without inherited children's rows, which belong to their own tables."""
        return qualified(self.table) if self.partitioned else f"ONLY {qualified(self.table)}"


def shape(connection: Connection, table: TableName) -> Shape | None:
    """The table's shape; None when there is no such table."""
    rows = connection.execute(query("table_shape"), [table.schema, table.name]).fetchall()
    if not rows:
        return None
    columns = tuple(ShapeColumn(name, type_, base) for name, type_, base, _, _ in rows if name is not None)
    by_name = {column.name: column for column in columns}
    key = tuple(
        KeyColumn(name, by_name[name].type, by_name[name].base, f"OPERATOR({identifier(schema)}.{operator})")
        for name, schema, operator in connection.execute(query("table_key"), [table.schema, table.name])
    )
    return Shape(table, columns, key, rows[0][3] == "p", rows[0][4])


def key_columns(connection: Connection, table: TableName) -> tuple[str, ...]:
    return tuple(row[0] for row in connection.execute(query("table_key"), [table.schema, table.name]))


def leaves(connection: Connection, table: TableName) -> list[tuple[TableName, tuple[str, ...] | None]]:
    """Tables whose changes are changes of `table`, each with the columns of its replica identity; None for all."""
    rows = connection.execute(query("leaves"), [table.schema, table.name])
    return [(TableName(schema, name), None if full else tuple(columns)) for schema, name, full, columns in rows]
