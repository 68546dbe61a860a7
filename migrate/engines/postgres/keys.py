"""What the log says identifies a row: the key of a table, and the replica identities of its leaves."""

from __future__ import annotations

from checks.facts import TableName
from migrate.engines.postgres import shapes
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query


def key_columns(connection: Connection, table: TableName) -> tuple[str, ...]:
    """Names of the key's columns, in the index's order; empty without a key."""
    shape = shapes.read(connection, [table], "").get(table)
    return () if shape is None else tuple(column.name for column in shape.key)


def leaves(connection: Connection, table: TableName) -> list[tuple[TableName, tuple[str, ...] | None]]:
    """Tables whose changes are changes of `table`, each with the columns of its replica identity; None for all."""
    rows = connection.execute(query("leaves"), [table.schema, table.name])
    return [(TableName(schema, name), None if full else tuple(columns)) for schema, name, full, columns in rows]
