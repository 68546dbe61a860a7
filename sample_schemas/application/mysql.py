"""MySQL and MariaDB by PyMySQL, certificate and name verified."""

from __future__ import annotations

import contextlib
import ssl
from typing import Any

import pymysql
from pymysql.constants import ER

from application.connection import CONNECT_SECONDS, STATEMENT_SECONDS, Refused, Unanswered, counted, first_line
from application.secret import Login
from application.work import Transaction

SQL_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""Not NO_ZERO_DATE: an old application, and its tables hold zero dates."""

ER_READ_ONLY_MODE = 1836
ROLLED_BACK = {
    ER.LOCK_DEADLOCK,
    ER.LOCK_WAIT_TIMEOUT,
    ER.OPTION_PREVENTS_STATEMENT,
    ER_READ_ONLY_MODE,
}
"""Answers to COMMIT after which nothing is there. A kill or a shutdown is reported after the work, too: unknown."""


class MySqlConnection:
    """One session. Raises pymysql.Error, OSError or ssl.SSLError when it cannot connect."""

    def __init__(self, login: Login) -> None:
        self._connection = pymysql.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            database=login.database,
            charset="utf8mb4",
            ssl=ssl.create_default_context(cafile=login.ca_file),
            connect_timeout=CONNECT_SECONDS,
            read_timeout=STATEMENT_SECONDS,
            write_timeout=STATEMENT_SECONDS,
            autocommit=True,
            init_command=f"SET SESSION sql_mode = '{SQL_MODE}', time_zone = '+00:00', innodb_lock_wait_timeout = 10",
        )
        self.port = login.port

    @property
    def closed(self) -> bool:
        return not self._connection.open

    def send(self, work: Transaction) -> None:
        try:
            self._connection.begin()
            with self._connection.cursor() as cursor:
                touched = [(each, cursor.execute(each.text, each.values or None)) for each in work.statements]
        except (pymysql.Error, OSError) as error:
            raise Refused(_reason(error)) from None
        counted(work, touched)

    def commit(self) -> None:
        try:
            self._connection.commit()
        except (pymysql.Error, OSError) as error:
            if not self.closed and error.args and error.args[0] in ROLLED_BACK:
                raise Refused(_reason(error)) from None
            raise Unanswered(_reason(error)) from None

    def ask(self, text: str) -> list[tuple[Any, ...]]:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(text)
                return list(cursor.fetchall())
        except (pymysql.Error, OSError) as error:
            raise Refused(_reason(error)) from None

    def close(self) -> None:
        with contextlib.suppress(pymysql.Error, OSError):
            self._connection.close()


def _reason(error: Exception) -> str:
    code, text = error.args if len(error.args) == 2 else (None, str(error))
    return first_line(Exception(text), code or type(error).__name__)
