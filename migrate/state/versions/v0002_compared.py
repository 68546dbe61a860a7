"""How far a full validation has come, table by table, so that a killed one goes on where it was."""

from __future__ import annotations

from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Create the table of progress. Its rows come and go: it is no part of the journal."""
    connection.exec_driver_sql(
        """CREATE TABLE aurora_migrate_compared (
            migration TEXT NOT NULL,
            slot TEXT NOT NULL,
            table_schema TEXT NOT NULL,
            table_name TEXT NOT NULL,
            terms TEXT NOT NULL,
            body TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (migration, slot, table_schema, table_name)
        )"""
    )
