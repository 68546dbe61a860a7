"""Reading what an administrator may have closed, or a managed service does not offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from migrate.engines.postgres.connection import Connection


def if_permitted(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]] | None:
    """Rows of a query; None when what it reads is closed to this user, or not offered by this server."""
    try:
        with connection.transaction():
            return connection.execute(statement, values).fetchall()
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
        return None
