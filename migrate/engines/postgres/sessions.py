"""Ending other people's sessions, and being sure that they are gone.

A backend shows in pg_stat_activity only at the end of its start. While it starts it holds a lock on its pg_database
row, taken before CONNECT is checked: so whoever holds none and does not show either is out or was refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from migrate.engines.postgres.connection import Connection

POLL_SECONDS = 0.02
STARTING_SECONDS = 2.0

_STARTING = """
SELECT l.pid FROM pg_locks l
 WHERE l.locktype = 'object' AND l.classid = 'pg_database'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
   AND l.pid IS NOT NULL AND l.pid <> pg_backend_pid()
   AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = l.pid AND a.usesysid IS NOT NULL)
"""


@dataclass(frozen=True)
class Session:
    pid: int
    user: str
    application: str
    kind: str

    def __str__(self) -> str:
        name = f" ({self.application})" if self.application else ""
        return f"pid {self.pid}, {self.user}{name}, {self.kind}"


def settle(connection: Connection, timeout: float = STARTING_SECONDS) -> list[int]:
    """Wait until the backends that are starting now have shown themselves or left; returns those that did neither."""
    waiting = {row[0] for row in connection.execute(_STARTING)}
    deadline = time.monotonic() + timeout
    while waiting and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 5)
        waiting &= {row[0] for row in connection.execute(_STARTING)}
    return sorted(waiting)


def end(connection: Connection, find: Callable[[], list[Session]], timeout: float) -> list[Session]:
    """Terminate what `find` finds and wait until it is gone; returns those that stay after `timeout` seconds.

    Who comes later is not waited for: nobody does behind a closed door, and an open one shows in the next proof.
    """
    deadline = time.monotonic() + timeout
    found: set[int] | None = None
    while True:
        starting = settle(connection)
        present = find()
        if found is None and not starting:
            found = {session.pid for session in present}
        remaining = [session for session in present if found is None or session.pid in found]
        if (found is not None and not remaining) or time.monotonic() > deadline:
            return remaining
        for session in present:
            # A superuser's session refuses; it stays in the list and is named at the end.
            try:
                connection.execute("SELECT pg_terminate_backend($1)", [session.pid])
            except psycopg.errors.InsufficientPrivilege:
                continue
        time.sleep(POLL_SECONDS)
