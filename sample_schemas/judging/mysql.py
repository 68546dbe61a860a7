"""One snapshot of a MySQL or MariaDB database. SELECT on the application's tables is enough."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from typing import Any

import pymysql


class MySqlSnapshot:
    """Use as a context manager. Raises pymysql.Error or OSError where the database cannot be read."""

    def __init__(self, login: dict[str, Any], runs: Sequence[str]) -> None:
        self._runs = list(runs) or [""]
        self._connection = pymysql.connect(
            host=login["host"],
            port=int(login["port"]),
            user=login["user"],
            password=login["password"],
            database=login["dbname"],
            charset="utf8mb4",
            ssl=ssl.create_default_context(cafile=login.get("sslrootcert")),
            init_command="SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        )
        with self._connection.cursor() as cursor:
            cursor.execute("SET SESSION time_zone = '+00:00', group_concat_max_len = 1000000")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def __enter__(self) -> MySqlSnapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def of_runs(self, text: str) -> Iterator[tuple[Any, ...]]:
        """The runs are a list in parentheses: `origin IN %s`."""
        return self._rows(text, (self._runs,))

    def rows(self, text: str) -> Iterator[tuple[Any, ...]]:
        return self._rows(text, None)

    def _rows(self, text: str, values: tuple[Sequence[str]] | None) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(text, values)
            yield from cursor.fetchall()
