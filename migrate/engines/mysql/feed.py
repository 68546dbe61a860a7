"""This side as one end of a feed: markers seen, the binary log's files, DMS's control tables, large values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pymysql
from pymysql.constants import ER

from checks.facts import TableName
from migrate.engines.mysql.connection import Connections
from migrate.engines.mysql.databases import TOOLKIT_SCHEMA
from migrate.engines.mysql.failures import NO_DATABASE_OR_TABLE, PERMISSION_NUMBERS, number_of
from migrate.engines.mysql.markers import LOADED, PROBES
from migrate.engines.mysql.positions import Place
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.model.watching import Beat, ControlTables, ExceptionsOf, LargeValue, LogStanding

HEARTBEAT = "heartbeat"
CLOSED = NO_DATABASE_OR_TABLE | PERMISSION_NUMBERS | {ER.BAD_FIELD_ERROR}
CHECKPOINT = re.compile(r"checkpoint:V1#\d+#([^#:]+\.\d+):(\d+)")
"""RecoveryCheckpoint of a MySQL source (dms.md §9)."""
LOBS = (
    "mediumtext", "longtext", "mediumblob", "longblob", "json", "geometry", "point", "linestring", "polygon",
    "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection",
)  # fmt: skip
"""Types that DMS treats as LOBs (dms.md §5.3). TEXT and BLOB are none."""


class MySqlFeedSide:
    """Implements ports.watching.FeedSide."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def newest(self, marker: str) -> Beat | None:
        rows = self._if_there(
            "SELECT token, CAST(written_at AS CHAR),"
            " TIMESTAMPDIFF(MICROSECOND, written_at, UTC_TIMESTAMP(6)) / 1e6"
            f" FROM {_marker(marker)} WHERE token <> %s ORDER BY written_at DESC LIMIT 1",
            [LOADED],
        )
        return Beat(str(rows[0][0]), str(rows[0][1]), float(rows[0][2])) if rows else None

    def holds(self, marker: str, beat: Beat) -> bool:
        statement = f"SELECT 1 FROM {_marker(marker)} WHERE token = %s AND written_at >= %s"
        return bool(self._if_there(statement, [beat.token, beat.written_at]))

    def beat(self, marker: str) -> Beat:
        with self._connections.use() as connection:
            connection.execute(
                f"INSERT INTO {_marker(marker)} (token, written_at) VALUES (%s, UTC_TIMESTAMP(6))"
                " ON DUPLICATE KEY UPDATE written_at = UTC_TIMESTAMP(6)",
                [HEARTBEAT],
            )
            statement = f"SELECT CAST(written_at AS CHAR) FROM {_marker(marker)} WHERE token = %s"
            [(written,)] = connection.rows(statement, [HEARTBEAT])
            return Beat(HEARTBEAT, str(written), 0.0)

    def probes(self, marker: str) -> Mapping[str, str]:
        columns = ", ".join(f"CAST(probe_{kind} AS CHAR)" for kind in PROBES)
        found: dict[str, str] = {}
        for carried, sign in (("load", "="), ("changes", "<>")):
            statement = (
                f"SELECT {columns} FROM {_marker(marker)} WHERE token {sign} %s ORDER BY written_at DESC LIMIT 1"
            )
            for values in self._if_there(statement, [LOADED]) or ():
                found |= {f"{carried}/{kind}": str(value) for kind, value in zip(PROBES, values, strict=True)}
        return found

    def log(self, slot: str | None, checkpoint: str, ours: str) -> LogStanding:
        """Nothing holds a file of the log: all that are there count, until their time is over."""
        with self._connections.use() as connection:
            files = [(str(row[0]), int(row[1])) for row in connection.rows("SHOW BINARY LOGS")]
        gap, silent = _gap(files, checkpoint)
        return LogStanding(
            held_bytes=sum(size for _, size in files),
            held_by=f"{len(files)} files of the binary log",
            gap=gap,
            silent=silent,
        )

    def untold(self, tables: Sequence[TableName]) -> frozenset[TableName]:
        return frozenset()

    def control(self, schema: str, task: str) -> ControlTables | None:
        exceptions = self._if_there(
            "SELECT TABLE_OWNER, TABLE_NAME, COUNT(*), CAST(MAX(ERROR_TIME) AS CHAR)"
            f" FROM {qualified(TableName(schema, 'awsdms_apply_exceptions'))}"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            [],
        )
        suspended = self._if_there(
            "SELECT table_owner, table_name, suspend_reason"
            f" FROM {qualified(TableName(schema, 'awsdms_suspended_tables'))} WHERE task_name = %s ORDER BY 1, 2",
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
        wanted, found = set(tables), []
        with self._connections.use() as connection:
            columns: dict[TableName, list[str]] = {}
            for schema, table, column in connection.rows(
                "SELECT table_schema, table_name, column_name FROM information_schema.columns"
                " WHERE table_schema IN %s AND data_type IN %s ORDER BY 1, 2, ordinal_position",
                [tuple({table.schema for table in tables}) or ("",), LOBS],
            ):
                if (name := TableName(schema, table)) in wanted:
                    columns.setdefault(name, []).append(column)
            for name, listed in columns.items():
                largest = ", ".join(f"MAX(OCTET_LENGTH({identifier(one)}))" for one in listed)
                [row] = connection.rows(f"SELECT {largest} FROM {qualified(name)}")
                found += [LargeValue(name, one, int(size or 0)) for one, size in zip(listed, row, strict=True)]
        return found

    def _if_there(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        """Rows; None where the table or column is not there, or closed to the toolkit's login."""
        with self._connections.use() as connection:
            try:
                return connection.rows(statement, values)
            except pymysql.MySQLError as error:
                if number_of(error) in CLOSED:
                    return None
                raise


def _marker(name: str) -> str:
    return qualified(TableName(TOOLKIT_SCHEMA, f"marker_{name}"))


def _gap(files: Sequence[tuple[str, int]], checkpoint: str) -> tuple[str, bool]:
    """A file that was purged makes the task fail; a log that was begun anew has files of the same names."""
    found = CHECKPOINT.match(checkpoint)
    if found is None or not files:
        return "", False
    (stopped, offset), first = Place(found[1], int(found[2])).order, Place(files[0][0], 0).order[0]
    last, end = Place(files[-1][0], files[-1][1]).order
    if stopped < first:
        return (
            f"the task stopped at {found[1]}:{found[2]}, and the log begins with {files[0][0]}:"
            " what is between is purged"
        ), False
    if (stopped, offset) > (last, end):
        return (
            f"the task stopped at {found[1]}:{found[2]}, and the log ends at {files[-1][0]}:{files[-1][1]}:"
            " it was begun anew, or this is another server"
        ), True
    return "", False
