"""MoveReplicationTask: to another instance of the same or a newer engine (dms.md §2, §4.1)."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.faults import invalid_state
from migrate.sandbox.dms.offers import ENGINE_VERSIONS
from migrate.sandbox.dms.quotas import require_room_on
from migrate.sandbox.dms.resources import Instance, Task
from migrate.sandbox.dms.task_view import task_view

MOVABLE = frozenset({"ready", "stopped", "failed", "failed-move"})
"""dms.md §2 names stopped, failed and failed-move; that one which never ran may move is an assumption."""


class TaskMoves:
    """MoveReplicationTask. Only deleting is allowed while it goes on (dms.md §4.1)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {"MoveReplicationTask": self._move}

    def _move(self, payload: dict[str, Any]) -> dict[str, Any]:
        task = self._store.task(payload["ReplicationTaskArn"])
        there = self._store.instance(payload["TargetReplicationInstanceArn"])
        if task.status not in MOVABLE:
            raise invalid_state(f"Replication Task cannot be moved while it is {task.status} state")
        if there.arn == task.instance_arn:
            raise invalid_state("The task is on this replication instance already.")
        if there.status != "available":
            raise invalid_state(f"The replication instance is {there.status}, not available.")
        if _engine(there) < _engine(self._store.instance(task.instance_arn)):
            raise invalid_state("The replication instance has an older engine version than the task's.")
        require_room_on(self._context, there.arn)
        after, task.status = task.status, "moving"
        self._context.later(lambda: self._moved(task, there, after))
        return {"ReplicationTask": {**task_view(task), "TargetReplicationInstanceArn": there.arn}}

    def _moved(self, task: Task, there: Instance, after: str) -> None:
        """The task is stopped where it was; a destination that vanished meanwhile is a failed move (assumption)."""
        if task.status != "moving":
            return
        if there.arn not in self._store.instances:
            task.status = "failed-move"
            return
        task.instance_arn, task.status = there.arn, "ready" if after == "ready" or not task.ran_before else "stopped"


def _engine(instance: Instance) -> tuple[int, ...]:
    version = str(instance.definition.get("EngineVersion", ENGINE_VERSIONS[0]))
    return tuple(int(part) for part in version.split("."))
