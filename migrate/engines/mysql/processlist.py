"""Who is connected, as SHOW PROCESSLIST tells it.

information_schema.processlist is not asked: MySQL 9.7 refuses it (3854) while any session runs a statement that holds a
character of four bytes (observed). PROCESS is needed to see others.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrate.engines.mysql.connection import Connection


@dataclass(frozen=True)
class Client:
    """One line of the list. `user` is empty while nobody has logged in."""

    user: str
    host: str
    database: str | None
    command: str


def clients(connection: Connection) -> dict[int, Client]:
    """Every session, the asking one too, by connection number."""
    return {
        int(number): Client(user or "", host or "", database, command or "")
        for number, user, host, database, command, *_ in connection.rows("SHOW PROCESSLIST")
    }
