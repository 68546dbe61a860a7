"""When other sessions see what a DDL statement in the log did."""

from __future__ import annotations

from typing import Final

import pymysql

from migrate.sandbox.dms.worker.engine import Name
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.mysql.errors import code

SEEN_SECONDS: Final = 10
"""How long others may hold the table, so that nobody can tell whether the statement has ended."""
_LOCK_WAIT, _NO_TABLE, _NO_DATABASE, _DENIED = 1205, 1146, 1049, 1142


def wait_until_seen(source: Connection, table: Name) -> None:
    """Wait for the end of a statement that was read in the log. Raises pymysql.MySQLError when the session is lost.

    It is logged before the data dictionary is committed, and keeps the table's metadata lock until after that: who gets
    a lock of his own on the name sees what it did.
    """
    ((before,),) = run(source, "SELECT @@SESSION.lock_wait_timeout")
    run(source, "SET SESSION lock_wait_timeout = %s", (SEEN_SECONDS,))
    try:
        run(source, f"SELECT 1 FROM {quoting.name(*table).decode()} LIMIT 0")
    except pymysql.MySQLError as error:
        if code(error) not in {_LOCK_WAIT, _NO_TABLE, _NO_DATABASE, _DENIED}:
            raise
    run(source, "SET SESSION lock_wait_timeout = %s", (before,))
