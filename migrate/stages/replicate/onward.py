"""A task that stood goes on. DMS loads the tables that are not complete again for that, and those may fail again."""

from __future__ import annotations

from checks.facts import TableName
from migrate.clock import Clock
from migrate.errors import SaysNo
from migrate.events import Emit, Progressed
from migrate.model.replication import ReplicationTask, TableState
from migrate.ports.cloud import Tasks

UNFINISHED = frozenset({TableState.BEFORE_LOAD, TableState.FULL_LOAD, TableState.RELOADED, TableState.ERROR})
SETTLED_SECONDS = 60.0
"""Nothing moved for so long: the task is not about to load, and not about to stop after it."""
LOOK_SECONDS = 0.2


def unfinished(tasks: Tasks, identifier: str) -> tuple[TableName, ...]:
    """Tables of a task that are loaded when it is resumed: the ones in error, and those whose load was broken off."""
    task = tasks.describe(identifier)
    return _in_states(task, UNFINISHED) if task is not None else ()


def resume(tasks: Tasks, identifier: str, *, emit: Emit, clock: Clock) -> None:
    """Resume a task, and once more where it loads tables for that and stops as it did after its first load.

    That it stops again is what the setting says (dms.md §2, StopTaskCachedChangesNotApplied); a task that goes on
    without is taken as well. Raises SaysNo(REP-068) for tables that are in error then: nothing feeds them.
    """
    loaded = unfinished(tasks, identifier)
    tasks.resume(identifier)
    if not loaded:
        return
    task = _loaded(tasks, identifier, len(loaded), emit, clock)
    if failed := _in_states(task, frozenset({TableState.ERROR})):
        raise _in_error(task, failed)
    if task.status != "running":
        tasks.resume(identifier)


def _loaded(tasks: Tasks, identifier: str, total: int, emit: Emit, clock: Clock) -> ReplicationTask:
    """The task once it stopped after the load, or moves no more."""
    before, since = None, clock.monotonic()
    while True:
        tasks.start(identifier)
        task = tasks.describe(identifier)
        assert task is not None, "a task that is gone cannot be started"
        if task.status == "stopped":
            return task
        now = [(table.table, table.state, table.full_load_rows) for table in task.tables]
        if now != before:
            before, since = now, clock.monotonic()
            left = len(_in_states(task, UNFINISHED))
            emit(Progressed(f"load again ({identifier})", max(0, total - left), total, "tables"))
        loading = _in_states(task, UNFINISHED - {TableState.ERROR})
        if not loading and clock.monotonic() - since > SETTLED_SECONDS:
            return task
        clock.sleep(LOOK_SECONDS)


def _in_states(task: ReplicationTask, states: frozenset[TableState]) -> tuple[TableName, ...]:
    return tuple(table.table for table in task.tables if table.state in states)


def _in_error(task: ReplicationTask, failed: tuple[TableName, ...]) -> SaysNo:
    return SaysNo(
        f"task {task.identifier} is {task.status} and does not feed {', '.join(map(str, failed))} (Table error)",
        code="REP-068",
        hint="Correct the cause that the task's log names. Where the task is stopped, then: aurora-migrate replicate"
        " resume, which loads them again. Where it runs: aurora-migrate replicate reload SCHEMA.TABLE",
    )
