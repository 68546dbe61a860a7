"""This side as one end of a feed: markers seen, slots and what they hold, DMS's control tables, large values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from checks.facts import TableName
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.markers import LOADED, PROBES
from migrate.engines.postgres.namespaces import TOOLKIT_SCHEMA
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.watching import Beat, ControlTables, ExceptionsOf, LargeValue, LogStanding, SlotStanding

HEARTBEAT = "heartbeat"
NOT_THERE = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InvalidSchemaName)
CLOSED = (*NOT_THERE, psycopg.errors.InsufficientPrivilege)
CHECKPOINT = re.compile(r"checkpoint:V1#\d+#([0-9A-F]{1,8})/([0-9A-F]{1,8})#", re.IGNORECASE)
"""RecoveryCheckpoint of a PostgreSQL source (dms.md §9)."""


class PostgresFeedSide:
    """Implements ports.watching.FeedSide."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def newest(self, marker: str) -> Beat | None:
        rows = self._if_there(
            "SELECT token, written_at::text, extract(epoch FROM clock_timestamp() - written_at)::float8"
            f" FROM {_marker(marker)} WHERE token <> $1 ORDER BY written_at DESC LIMIT 1",
            [LOADED],
        )
        return Beat(*rows[0]) if rows else None

    def holds(self, marker: str, beat: Beat) -> bool:
        statement = f"SELECT 1 FROM {_marker(marker)} WHERE token = $1 AND written_at >= $2::timestamptz"
        return bool(self._if_there(statement, [beat.token, beat.written_at]))

    def beat(self, marker: str) -> Beat:
        with self._connections.use() as connection:
            row = connection.execute(
                f"INSERT INTO {_marker(marker)} AS marker (token) VALUES ($1) ON CONFLICT (token)"
                " DO UPDATE SET written_at = pg_catalog.clock_timestamp() RETURNING written_at::text",
                [HEARTBEAT],
            ).fetchone()
            assert row is not None
            return Beat(HEARTBEAT, row[0], 0.0)

    def probes(self, marker: str) -> Mapping[str, str]:
        columns = ", ".join(f"probe_{kind}::text" for kind in PROBES)
        one = f"(SELECT '{{}}', {columns} FROM {_marker(marker)} WHERE token {{}} $1 ORDER BY written_at DESC LIMIT 1)"
        rows = self._if_there(f"{one.format('load', '=')} UNION ALL {one.format('changes', '<>')}", [LOADED])
        return {
            f"{carried}/{kind}": str(value)
            for carried, *values in rows or ()
            for kind, value in zip(PROBES, values, strict=True)
        }

    def log(self, slot: str | None, checkpoint: str, ours: str) -> LogStanding:
        """Any slot of the server, also one for a replica, fills the same disk."""
        with self._connections.use() as connection:
            slots = {
                name: SlotStanding(name=name, active=active, lost=status == "lost", held_bytes=held)
                for name, _, active, status, held in connection.execute(query("slots"))
            }
            gap, silent = _gap(connection, slot, checkpoint)
        worst = max(slots.values(), key=lambda one: one.held_bytes or 0, default=None)
        return LogStanding(
            held_bytes=(worst.held_bytes or 0) if worst is not None else 0,
            held_by=f"slot {worst.name}" if worst is not None else "no slot",
            slots=tuple(one for name, one in slots.items() if name == slot or name.startswith(ours)),
            gap=gap,
            silent=silent,
        )

    def untold(self, tables: Sequence[TableName]) -> frozenset[TableName]:
        """As `checks.keys.log_tells_rows_apart`, by what the server has now; of a partitioned table by any leaf."""
        with self._connections.use() as connection:
            rows = connection.execute(query("untold"), [[one.schema for one in tables], [one.name for one in tables]])
            return frozenset(TableName(schema, name) for schema, name in rows)

    def control(self, schema: str, task: str) -> ControlTables | None:
        within = identifier(schema)
        exceptions = self._if_there(
            'SELECT "TABLE_OWNER", "TABLE_NAME", count(*), max("ERROR_TIME")::timestamp(0)::text'
            f" FROM {within}.awsdms_apply_exceptions GROUP BY 1, 2 ORDER BY 1, 2",
            [],
        )
        suspended = self._if_there(
            f"SELECT table_owner, table_name, suspend_reason FROM {within}.awsdms_suspended_tables"
            " WHERE task_name = $1 ORDER BY 1, 2",
            [task],
        )
        if exceptions is None and suspended is None:
            return None
        return ControlTables(
            None
            if exceptions is None
            else tuple(ExceptionsOf(TableName(owner, name), rows, last) for owner, name, rows, last in exceptions),
            None if suspended is None else {TableName(owner, name): reason or "" for owner, name, reason in suspended},
        )

    def large_values(self, tables: Sequence[TableName]) -> list[LargeValue]:
        found: list[LargeValue] = []
        with self._connections.use() as connection:
            columns: dict[TableName, dict[str, str]] = {}
            names = [[table.schema for table in tables], [table.name for table in tables]]
            for schema, table, column, binary in connection.execute(query("lob_columns"), names):
                value = identifier(column) if binary else f"{identifier(column)}::text"
                columns.setdefault(TableName(schema, table), {})[column] = f"max(octet_length({value}))"
            for name, sizes in columns.items():
                row = connection.execute(f"SELECT {', '.join(sizes.values())} FROM {qualified(name)}").fetchone()
                found += [LargeValue(name, one, size or 0) for one, size in zip(sizes, row or (), strict=True)]
        return found

    def _if_there(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]] | None:
        """Rows; None where the table or column is not there, or closed to the toolkit's login."""
        with self._connections.use() as connection:
            try:
                return connection.execute(statement, values).fetchall()
            except CLOSED:
                return None


def _marker(name: str) -> str:
    return qualified(TableName(TOOLKIT_SCHEMA, f"marker_{name}"))


def _gap(connection: Connection, slot: str | None, checkpoint: str) -> tuple[str, bool]:
    """A slot that was dropped and made again begins later than the task stopped. Between the two nothing is decoded,
    and nobody says so; without a slot the task fails."""
    found = CHECKPOINT.match(checkpoint)
    if slot is None or found is None:
        return "", False
    row = connection.execute(
        "SELECT restart_lsn::text, pg_wal_lsn_diff(restart_lsn, $2::pg_lsn)::bigint"
        " FROM pg_replication_slots WHERE slot_name = $1",
        [slot, f"{found[1]}/{found[2]}"],
    ).fetchone()
    if row is None:
        return (
            f"slot {slot} is gone: what came after {found[1]}/{found[2]}, where the task stopped, is lost to it",
            False,
        )
    if row[0] is not None and row[1] > 0:
        return (
            f"slot {slot} begins at {row[0]}, {row[1]:,} bytes after the task stopped at {found[1]}/{found[2]}:"
            " it was made anew"
        ), True
    return "", False
