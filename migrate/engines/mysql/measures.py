"""Sizes and rates of a source, for a plan: lengths of LOBs, writes as performance_schema counts them, cuts of a key."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import TableName
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.engines.mysql.rows import limited
from migrate.engines.mysql.run_statements import run_statements
from migrate.model.measurement import LobSize, RunStatements, ServerSize, TableWrites, WriteCounts

READ_WHOLE_BYTES = 64 * 1024**2
"""A table of up to this size is read as a whole; of a larger one its first and last rows by the primary key."""
SAMPLED_ROWS = 10_000


class MySqlMeasures:
    """Implements ports.database.Measures. Rates need performance_schema, which MariaDB has off by default."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def lobs(self, table: TableName, columns: Sequence[str], seconds: float) -> list[LobSize]:
        lengths = [f"OCTET_LENGTH({identifier(name)})" for name in columns]
        with self._connections.use() as connection:

            def asked(select: Sequence[str], rest: str = "") -> list[tuple[int | None, ...]]:
                query = f"SELECT {', '.join(select)} FROM {qualified(table)}{rest}"
                return connection.rows(limited(query, seconds, connection.server))

            exact = _size(connection, table) <= READ_WHOLE_BYTES
            ends = [""] if exact else _both_ends(connection, table)
            sample = [row for end in ends for row in asked(lengths, f"{end} LIMIT {SAMPLED_ROWS // len(ends)}")]
            longest = asked([f"MAX({one})" for one in lengths])[0] if exact else None
        return [
            _told(table, name, [row[at] for row in sample], longest[at] or 0 if longest else None)
            for at, name in enumerate(columns)
        ]

    def size(self) -> ServerSize:
        with self._connections.use() as connection:
            told = {
                str(name): int(value)
                for name, value in connection.rows(
                    "SHOW GLOBAL STATUS WHERE variable_name IN"
                    " ('Max_used_connections', 'Innodb_buffer_pool_reads', 'Innodb_buffer_pool_read_requests')"
                )
            }
            [(cache, limit)] = connection.rows("SELECT @@GLOBAL.innodb_buffer_pool_size, @@GLOBAL.max_connections")
            [(data,)] = connection.rows(
                "SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables"
                " WHERE table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')"
            )
        asked = told.get("Innodb_buffer_pool_read_requests", 0)
        hit = 1 - told.get("Innodb_buffer_pool_reads", 0) / asked if asked else None
        sessions = told.get("Max_used_connections", 0)
        return ServerSize(
            cache_bytes=int(cache),
            data_bytes=int(data),
            sessions=sessions,
            peak=True,
            session_limit=int(limit),
            hit_ratio=hit,
        )

    def writes(self, tables: Sequence[TableName]) -> WriteCounts | None:
        """Counted since the server started; None where performance_schema is off, or closed to this login."""
        with self._connections.use() as connection:
            on = connection.rows("SHOW GLOBAL VARIABLES LIKE 'performance_schema'")
            if not on or str(on[0][1]).upper() != "ON":
                return None
            rows = if_permitted(
                connection,
                "SELECT OBJECT_SCHEMA, OBJECT_NAME, COUNT_INSERT, COUNT_UPDATE, COUNT_DELETE"
                " FROM performance_schema.table_io_waits_summary_by_table WHERE OBJECT_TYPE = 'TABLE'",
            )
            if rows is None:
                return None
            uptime = connection.rows("SHOW GLOBAL STATUS LIKE 'Uptime'")
        asked = set(tables)
        counts = tuple(
            TableWrites(table=TableName(schema, name), inserts=inserts, updates=updates, deletes=deletes)
            for schema, name, inserts, updates, deletes in rows
            if TableName(schema, name) in asked
        )
        return WriteCounts(counts, float(uptime[0][1]) if uptime else None)

    def statements(self, schemas: Sequence[str], most: int) -> RunStatements:
        with self._connections.use() as connection:
            return run_statements(connection, schemas, most)

    def cuts(self, table: TableName, column: str, pieces: int) -> list[str]:
        """Between the least and the greatest value, as if they were spread evenly; empty for one that is no number."""
        name = identifier(column)
        with self._connections.use() as connection:
            [(least, most)] = connection.rows(f"SELECT MIN({name}), MAX({name}) FROM {qualified(table)}")
        if not isinstance(least, int) or not isinstance(most, int) or most - least < pieces:
            return []
        return [str(least + (most - least) * at // pieces) for at in range(1, pieces)]


def _size(connection: Connection, table: TableName) -> int:
    """With what is stored off page, without secondary indexes."""
    rows = connection.rows(
        "SELECT COALESCE(DATA_LENGTH, 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s",
        [table.schema, table.name],
    )
    return int(rows[0][0]) if rows else 0


def _both_ends(connection: Connection, table: TableName) -> list[str]:
    """ORDER BY clauses that the primary key answers; none at all for a table without one."""
    rows = connection.rows(
        "SELECT COLUMN_NAME FROM information_schema.STATISTICS"
        " WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX",
        [table.schema, table.name],
    )
    key = [identifier(name) for (name,) in rows]
    if not key:
        return [""]
    return [" ORDER BY " + ", ".join(f"{column} {way}" for column in key) for way in ("ASC", "DESC")]


def _told(table: TableName, column: str, found: Sequence[int | None], longest: int | None) -> LobSize:
    """`longest` of the whole table, where it was read."""
    lengths = sorted(length for length in found if length is not None)
    seen, p99 = (lengths[-1], lengths[(len(lengths) * 99 - 1) // 100]) if lengths else (0, 0)
    return LobSize(
        table=table,
        column=column,
        rows=len(lengths),
        longest=seen if longest is None else longest,
        p99=p99,
        exact=longest is not None,
    )
