"""Reading what an administrator may have closed, or a version or managed service does not offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymysql

from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.failures import NO_DATABASE_OR_TABLE, NOT_OFFERED, PERMISSION_NUMBERS, number_of


def if_permitted(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]] | None:
    """Rows of a query; None when what it reads is closed to this user, or not offered by this server."""
    try:
        return connection.rows(statement, values)
    except pymysql.MySQLError as error:
        if number_of(error) in PERMISSION_NUMBERS | NOT_OFFERED:
            return None
        raise


def if_present(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]] | None:
    """Rows of a query; None when the table that it reads, or its database, is not there."""
    try:
        return connection.rows(statement, values)
    except pymysql.MySQLError as error:
        if number_of(error) in NO_DATABASE_OR_TABLE:
            return None
        raise
