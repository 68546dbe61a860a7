"""What proofs of changes left over, by table: it is kept here so that the slots in both logs can move on."""

from __future__ import annotations

from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Create the table of leftovers. Its rows come and go: it is no part of the journal."""
    connection.exec_driver_sql(
        """CREATE TABLE aurora_migrate_residue (
            migration TEXT NOT NULL,
            slot TEXT NOT NULL,
            table_schema TEXT NOT NULL,
            table_name TEXT NOT NULL,
            body TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (migration, slot, table_schema, table_name)
        )"""
    )
