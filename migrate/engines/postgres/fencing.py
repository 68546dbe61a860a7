"""Of several processes that held the lease one after the other, only the last may act on a server.

Whoever comes with a higher fencing number writes it into a row, and then ends the sessions of lower ones, which carry
theirs in application_name. A session that opens later finds the row and is refused. So a process that slept while it
was replaced has no session left to act with, and gets none: the server itself stands between it and the database.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from checks.facts import TableName
from migrate.engines.postgres.namespaces import TOOLKIT_SCHEMA
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.database import FencingNumber

if TYPE_CHECKING:
    from migrate.engines.postgres.connection import Connection

TABLE = qualified(TableName(TOOLKIT_SCHEMA, "fencing"))
END_SECONDS = 10.0
POLL_SECONDS = 0.02
_REPLACED = """
SELECT pid FROM pg_catalog.pg_stat_activity
 WHERE datname = pg_catalog.current_database() AND usename = current_user AND pid <> pg_catalog.pg_backend_pid()
   AND CASE WHEN application_name ~ ('^aurora-migrate ' || $1 || ' [0-9]{1,18}$')
            THEN pg_catalog.split_part(application_name, ' ', 3)::bigint < $2 END
"""


def create(connection: Connection) -> None:
    """The table of such rows, in the toolkit's schema, which is there. Idempotent."""
    connection.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (line text PRIMARY KEY, number bigint NOT NULL)")


def admitted(connection: Connection, mine: FencingNumber) -> bool:
    """Whether no higher number acts here. A number that is new here takes over: all lower ones lose their sessions.

    Raises psycopg.Error as the server does, TimeoutError when a session of a lower number does not end.
    """
    present = connection.execute("SELECT pg_catalog.to_regclass($1) IS NOT NULL", [TABLE]).fetchone()
    if not (present and present[0]):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(TOOLKIT_SCHEMA)}")
        create(connection)
    highest = _highest(connection, mine.line)
    if highest is None or highest < mine.number:
        connection.execute(
            f"INSERT INTO {TABLE} AS here (line, number) VALUES ($1, $2)"
            " ON CONFLICT (line) DO UPDATE SET number = excluded.number WHERE here.number < excluded.number",
            [mine.line, mine.number],
        )
        highest = _highest(connection, mine.line)
    if highest != mine.number:
        return False
    # Each time: the process that took over may have failed to end them, or may have been killed before it did.
    _end_replaced(connection, mine)
    return True


def _highest(connection: Connection, line: str) -> int | None:
    row = connection.execute(f"SELECT number FROM {TABLE} WHERE line = $1", [line]).fetchone()
    return int(row[0]) if row else None


def _end_replaced(connection: Connection, mine: FencingNumber) -> None:
    deadline = time.monotonic() + END_SECONDS
    while replaced := [row[0] for row in connection.execute(_REPLACED, [mine.line, mine.number])]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"sessions {replaced} of a process that was replaced do not end")
        connection.execute("SELECT pg_catalog.pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", [replaced])
        time.sleep(POLL_SECONDS)
