"""Tasks that stood go on. DMS loads the tables that are not complete again for that, and those may fail again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from checks.facts import TableName
from migrate.errors import SaysNo
from migrate.events import Emit, Progressed
from migrate.model.replication import GIVEN_UP, UNFINISHED, ReplicationTask
from migrate.ports.cloud import Tasks


def loaded_by_a_resume(tasks: Tasks, identifier: str) -> tuple[TableName, ...]:
    """Tables of a task that are loaded when it stands and is resumed: the ones given up, and those whose load was
    broken off. Empty where nothing tells of a serverless one while it stands."""
    task = tasks.describe(identifier)
    return task.in_states(UNFINISHED) if task is not None else ()


def resume(tasks: Tasks, identifiers: Sequence[str], *, emit: Emit) -> None:
    """Resume all, then stay with each until it follows. Raises SaysNo(REP-068) for tables that nothing feeds then."""
    stood = {identifier: _standing(tasks, identifier) for identifier in identifiers}
    for identifier in identifiers:
        tasks.resume(identifier, may_load=True)
    followed = [
        tasks.await_following(identifier, loads=_loads(before), on_progress=partial(_progress, emit))
        for identifier, before in stood.items()
    ]
    refuse_unfed(
        followed,
        "Correct the cause that the task's log names. Where the task is stopped, then: aurora-migrate replicate"
        " resume, which loads them again. Where it runs: aurora-migrate replicate reload SCHEMA.TABLE",
    )


def refuse_unfed(tasks: Sequence[ReplicationTask], hint: str) -> None:
    """Raises SaysNo(REP-068) for tables that their task gave up: it goes on without them, and its markers arrive."""
    if failed := [task for task in tasks if task.in_states(GIVEN_UP)]:
        states = sorted({table.state for task in failed for table in task.tables} & GIVEN_UP)
        raise SaysNo(f"{'; '.join(map(_without, failed))} ({', '.join(states)})", code="REP-068", hint=hint)


def _standing(tasks: Tasks, identifier: str) -> ReplicationTask | None:
    task = tasks.describe(identifier)
    return task if task is not None and task.status != "running" else None


def _loads(stood: ReplicationTask | None) -> bool | None:
    """Whether a resume loads tables of a task that stood so; None where it showed no table."""
    if stood is None:
        return False
    return bool(stood.in_states(UNFINISHED)) if stood.tables else None


def _progress(emit: Emit, task: ReplicationTask) -> None:
    if left := task.in_states(UNFINISHED):
        total = len(task.tables)
        emit(Progressed(f"load again ({task.identifier})", total - len(left), total, "tables"))


def _without(task: ReplicationTask) -> str:
    failed = ", ".join(map(str, task.in_states(GIVEN_UP)))
    return f"task {task.identifier} is {task.status} and does not feed {failed}"
