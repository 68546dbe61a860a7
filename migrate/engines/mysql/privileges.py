"""Privileges on databases, and how GRANT spells a database."""

from __future__ import annotations

from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.quoting import identifier

ON_DATABASES = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "REFERENCES",
    "INDEX",
    "ALTER",
    "CREATE TEMPORARY TABLES",
    "LOCK TABLES",
    "EXECUTE",
    "CREATE VIEW",
    "SHOW VIEW",
    "CREATE ROUTINE",
    "ALTER ROUTINE",
    "EVENT",
    "TRIGGER",
)
"""Every privilege that MySQL gives on a database. ALL on MariaDB is more, and not RDS's master's to pass on."""


def pattern(connection: Connection, schema: str) -> str:
    """A database as GRANT wants it: `_` and `%` stand for others there, unless the server revokes partially."""
    literal = if_permitted(connection, "SELECT @@GLOBAL.partial_revokes")
    if literal and literal[0][0]:
        return identifier(schema)
    return identifier(schema.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%"))
