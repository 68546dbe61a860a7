"""A load that stands still in the middle of a table for as long as a test wants it to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.sandbox_dms_worker.driving import wait_for

KEY = 20261127


@contextmanager
def held_at(stage: Any, table: str, row: int) -> Iterator[Any]:
    """The target waits before it takes the row with this id, until the block ends. Yields a wait for it."""
    stage.target.execute(
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN PERFORM pg_advisory_xact_lock_shared({KEY}); RETURN NEW; END $$"
    )
    stage.target.execute(
        f"CREATE TRIGGER hold BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.id = {row}) EXECUTE FUNCTION hold()"
    )
    stage.target.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER hold")
    waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with stage.target_server.connect(stage.target_database) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [KEY])
        yield lambda: wait_for(lambda: stage.target.execute(waits).fetchall(), f"row {row} of {table}")


@contextmanager
def mysql_held_at(stage: Any, table: str, row: int) -> Iterator[Any]:
    """As `held_at`, on MySQL."""
    lock = f"{stage.database}_hold"
    stage.on_target(
        f"CREATE TRIGGER hold BEFORE INSERT ON {table} FOR EACH ROW BEGIN IF NEW.id = {row} THEN"
        f" DO GET_LOCK('{lock}', 600); DO RELEASE_LOCK('{lock}'); END IF; END"
    )
    waits = "SELECT 1 FROM information_schema.processlist WHERE state = 'User lock'"
    with stage.target_server.connect(stage.database) as holder, holder.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 0)", [lock])
        yield lambda: wait_for(lambda: stage.on_target(waits), f"row {row} of {table}")
