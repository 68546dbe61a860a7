"""Who is connected, as SHOW PROCESSLIST tells it.

Beside what is asked for it shows the beginning of every statement that runs, cut within a character as it may be. MySQL
9.7 refuses it altogether (3854) while such a text holds a character of four bytes; information_schema.processlist is
refused likewise, though no text is asked for (both observed). PROCESS is needed to see others.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pymysql

from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.failures import number_of

CANNOT_CONVERT = 3854
ATTEMPTS, PAUSE_SECONDS = 40, 0.005
"""Most statements are over by the next look."""

_THREADS = """
SELECT processlist_id, processlist_user, processlist_host, processlist_db, processlist_command,
       processlist_time
  FROM performance_schema.threads WHERE processlist_id IS NOT NULL
"""


@dataclass(frozen=True)
class Client:
    """One line of the list. `user` is empty while nobody has logged in."""

    user: str
    host: str
    database: str | None
    command: str
    seconds: float = 0.0
    """How long it has been at its command."""


def clients(connection: Connection) -> dict[int, Client]:
    """Every session, the asking one too, by connection number.

    Raises pymysql.MySQLError when a statement with a character of four bytes runs for long, and performance_schema,
    which would tell without it, is off.
    """
    for _ in range(ATTEMPTS):
        try:
            return _clients(_shown(connection))
        except pymysql.MySQLError as error:
            if number_of(error) != CANNOT_CONVERT:
                raise
            refused = error
        time.sleep(PAUSE_SECONDS)
    told = _clients(connection.rows(_THREADS))
    if not told:
        raise refused
    return told


def _clients(rows: list[tuple[Any, ...]]) -> dict[int, Client]:
    return {
        int(number): Client(user or "", host or "", database, command or "", max(0.0, float(seconds or 0)))
        for number, user, host, database, command, seconds, *_ in rows
    }


def _shown(connection: Connection) -> list[tuple[Any, ...]]:
    """The list, read byte by byte: the texts of statements are no text in any character set."""
    usual = connection.encoding
    connection.encoding = "latin1"
    try:
        rows = connection.rows("SHOW PROCESSLIST")
    finally:
        connection.encoding = usual
    return [tuple(_text(value) for value in row[:6]) for row in rows]


def _text(value: Any) -> Any:
    return value.encode("latin1").decode("utf-8", "replace") if isinstance(value, str) else value
