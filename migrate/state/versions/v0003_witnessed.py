"""What a delta proof must know beside the log: the tables' shapes, and rows that never came to rest."""

from __future__ import annotations

from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Create the table. Its rows are replaced by every pass: it is no part of the journal."""
    connection.exec_driver_sql(
        """CREATE TABLE aurora_migrate_witnessed (
            migration TEXT NOT NULL,
            table_schema TEXT NOT NULL,
            table_name TEXT NOT NULL,
            slot TEXT NOT NULL,
            shapes TEXT NOT NULL,
            residue TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (migration, table_schema, table_name)
        )"""
    )
