"""One snapshot of a PostgreSQL database. SELECT on the application's tables is enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg


class PostgresSnapshot:
    """Use as a context manager. Raises psycopg.Error where the database cannot be read."""

    def __init__(self, login: dict[str, Any], runs: Sequence[str]) -> None:
        self._runs = list(runs)
        self._connection = psycopg.connect(
            host=login["host"],
            port=login["port"],
            user=login["user"],
            password=login["password"],
            dbname=login["dbname"],
            sslmode="verify-full",
            sslrootcert=login.get("sslrootcert") or "system",
            application_name="judge",
        )
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.read_only = True

    def __enter__(self) -> PostgresSnapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def of_runs(self, text: str) -> Iterator[tuple[Any, ...]]:
        """The runs are an array: `origin = ANY (%s)`."""
        yield from self._connection.execute(text, (self._runs,))

    def rows(self, text: str) -> Iterator[tuple[Any, ...]]:
        yield from self._connection.execute(text)
