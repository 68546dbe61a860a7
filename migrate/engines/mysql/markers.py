"""Marker tables: rows the toolkit writes on one side and awaits on the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from checks.facts import TableName
from migrate.engines.mysql import fencing, positions
from migrate.engines.mysql.connection import Connections
from migrate.engines.mysql.databases import TOOLKIT_SCHEMA
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.model.database import Position

LOADED = "probe/load"
"""Token of the row that is there before the load, and is carried by it; every other row is carried as a change."""
PROBES = {
    "date": "date DEFAULT '2024-02-29'",
    "time": "time(6) DEFAULT '02:30:00.123456'",
    "datetime": "datetime(6) DEFAULT '2024-03-31 02:30:00.123456'",
    "timestamp": "timestamp(6) NULL DEFAULT '2024-10-27 01:30:00.654321'",
}
"""Values that every row carries, the same in all: moved by an hour or a day, they tell of a wrong time zone. In Europe
one of them does not exist, and another is there twice."""


class MySqlMarkers:
    """Implements ports.markers.Markers. The toolkit's schema is a database of its own."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def table(self, name: str) -> TableName:
        return TableName(TOOLKIT_SCHEMA, f"marker_{name}")

    def prepare(self, names: Iterable[str]) -> None:
        with self._connections.use() as connection:
            connection.execute(
                f"CREATE DATABASE IF NOT EXISTS {identifier(TOOLKIT_SCHEMA)} DEFAULT CHARACTER SET utf8mb4"
            )
            fencing.create(connection)
            for name in names:
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {qualified(self.table(name))}"
                    " (token varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,"
                    " written_at datetime(6) NOT NULL, "
                    + ", ".join(f"probe_{kind} {definition}" for kind, definition in PROBES.items())
                    + ") ENGINE = InnoDB"
                )

    def probe(self, name: str) -> None:
        with self._connections.use() as connection:
            connection.execute(
                f"INSERT IGNORE INTO {qualified(self.table(name))} (token, written_at) VALUES (%s, UTC_TIMESTAMP(6))",
                [LOADED],
            )

    def write(self, name: str, token: str) -> Position:
        with self._connections.use() as connection:
            connection.execute(
                f"INSERT INTO {qualified(self.table(name))} (token, written_at) VALUES (%s, UTC_TIMESTAMP(6))"
                " ON DUPLICATE KEY UPDATE written_at = UTC_TIMESTAMP(6)",
                [token],
            )
            return positions.end_of_log(connection)

    def seen(self, name: str, token: str) -> bool:
        with self._connections.use() as connection:
            query = f"SELECT 1 FROM {qualified(self.table(name))} WHERE token = %s"
            return bool(connection.rows(query, [token]))

    def written(self, name: str, before: datetime) -> Sequence[str]:
        table = self.table(name)
        query = "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"
        with self._connections.use() as connection:
            if not connection.rows(query, [table.schema, table.name]):
                return []
            moment = before.astimezone(UTC).replace(tzinfo=None)
            query = f"SELECT token FROM {qualified(table)} WHERE written_at < %s"
            return [token for (token,) in connection.rows(query, [moment])]

    def drop(self) -> None:
        with self._connections.use() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {identifier(TOOLKIT_SCHEMA)}")
