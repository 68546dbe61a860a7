"""Who is connected to a server of the MySQL family, without the texts of statements.

SHOW PROCESSLIST shows their beginnings, cut within a character as it may be, which no client can decode; MySQL 9.7
refuses it, and information_schema.processlist, while one holds a character of four bytes (3854; all observed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from migrate.sandbox.servers.mysql_binaries import Flavor

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

_QUERY = {
    Flavor.MYSQL: "SELECT processlist_id, processlist_user, processlist_db, processlist_command"
    " FROM performance_schema.threads WHERE processlist_id IS NOT NULL",
    Flavor.MARIADB: "SELECT id, user, db, command FROM information_schema.processlist",
}


class Connected(NamedTuple):
    """One session."""

    number: int
    user: str | None
    database: str | None
    command: str | None


def connected(cursor: Cursor, flavor: Flavor) -> list[Connected]:
    """Every session, the asking one too. Raises pymysql.MySQLError."""
    cursor.execute(_QUERY[flavor])
    return [Connected(int(number), *rest) for number, *rest in cursor.fetchall()]
