"""Marker tables: rows the toolkit writes on one side and awaits on the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from checks.facts import TableName
from migrate.engines.postgres import fencing
from migrate.engines.postgres.connection import Connections
from migrate.engines.postgres.namespaces import TOOLKIT_SCHEMA
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.database import Position

LOADED = "probe/load"
"""Token of the row that is there before the load, and is carried by it; every other row is carried as a change."""
PROBES = {
    "date": "date DEFAULT '2024-02-29'",
    "time": "time DEFAULT '02:30:00.123456'",
    "timestamp": "timestamp DEFAULT '2024-03-31 02:30:00.123456'",
    "timestamptz": "timestamptz DEFAULT '2024-10-27 01:30:00.654321+00'",
}
"""Values that every row carries, the same in all: moved by an hour or a day, they tell of a wrong time zone. In Europe
one timestamp does not exist, and the other is there twice."""


class PostgresMarkers:
    """Implements ports.markers.Markers."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def table(self, name: str) -> TableName:
        return TableName(TOOLKIT_SCHEMA, f"marker_{name}")

    def prepare(self, names: Iterable[str]) -> None:
        with self._connections.use() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", [TOOLKIT_SCHEMA])
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(TOOLKIT_SCHEMA)}")
            fencing.create(connection)
            for name in names:
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {qualified(self.table(name))}"
                    " (token text PRIMARY KEY, written_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), "
                    + ", ".join(f"probe_{kind} {definition}" for kind, definition in PROBES.items())
                    + ")"
                )

    def probe(self, name: str) -> None:
        with self._connections.use() as connection:
            connection.execute(
                f"INSERT INTO {qualified(self.table(name))} (token) VALUES ($1) ON CONFLICT DO NOTHING", [LOADED]
            )

    def write(self, name: str, token: str) -> Position:
        with self._connections.use() as connection:
            connection.execute(
                f"INSERT INTO {qualified(self.table(name))} AS marker (token) VALUES ($1)"
                " ON CONFLICT (token) DO UPDATE SET written_at = pg_catalog.clock_timestamp()",
                [token],
            )
            row = connection.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
            assert row is not None
            return Position(row[0])

    def seen(self, name: str, token: str) -> bool:
        with self._connections.use() as connection:
            query = f"SELECT 1 FROM {qualified(self.table(name))} WHERE token = $1"
            return connection.execute(query, [token]).fetchone() is not None

    def written(self, name: str, before: datetime) -> Sequence[str]:
        table = qualified(self.table(name))
        with self._connections.use() as connection:
            there = connection.execute("SELECT pg_catalog.to_regclass($1) IS NOT NULL", [table]).fetchone()
            if there != (True,):
                return []
            return [
                token for (token,) in connection.execute(f"SELECT token FROM {table} WHERE written_at < $1", [before])
            ]

    def drop(self) -> None:
        with self._connections.use() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {identifier(TOOLKIT_SCHEMA)} CASCADE")
