"""PostgreSQL by psycopg, certificate and name verified. A transaction's statements are sent in one round trip."""

from __future__ import annotations

from typing import Any

import psycopg

from application.connection import CONNECT_SECONDS, STATEMENT_SECONDS, Refused, Unanswered, counted, first_line
from application.secret import Login
from application.work import Transaction


class PostgresConnection:
    """One session. Raises psycopg.Error when it cannot connect."""

    def __init__(self, login: Login, application: str) -> None:
        self._connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            dbname=login.database,
            sslmode="verify-full",
            sslrootcert=login.ca_file or "system",
            application_name=application,
            connect_timeout=CONNECT_SECONDS,
            autocommit=True,
            options=f"-c statement_timeout={STATEMENT_SECONDS}s -c idle_in_transaction_session_timeout=30s",
        )
        self.port = self._connection.info.port

    @property
    def closed(self) -> bool:
        return self._connection.closed

    def send(self, work: Transaction) -> None:
        try:
            with self._connection.pipeline():
                self._connection.execute("BEGIN")
                cursors = [self._connection.execute(each.text, each.values) for each in work.statements]
        except psycopg.Error as error:
            raise Refused(_reason(error)) from None
        counted(work, [(each, cursor.rowcount) for each, cursor in zip(work.statements, cursors, strict=True)])

    def commit(self) -> None:
        """A COMMIT of a transaction that had failed is answered with ROLLBACK."""
        try:
            answer = self._connection.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            if self.closed:
                raise Unanswered(_reason(error)) from None
            raise Refused(_reason(error)) from None
        if answer != "COMMIT":
            raise Refused(f"COMMIT was answered with {answer}")

    def ask(self, text: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(text).fetchall()
        except psycopg.Error as error:
            raise Refused(_reason(error)) from None

    def close(self) -> None:
        self._connection.close()


def _reason(error: psycopg.Error) -> str:
    return first_line(error, error.sqlstate)
