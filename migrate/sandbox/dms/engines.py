"""The database engines an endpoint can name (dms.md §2, EngineName)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """`family` decides driver and worker, `settings_member` where its settings stand in a request."""

    display_name: str
    family: str
    settings_member: str


ENGINES = {
    "postgres": Engine("PostgreSQL", "postgres", "PostgreSQLSettings"),
    "aurora-postgresql": Engine("Amazon Aurora PostgreSQL", "postgres", "PostgreSQLSettings"),
    "mysql": Engine("MySQL", "mysql", "MySQLSettings"),
    "mariadb": Engine("MariaDB", "mysql", "MySQLSettings"),
    "aurora": Engine("Amazon Aurora MySQL", "mysql", "MySQLSettings"),
}
"""Aurora MySQL is spelled `aurora` (dms.md §2). The display names of the others are an assumption."""

MOVED_FAMILIES = frozenset({"postgres", "mysql"})
"""Families whose rows the stand-in can move, within the family."""
