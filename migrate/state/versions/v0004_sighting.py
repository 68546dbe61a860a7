"""What runs say of themselves while they work, for the people who watch."""

from __future__ import annotations

from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Create the table of sightings. Its rows are written over: it is no part of the journal."""
    connection.exec_driver_sql(
        """CREATE TABLE aurora_migrate_sighting (
            migration TEXT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (migration, kind, subject)
        )"""
    )
