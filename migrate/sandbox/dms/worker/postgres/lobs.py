"""Limited LOBs of PostgreSQL: found in the source's snapshot, cut there or in a captured change (dms.md §5.3)."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import Connection, pq, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.changes import Change, Row, Unchanged
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.postgres.catalog import Column
from migrate.sandbox.dms.worker.routing import Route


def too_long(source: Connection[TupleRow], lobs: LobLimit, route: Route[Column], where: sql.Composable) -> set[str]:
    """LOB columns that hold at least one value over the limit, in the source connection's snapshot."""
    limit = lobs.size(route)
    columns = [column for column, _ in route.moved() if column.is_lob]
    if limit is None or not columns:
        return set()
    tests = [
        sql.SQL("coalesce(bool_or({} > {}), false)").format(length(column), sql.Literal(limit)) for column in columns
    ]
    row = source.execute(
        sql.SQL("SELECT {} FROM ONLY {}{}").format(
            sql.SQL(", ").join(tests), sql.Identifier(route.source.schema, route.source.name), where
        )
    ).fetchone()
    found = {column.name for column, cut in zip(columns, row or (), strict=False) if cut}
    for name in sorted(found):
        lobs.truncated(route, name)
    return found


class Shortener:
    """Cuts the LOBs of captured changes; keeps which columns of a table are LOBs."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[bytes, bool]] = {}

    def cut(self, route: Route[Column], change: Change, limit: int) -> list[str]:
        """Cut in place; the names of the new row's columns that were cut.

        The old row is looked for, and the target holds it as it was cut.
        """
        columns = self._columns(route)
        _cut(columns, change.old, limit)
        return _cut(columns, change.new, limit)

    def _columns(self, route: Route[Column]) -> dict[bytes, bool]:
        """The table's LOB columns, and whether each is a bytea, whose text form is two digits a byte."""
        found = self._known.get(route.name)
        if found is None:
            found = {one.name.encode(): one.type_name == "bytea" for one in route.source.columns if one.is_lob}
            self._known[route.name] = found
        return found


def _cut(columns: dict[bytes, bool], row: Row | None, limit: int) -> list[str]:
    if row is None:
        return []
    values = row.values
    cut: list[str] = []
    for at, raw in enumerate(row.columns):
        value = values[at]
        if not isinstance(value, bytes) or len(value) <= limit or raw not in columns:
            continue
        short = value[: 2 + 2 * limit] if columns[raw] else value.decode()[:limit].encode()
        if len(short) < len(value):
            values[at] = short
            cut.append(raw.decode())
    return cut


def current(
    source: Connection[TupleRow], route: Route[Column], row: Row, names: Sequence[str]
) -> list[bytes | Unchanged | None] | None:
    """The row's LOBs in the source's own text form, in which the log tells them, too (dms.md §5.3)."""
    values = dict(zip((raw.decode() for raw in row.columns), row.values, strict=True))
    parts = [sql.SQL("{} = {}").format(sql.Identifier(one), sql.SQL(f"${at}")) for at, one in enumerate(route.key, 1)]
    text = sql.SQL("SELECT {} FROM ONLY {} WHERE {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(*route.name), sql.SQL(" AND ").join(parts)
    )
    key = [value for one in route.key if isinstance(value := values.get(one), bytes)]
    result = source.pgconn.exec_params(text.as_bytes(source), key)
    if result.status != pq.ExecStatus.TUPLES_OK:
        if not result.error_field(pq.DiagnosticField.SQLSTATE):
            raise psycopg.OperationalError(source.pgconn.get_error_message() or "the connection was lost")
        raise psycopg.errors.error_from_result(result)
    return [result.get_value(0, at) for at in range(len(names))] if result.ntuples else None


def length(column: Column) -> sql.Composable:
    """The SQL length of a LOB, without fetching it from its out-of-line store where the server can."""
    name = sql.Identifier(column.name)
    if column.type_name in {"text", "bytea"}:
        return sql.SQL("octet_length({})").format(name)
    return sql.SQL("octet_length({}::text)").format(name)


def shortened(column: Column, limit: int) -> sql.Composable:
    """The SQL of a LOB cut to its limit."""
    name = sql.Identifier(column.name)
    if column.type_name == "bytea":
        return sql.SQL("substring({} FROM 1 FOR {})").format(name, sql.Literal(limit))
    return sql.SQL("left({}::text, {})").format(name, sql.Literal(limit))
