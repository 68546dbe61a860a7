"""Sizes and rates of a source, for a plan: lengths of LOBs, writes as the statistics count them, cuts of a key."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import TableName
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.engines.postgres.run_statements import run_statements
from migrate.model.measurement import LobSize, RunStatements, ServerSize, TableWrites, WriteCounts

READ_WHOLE_BYTES = 64 * 1024**2
"""A table of up to this size, with what it stores out of line, is read as a whole; of a larger one a sample."""
SAMPLED_ROWS = 10_000


class PostgresMeasures:
    """Implements ports.database.Measures."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def lobs(self, table: TableName, columns: Sequence[str], seconds: float) -> list[LobSize]:
        """Lengths as text, but of bytea as bytes. The sample is of whole blocks, so of neighbours."""
        with self._connections.use(statement_seconds=seconds) as connection:
            binary = _binary(connection, table)
            size, rows = _size(connection, table)
            exact = size <= READ_WHOLE_BYTES
            share = min(100.0, max(0.01, 100.0 * SAMPLED_ROWS / max(rows, 1)))
            sample = "" if exact else f" TABLESAMPLE SYSTEM ({share:.4f}) REPEATABLE (1)"
            lengths = [_length(name, binary=name in binary) for name in columns]
            parts = [
                f"count({one}), coalesce(max({one}), 0),"
                f" coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY {one}), 0)"
                for one in lengths
            ]
            row = connection.execute(f"SELECT {', '.join(parts)} FROM ONLY {qualified(table)}{sample}").fetchone()
        assert row is not None
        return [
            LobSize(table=table, column=name, rows=count, longest=longest, p99=p99, exact=exact)
            for name, (count, longest, p99) in zip(
                columns, zip(row[0::3], row[1::3], row[2::3], strict=True), strict=True
            )
        ]

    def size(self) -> ServerSize:
        """PostgreSQL remembers no peak of its sessions."""
        with self._connections.use() as connection:
            row = connection.execute(
                "SELECT s.setting::bigint * current_setting('block_size')::bigint,"
                " (SELECT sum(pg_database_size(oid))::bigint FROM pg_database WHERE datallowconn"
                " AND (has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE'))),"
                " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
                " (SELECT (sum(blks_hit) / nullif(sum(blks_hit) + sum(blks_read), 0))::float8 FROM pg_stat_database),"
                " current_setting('max_connections')::int"
                " FROM pg_settings s WHERE s.name = 'shared_buffers'"
            ).fetchone()
        assert row is not None
        return ServerSize(
            cache_bytes=row[0],
            data_bytes=row[1],
            sessions=row[2],
            peak=False,
            session_limit=row[4],
            hit_ratio=row[3],
        )

    def writes(self, tables: Sequence[TableName]) -> WriteCounts:
        with self._connections.use() as connection:
            names = [[table.schema for table in tables], [table.name for table in tables]]
            rows = connection.execute(
                "SELECT schemaname::text, relname::text, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables"
                " JOIN unnest($1::text[], $2::text[]) AS asked (s, t) ON (schemaname, relname) = (s, t)",
                names,
            ).fetchall()
            since = connection.execute(
                "SELECT extract(epoch FROM clock_timestamp() - stats_reset)::float8 FROM pg_stat_database"
                " WHERE datname = current_database()"
            ).fetchone()
        counts = tuple(
            TableWrites(table=TableName(schema, name), inserts=inserts, updates=updates, deletes=deletes)
            for schema, name, inserts, updates, deletes in rows
        )
        return WriteCounts(counts, since[0] if since else None)

    def statements(self, schemas: Sequence[str], most: int) -> RunStatements:
        with self._connections.use() as connection:
            return run_statements(connection, most)

    def cuts(self, table: TableName, column: str, pieces: int) -> list[str]:
        """From the planner's histogram, so as new as the last ANALYZE; empty where there is none."""
        with self._connections.use() as connection:
            row = connection.execute(
                "SELECT histogram_bounds::text::text[] FROM pg_stats"
                " WHERE (schemaname, tablename, attname) = ($1, $2, $3)",
                [table.schema, table.name, column],
            ).fetchone()
        bounds: list[str] = list(row[0]) if row and row[0] else []
        if len(bounds) <= pieces:
            return []
        return [bounds[round(at * (len(bounds) - 1) / pieces)] for at in range(1, pieces)]


def _size(connection: Connection, table: TableName) -> tuple[int, int]:
    """Bytes with TOAST and without indexes, and rows as the server estimates them."""
    row = connection.execute(
        "SELECT pg_table_size(c.oid), greatest(c.reltuples, 0)::bigint FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (n.nspname, c.relname) = ($1, $2)",
        [table.schema, table.name],
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _binary(connection: Connection, table: TableName) -> set[str]:
    rows = connection.execute(
        "SELECT a.attname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
        " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE (n.nspname, c.relname) = ($1, $2) AND coalesce(nullif(t.typbasetype, 0), t.oid) = 'bytea'::regtype",
        [table.schema, table.name],
    ).fetchall()
    return {name for (name,) in rows}


def _length(column: str, *, binary: bool) -> str:
    return f"octet_length({identifier(column)}{'' if binary else '::text'})"
