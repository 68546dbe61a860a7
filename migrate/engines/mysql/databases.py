"""Databases that are not the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.engines.mysql.connection import Connection

TOOLKIT_SCHEMA = "aurora_migrate"
"""The toolkit's own database: markers, positions, the fence."""
CONTROL_SCHEMA = "awsdms_control"
"""Where DMS keeps its control tables; the toolkit reads them."""
OF_THE_SERVER = ("mysql", "sys", "information_schema", "performance_schema", "ndbinfo")
NOT_THE_USERS = (*OF_THE_SERVER, TOOLKIT_SCHEMA, CONTROL_SCHEMA)


def users_databases(connection: Connection) -> list[str]:
    """All the others, by name."""
    rows = connection.rows(
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN %s ORDER BY 1", [NOT_THE_USERS]
    )
    return [row[0] for row in rows]
