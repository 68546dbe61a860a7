"""The tables of the state database as this version of the program knows them.

`versions/` builds them; a test compares the two. Times are ISO 8601 text in UTC with microseconds, so that the hash of
an entry does not depend on how a server stores a timestamp.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

metadata = MetaData()

version = Table(
    "aurora_migrate_version",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("applied_at", Text, nullable=False),
)
"""Which modules of `versions/` ran, each recorded in the transaction of its change."""

migration = Table(
    "aurora_migrate_migration",
    metadata,
    Column("migration", Text, primary_key=True),
    Column("fence", BigInteger, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", Text, nullable=False),
    Column("holder_host", Text),
    Column("holder_machine", Text),
    Column("holder_pid", BigInteger),
    Column("holder_started", Text),
    Column("holder_label", Text),
    Column("held_since", Text),
    Column("expires_at", Text),
)
"""One row a migration: the journal's last entry (a cut tail shows), the fencing number, the lease's holder or NULL."""

journal = Table(
    "aurora_migrate_journal",
    metadata,
    Column("migration", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""Entries; triggers refuse UPDATE and DELETE."""

compared = Table(
    "aurora_migrate_compared",
    metadata,
    Column("migration", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("table_schema", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("terms", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
)
"""Progress of the full validation that is open: rows go when it has a verdict. `slot` holds the log since it began,
`terms` says what it compares, and how."""

residue = Table(
    "aurora_migrate_residue",
    metadata,
    Column("migration", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("table_schema", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
)
"""What is still to be proven beside what both logs hold from `slot` on."""

sighting = Table(
    "aurora_migrate_sighting",
    metadata,
    Column("migration", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
)
"""The newest of what runs said of themselves, by kind and subject. Proves nothing; see `model/sighting.py`."""
