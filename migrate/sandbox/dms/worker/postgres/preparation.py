"""TargetTablePrepMode: what happens to a target table before its load (dms.md §5.2, §19.12)."""

from __future__ import annotations

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.postgres.catalog import Column, describe, find_tables
from migrate.sandbox.dms.worker.routing import Route

DO_NOTHING = "DO_NOTHING"
TRUNCATE = "TRUNCATE_BEFORE_LOAD"
DROP_AND_CREATE = "DROP_AND_CREATE"


def prepare(target: Connection[TupleRow], route: Route[Column], mode: str, *, again: bool, booleans: bool) -> None:
    """Make the target table ready inside the current transaction; raises psycopg.Error.

    `again`: an earlier run of the task may have filled it, so it is emptied whatever the mode (assumption; with
    DO_NOTHING by DELETE, which also works where foreign keys point at the table). `booleans` keeps boolean columns
    boolean (MapBooleanAsBoolean on both endpoints, dms.md §10).
    """
    name = sql.Identifier(*route.target_name)
    if mode == DROP_AND_CREATE:
        create(target, route, booleans=booleans)
    elif route.target is not None and mode == TRUNCATE:
        target.execute(sql.SQL("TRUNCATE TABLE {}").format(name))
    elif route.target is not None and again:
        target.execute(sql.SQL("DELETE FROM {}").format(name))


def _describe(target: Connection[TupleRow], route: Route[Column]) -> None:
    found = find_tables(target, [route.target_name])
    route.target = describe(target, found).get(route.target_name)


def create(target: Connection[TupleRow], route: Route[Column], *, booleans: bool) -> None:
    """Make a table that is not there, and describe it. Raises psycopg.Error."""
    _create(target, route, booleans=booleans)
    _describe(target, route)


def _create(target: Connection[TupleRow], route: Route[Column], *, booleans: bool) -> None:
    """Columns and primary key, nothing else: no indexes, foreign keys, defaults, identity (dms.md §12)."""
    schema, table = route.target_name
    name = sql.Identifier(schema, table)
    if target.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (schema,)).fetchone() is None:
        target.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    target.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
    parts: list[sql.Composable] = []
    names: dict[str, str] = {}
    for column in route.source.columns:
        column_name = route.selection.target_column(column.name)
        if column.generated or column_name is None:
            continue
        names[column.name] = column_name
        null = " NOT NULL" if column.not_null else ""
        parts.append(
            sql.SQL("{} {}{}").format(
                sql.Identifier(column_name), sql.SQL(created_type(column, booleans=booleans)), sql.SQL(null)
            )
        )
    if route.source.key and all(one in names for one in route.source.key):
        key = sql.SQL(", ").join(sql.Identifier(names[one]) for one in route.source.key)
        parts.append(sql.SQL("PRIMARY KEY ({})").format(key))
    target.execute(sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(parts)))


def created_type(column: Column, *, booleans: bool) -> str:
    """DMS's losses: user types → varchar, bare NUMERIC → NUMERIC(28,6), boolean → varchar(5) (dms.md §12, §10)."""
    if not column.builtin:
        return "character varying"
    if column.type_name == "numeric" and column.typmod < 0:
        return "numeric(28,6)"
    if column.type_name == "bool" and not booleans:
        return "character varying(5)"
    return column.type_sql
