"""The replication slot of a running task is lost."""

from __future__ import annotations

import time

from psycopg import Connection
from psycopg.rows import TupleRow

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene
from migrate.sandbox.servers.postgres import PostgresServer

MADE_BY_TASKS = r"\_00016402\_[0-9a-f]+$"
"""The form of a name that a task gave its slot."""
PATIENCE_SECONDS = 15.0


def begin(scene: Scene, asked: Asked) -> Effect:
    """While the link is cut, the superuser drops the slots that tasks made; nobody else's.

    The task's place in the log is gone with it (dms.md §10). That the task ends with FATAL_ERROR is an assumption.
    Raises SandboxError when there is none, or one stays in use.
    """
    server = asked.on(scene, "source", ("postgres",))
    assert isinstance(server, PostgresServer)
    scene.conditions.cut("source")
    try:
        with server.connect() as database:
            names = [name for (name,) in _slots(database)]
            if not names:
                raise SandboxError("no task has a replication slot on the source")
            for name in names:
                _drop(database, name)
    finally:
        scene.conditions.heal("source")
    return Effect(f"dropped the slots {', '.join(names)}")


def _slots(database: Connection[TupleRow]) -> list[TupleRow]:
    return database.execute(
        "SELECT slot_name::text FROM pg_replication_slots WHERE slot_name ~ %s AND NOT temporary ORDER BY 1",
        [MADE_BY_TASKS],
    ).fetchall()


def _drop(database: Connection[TupleRow], name: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        database.execute(
            "SELECT pg_terminate_backend(active_pid, 1000) FROM pg_replication_slots"
            " WHERE slot_name = %s AND active_pid IS NOT NULL",
            [name],
        )
        gone = database.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE slot_name = %s AND active_pid IS NULL",
            [name],
        ).fetchone()
        if gone is not None:
            return
        if time.monotonic() > deadline:
            raise SandboxError(f"the slot {name} stays in use")
        time.sleep(0.02)


KIND = Kind(
    "slot-invalidated",
    "the superuser drops the replication slots of all tasks on the source (PostgreSQL)",
    begin,
    takes=("server",),
)
