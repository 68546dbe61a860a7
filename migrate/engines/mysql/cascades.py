"""Foreign keys that change rows by themselves: on most servers the binary log does not show those rows.

InnoDB changes the children below the log in MySQL before 9.6, in Aurora and in MariaDB (mysql-compatibility.md §3.6):
after a logged DELETE of a parent, or an UPDATE of the columns referred to, any row of its children may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.facts import TableName
from migrate.engines.mysql import keys
from migrate.engines.mysql.connection import Connection

_ACTING = """
SELECT r.unique_constraint_schema, r.referenced_table_name, r.constraint_schema, r.table_name,
       r.delete_rule, r.update_rule, r.constraint_name
  FROM information_schema.referential_constraints r
 WHERE r.delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
    OR r.update_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
"""
_COLUMNS = """
SELECT k.constraint_schema, k.table_name, k.constraint_name, k.referenced_column_name
  FROM information_schema.key_column_usage k
 WHERE k.referenced_table_name IS NOT NULL
"""
_ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT")


@dataclass(frozen=True)
class Cascade:
    """What changes of one parent do to one child."""

    parent: TableName
    child: TableName
    on_delete: bool
    on_update: bool
    places: frozenset[int]
    """Columns of the parent that are referred to, by place from 0."""


def cascades(connection: Connection) -> dict[TableName, list[Cascade]]:
    """All foreign keys with an action of their own, by parent."""
    found: dict[TableName, list[Cascade]] = {}
    acting = connection.rows(_ACTING)
    if not acting:
        return found
    columns: dict[tuple[str, str, str], set[str]] = {}
    for schema, table, name, column in connection.rows(_COLUMNS):
        columns.setdefault((schema, table, name), set()).add(column)
    for parent_schema, parent_name, schema, table, delete, update, name in acting:
        parent = TableName(parent_schema, parent_name)
        shape = keys.shape(connection, parent)
        referred = columns.get((schema, table, name), set())
        places = frozenset(n for n, column in enumerate(shape.columns if shape else ()) if column.name in referred)
        cascade = Cascade(parent, TableName(schema, table), delete in _ACTIONS, update in _ACTIONS, places)
        found.setdefault(parent, []).append(cascade)
    return found


def downstream(known: Mapping[TableName, Iterable[Cascade]], child: TableName) -> set[TableName]:
    """`child` and every table whose rows a change of its rows can change in turn."""
    reached, waiting = {child}, [child]
    while waiting:
        for cascade in known.get(waiting.pop(), ()):
            if cascade.child not in reached:
                reached.add(cascade.child)
                waiting.append(cascade.child)
    return reached
