"""DescribeReplicationInstanceTaskLogs: sizes only (dms.md §16)."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.run import task_log


class TaskLogs:
    """Sizes of the log files of an instance's tasks."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def handlers(self) -> dict[str, Handler]:
        return {"DescribeReplicationInstanceTaskLogs": self._describe}

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        instance = self._context.store.instance(payload["ReplicationInstanceArn"])
        sizes = []
        for task in self._context.store.tasks_of_instance(instance.arn):
            file = task_log(self._context, task)
            if file.exists():
                sizes.append(
                    {
                        "ReplicationTaskName": task.identifier,
                        "ReplicationTaskArn": task.arn,
                        "ReplicationInstanceTaskLogSize": file.stat().st_size,
                    }
                )
        answer = page("ReplicationInstanceTaskLogs", sizes, payload)
        return {"ReplicationInstanceArn": instance.arn, **answer}
