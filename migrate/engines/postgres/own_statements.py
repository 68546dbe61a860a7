"""A team's own SQL on a PostgreSQL side."""

from __future__ import annotations

from migrate.engines.postgres.connection import Connections


class PostgresStatements:
    """Implements ports.database.Statements. The search path is empty: names are qualified."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def ask(self, sql: str, seconds: float) -> object:
        with self._connections.use_once(statement_seconds=seconds) as connection, connection.transaction():
            connection.execute("SET TRANSACTION READ ONLY")
            row = connection.execute(sql).fetchone()
            return row[0] if row else None

    def execute(self, sql: str, seconds: float) -> None:
        with self._connections.use_once(statement_seconds=seconds) as connection, connection.transaction():
            connection.execute(sql)
