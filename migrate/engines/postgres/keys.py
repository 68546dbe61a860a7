"""What the log says identifies a row: the keys of tables, and the replica identities of their leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from checks.facts import TableName
from migrate.engines.postgres import shapes
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query


@dataclass(frozen=True)
class Watched:
    """How the log's lines about one leaf table are read for one table that was asked for."""

    table: TableName
    key: tuple[str, ...]
    identity_covers_key: bool
    """True when an UPDATE or DELETE prints the old key whenever the key changed."""


def watched(connection: Connection, tables: Sequence[TableName]) -> dict[TableName, list[Watched]]:
    """By leaf table, what its changes mean for each of `tables`, asked for all at once.

    Raises psycopg.errors.UndefinedTable for one that is not there.
    """
    known = shapes.read(connection, tables, "")
    names = [[table.schema for table in tables], [table.name for table in tables]]
    found: dict[TableName, list[Watched]] = {}
    there = set[TableName]()
    for schema, name, leaf_schema, leaf, full, columns in connection.execute(query("leaves"), names):
        table = TableName(schema, name)
        there.add(table)
        key = tuple(column.name for column in known[table].key) if table in known else ()
        covers = bool(key) and (full or set(key) <= set(columns))
        found.setdefault(TableName(leaf_schema, leaf), []).append(Watched(table, key, covers))
    for table in tables:
        if table not in there:
            raise psycopg.errors.UndefinedTable(f"there is no table {table}")
    return found
