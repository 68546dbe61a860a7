"""Of several processes that held the lease one after the other, only the last may act on a server.

Every session of a process that acts notes itself with its fencing number, and then looks at the highest one. Whoever
comes with a higher number writes it first, and then ends the noted sessions of lower ones. So a process that slept
while it was replaced has no session left to act with, and gets none: the server stands between it and the database.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pymysql

from checks.facts import TableName
from migrate.engines.mysql.databases import TOOLKIT_SCHEMA
from migrate.engines.mysql.failures import NO_DATABASE_OR_TABLE, number_of
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.model.database import FencingNumber

if TYPE_CHECKING:
    from migrate.engines.mysql.connection import Connection

TABLE = qualified(TableName(TOOLKIT_SCHEMA, "fencing"))
SESSIONS = qualified(TableName(TOOLKIT_SCHEMA, "fencing_sessions"))
NO_SUCH_THREAD = 1094
END_SECONDS = 10.0
POLL_SECONDS = 0.02


def create(connection: Connection) -> None:
    """Both tables, in the toolkit's schema, which is there. Idempotent."""
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (line varchar(64) PRIMARY KEY, number bigint NOT NULL) ENGINE = InnoDB"
    )
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {SESSIONS}"
        " (id bigint unsigned PRIMARY KEY, line varchar(64) NOT NULL, number bigint NOT NULL,"
        " noted_at datetime NOT NULL)"
        " ENGINE = InnoDB"
    )


def admitted(connection: Connection, mine: FencingNumber) -> bool:
    """Whether no higher number acts here. A number that is new here takes over: all lower ones lose their sessions.

    Raises pymysql.MySQLError as the server does, TimeoutError when a session of a lower number does not end.
    """
    try:
        _note(connection, mine)
    except pymysql.MySQLError as error:
        if number_of(error) not in NO_DATABASE_OR_TABLE:
            raise
        connection.execute(f"CREATE DATABASE IF NOT EXISTS {identifier(TOOLKIT_SCHEMA)} DEFAULT CHARACTER SET utf8mb4")
        create(connection)
        _note(connection, mine)
    highest = _highest(connection, mine.line)
    if highest is None or highest < mine.number:
        connection.execute(
            f"INSERT INTO {TABLE} (line, number) VALUES (%s, %s) ON DUPLICATE KEY UPDATE number = GREATEST(number, %s)",
            [mine.line, mine.number, mine.number],
        )
        highest = _highest(connection, mine.line)
    if highest != mine.number:
        return False
    # Each time: the process that took over may have failed to end them, or may have been killed before it did.
    _end_replaced(connection, mine)
    return True


def _note(connection: Connection, mine: FencingNumber) -> None:
    connection.execute(
        f"REPLACE INTO {SESSIONS} (id, line, number, noted_at) VALUES (CONNECTION_ID(), %s, %s, UTC_TIMESTAMP())",
        [mine.line, mine.number],
    )


def _highest(connection: Connection, line: str) -> int | None:
    rows = connection.rows(f"SELECT number FROM {TABLE} WHERE line = %s", [line])
    return int(rows[0][0]) if rows else None


def _end_replaced(connection: Connection, mine: FencingNumber) -> None:
    """A server that was started anew counts its sessions anew: notes from before say nothing now."""
    [(_, uptime)] = connection.rows("SHOW GLOBAL STATUS LIKE 'Uptime'")
    noted = f"SELECT id FROM {SESSIONS} WHERE line = %s AND number < %s"
    since = " AND noted_at >= UTC_TIMESTAMP() - INTERVAL %s SECOND"
    replaced = [int(row[0]) for row in connection.rows(noted + since, [mine.line, mine.number, int(uptime)])]
    deadline = time.monotonic() + END_SECONDS
    while replaced := [session for session in replaced if _is_there(connection, session)]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"sessions {replaced} of a process that was replaced do not end")
        time.sleep(POLL_SECONDS)
    connection.execute(f"DELETE FROM {SESSIONS} WHERE line = %s AND number < %s", [mine.line, mine.number])


def _is_there(connection: Connection, session: int) -> bool:
    """Whether the session was there to be ended: the server says so once it is gone."""
    try:
        connection.execute(f"KILL {session:d}")
    except pymysql.MySQLError as error:
        if number_of(error) != NO_SUCH_THREAD:
            raise
        return False
    return True
