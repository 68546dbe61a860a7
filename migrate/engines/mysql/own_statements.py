"""A team's own SQL on a side of the MySQL family."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql

from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.failures import failed
from migrate.engines.mysql.sessions import Session, kill

_ANSWER_SECONDS = 1.0
"""Beyond the statement's own: the server is to answer that it ended the statement."""


class MySqlStatements:
    """Implements ports.database.Statements. There is no default database but the address's own."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def ask(self, sql: str, seconds: float) -> object:
        with self._limited(seconds) as connection:
            connection.execute("START TRANSACTION READ ONLY")
            with connection.cursor() as cursor:
                cursor.execute(sql)
                row = cursor.fetchone()
            connection.rollback()
            return row[0] if row else None

    def execute(self, sql: str, seconds: float) -> None:
        with self._limited(seconds) as connection:
            connection.begin()
            with connection.cursor() as cursor:
                cursor.execute(sql)
            connection.commit()

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[Connection]:
        """A connection whose statements end in time. MySQL's own limit is for SELECT alone: whatever else is still at
        work when no answer comes is killed."""
        with self._connections.use_once() as connection:
            if connection.server.mariadb:
                connection.execute("SET SESSION max_statement_time = %s", [seconds])
            else:
                connection.execute("SET SESSION max_execution_time = %s", [math.ceil(seconds * 1000)])
            setattr(connection, "_read_timeout", seconds + _ANSWER_SECONDS)  # noqa: B010
            try:
                yield connection
            except pymysql.OperationalError as error:
                with self._connections.use() as other:
                    kill(other, Session(connection.number, "", "", ""))
                raise failed(self._connections.side, self._connections.where, error) from error
