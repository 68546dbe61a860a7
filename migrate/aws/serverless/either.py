"""Serverless where it can, an instance where it must: what starts from a position needs a task of an instance.

DMS Serverless takes no start point for change capture (dms.md §3), so the probe of the way back, the task that feeds
the way back and the one that follows a rollback are tasks of an instance, which is made only when one of them is due.
"""

from __future__ import annotations

from typing import Any

from migrate.aws.serverless.calls import ServerlessCalls
from migrate.aws.task_calls import TaskCalls
from migrate.model.replication import TaskSpec

START = "CdcStartPosition"


class EitherCalls:
    """As `TaskCalls`; both kinds are known by identifier, and by the ARN under which they were last seen."""

    def __init__(self, tasks: TaskCalls, serverless: ServerlessCalls) -> None:
        self._tasks, self._serverless = tasks, serverless
        self._serverless_arns: set[str] = set()

    def place(self, spec: TaskSpec) -> dict[str, Any]:
        return self._serverless.place() if spec.start_position is None else self._tasks.place(spec)

    def create(self, definition: dict[str, Any], tags: list[dict[str, str]]) -> None:
        kind = self._tasks if START in definition else self._serverless
        kind.create(definition, tags)

    def raw(self, identifier: str, *, settings: bool = False) -> dict[str, Any] | None:
        found = self._serverless.raw(identifier, settings=settings)
        if found is None:
            return self._tasks.raw(identifier, settings=settings)
        self._serverless_arns.add(found["ReplicationTaskArn"])
        return found

    def rows(self, arn: str) -> list[dict[str, Any]]:
        return self._of(arn).rows(arn)

    def ask(self, doing: str, operation: str, arn: str, **more: Any) -> None:
        self._of(arn).ask(doing, operation, arn, **more)

    def _of(self, arn: str) -> TaskCalls | ServerlessCalls:
        return self._serverless if arn in self._serverless_arns else self._tasks
