"""Foreign keys that change rows by themselves: on most servers the binary log does not show those rows.

InnoDB changes the children below the log in MySQL before 9.6, in Aurora and in MariaDB (mysql-compatibility.md §3.6).
The log shows the parent's change alone. Where the key did its work, the children of a parent that is gone are gone too,
or hold NULL, on both sides alike, and so are the children's children, for the server does all of it or nothing; where
it did not, as in a session that checks no keys, rows that still refer to the parent are left. So the rows that refer to
a parent's old or new key *now* are the ones to compare, on each side those that it has. That both sides have the same
keys is a gate of its own (schema-alike).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from checks.facts import TableName
from migrate.engines.mysql import hashing, keys
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.keys import Shape, ShapeColumn
from migrate.model.validation import Key

ASKED_AT_ONCE = 1000

_ACTING = """
SELECT r.unique_constraint_schema, r.referenced_table_name, r.constraint_schema, r.table_name,
       r.delete_rule, r.update_rule, r.constraint_name
  FROM information_schema.referential_constraints r
 WHERE r.delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
    OR r.update_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
"""
_COLUMNS = """
SELECT k.constraint_schema, k.table_name, k.constraint_name, k.referenced_column_name, k.column_name
  FROM information_schema.key_column_usage k
 WHERE k.referenced_table_name IS NOT NULL
 ORDER BY k.ordinal_position
"""
_ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT")


@dataclass(frozen=True)
class Cascade:
    """What changes of one parent do to one child."""

    parent: TableName
    child: TableName
    on_delete: bool
    on_update: bool
    places: tuple[int, ...]
    """Columns of the parent that are referred to, by place from 0, in the order of the key."""
    referring: tuple[str, ...]
    """Columns of the child that refer to them."""


def cascades(connection: Connection) -> dict[TableName, list[Cascade]]:
    """All foreign keys with an action of their own, by parent."""
    found: dict[TableName, list[Cascade]] = {}
    acting = connection.rows(_ACTING)
    if not acting:
        return found
    columns: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for schema, table, name, referred, referring in connection.rows(_COLUMNS):
        columns.setdefault((schema, table, name), []).append((referred, referring))
    for parent_schema, parent_name, schema, table, delete, update, name in acting:
        parent = TableName(parent_schema, parent_name)
        shape = keys.shape(connection, parent)
        place = {column.name: n for n, column in enumerate(shape.columns if shape else ())}
        pairs = columns.get((schema, table, name), [])
        cascade = Cascade(
            parent,
            TableName(schema, table),
            on_delete=delete in _ACTIONS,
            on_update=update in _ACTIONS,
            places=tuple(place[referred] for referred, _ in pairs if referred in place),
            referring=tuple(referring for _, referring in pairs),
        )
        found.setdefault(parent, []).append(cascade)
    return found


def referring_now(connection: Connection, cascade: Cascade, child: Shape, parents: Iterable[Key]) -> set[Key]:
    """Keys of the rows of `child` that refer to one of `parents`; those that a collation takes for the same, too."""
    by_name = {column.name: column for column in child.columns}
    columns = tuple(by_name[name] for name in cascade.referring)
    asked, found = iter(parents), set[Key]()
    while batch := list(islice(asked, ASKED_AT_ONCE)):
        query = hashing.keys_where(child, columns)
        found.update(tuple(row) for row in connection.rows(query, [_parameters(columns, batch)]))
    return found


def _parameters(columns: tuple[ShapeColumn, ...], batch: Iterable[Key]) -> list[object]:
    """As hashing.keys_where takes them."""
    values = [tuple(column.parameter(text or "") for column, text in zip(columns, key, strict=True)) for key in batch]
    return [value if len(value) > 1 else value[0] for value in values]
