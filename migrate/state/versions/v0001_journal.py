"""The first state: migrations with their lease, and the append-only journal."""

from __future__ import annotations

from sqlalchemy import Connection

_TABLES = (
    """CREATE TABLE aurora_migrate_migration (
        migration TEXT NOT NULL PRIMARY KEY,
        fence BIGINT NOT NULL,
        head_seq BIGINT NOT NULL,
        head_hash TEXT NOT NULL,
        holder_host TEXT,
        holder_machine TEXT,
        holder_pid BIGINT,
        holder_started TEXT,
        holder_label TEXT,
        held_since TEXT,
        expires_at TEXT
    )""",
    """CREATE TABLE aurora_migrate_journal (
        migration TEXT NOT NULL,
        seq BIGINT NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        run TEXT NOT NULL,
        step TEXT NOT NULL,
        body TEXT NOT NULL,
        fence BIGINT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (migration, seq)
    )""",
)

_SQLITE = tuple(
    f"""CREATE TRIGGER aurora_migrate_journal_no_{event.lower()} BEFORE {event} ON aurora_migrate_journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"""
    for event in ("UPDATE", "DELETE")
)

_POSTGRES = (
    """CREATE FUNCTION aurora_migrate_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
    """CREATE TRIGGER aurora_migrate_journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON aurora_migrate_journal
    FOR EACH STATEMENT EXECUTE FUNCTION aurora_migrate_journal_refuse()""",
)


def upgrade(connection: Connection) -> None:
    """Create both tables and the triggers that refuse to change an entry."""
    triggers = {"sqlite": _SQLITE, "postgresql": _POSTGRES}[connection.dialect.name]
    for statement in (*_TABLES, *triggers):
        connection.exec_driver_sql(statement)
