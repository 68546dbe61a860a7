"""Replication tasks: create, describe, modify, delete (dms.md §2, §4). Starting and stopping is in task_runs."""

from __future__ import annotations

import time
from typing import Any

from migrate.sandbox.dms.arns import Kind
from migrate.sandbox.dms.cdc_points import start_point, stop_point
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.event_log import Happening
from migrate.sandbox.dms.faults import already_exists, invalid_combination, invalid_state, invalid_value
from migrate.sandbox.dms.identifiers import identifier
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.quotas import require_room, require_room_on
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import Endpoint, Task
from migrate.sandbox.dms.table_mappings import read_mappings
from migrate.sandbox.dms.tags import read_tags
from migrate.sandbox.dms.task_settings import changed, complete, only_log_severities
from migrate.sandbox.dms.task_view import task_view

SETTLED = frozenset({"ready", "stopped", "failed", "failed-move"})
"""States in which a task can be started, modified or deleted (dms.md §4.1, §19 item 4)."""


class Tasks:
    """CreateReplicationTask, DescribeReplicationTasks, ModifyReplicationTask, DeleteReplicationTask."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateReplicationTask": self._create,
            "DescribeReplicationTasks": self._describe,
            "ModifyReplicationTask": self._modify,
            "DeleteReplicationTask": self._delete,
        }

    def _create(self, payload: dict[str, Any]) -> dict[str, Any]:
        name = self._free_name(payload["ReplicationTaskIdentifier"])
        source = self._side(payload["SourceEndpointArn"], "source")
        target = self._side(payload["TargetEndpointArn"], "target")
        instance = self._store.instance(payload["ReplicationInstanceArn"])
        if instance.status != "available":
            raise invalid_state(f"The replication instance is {instance.status}, not available.")
        require_room(self._context, "ReplicationTasks")
        require_room_on(self._context, instance.arn)
        kind = payload["MigrationType"]
        read_mappings(payload["TableMappings"])
        settings = complete(payload.get("ReplicationTaskSettings"), kind)
        start, stop = start_point(payload, source.engine), stop_point(payload)
        if kind == "full-load" and (start or stop):
            raise invalid_combination("A full-load task takes no CDC positions.")
        tags = read_tags(payload)
        arn = self._context.arns.new(Kind.TASK, payload.get("ResourceIdentifier"))
        if arn in self._store.tasks:
            raise already_exists(f"The resource identifier of {arn} is in use.")
        task = Task(
            identifier=name,
            arn=arn,
            source_arn=source.arn,
            target_arn=target.arn,
            instance_arn=instance.arn,
            migration_type=kind,
            mappings=payload["TableMappings"],
            settings=settings,
            status="creating",
            created=time.time(),
            start_position=start,
            stop_position=stop,
            data=payload.get("TaskData"),
        )
        self._store.tasks[arn] = task
        self._store.tags[arn] = tags
        self._context.later(lambda: self._created(task))
        return {"ReplicationTask": task_view(task)}

    def _created(self, task: Task) -> None:
        task.status = "ready"
        self._context.events.add(Happening.TASK_CREATED, task.identifier, task.arn, "Replication task created.")

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        found = matching(
            self._store.tasks.values(),
            payload,
            {
                "replication-task-arn": lambda one: one.arn,
                "replication-task-id": lambda one: one.identifier,
                "migration-type": lambda one: one.migration_type,
                "endpoint-arn": lambda one: (one.source_arn, one.target_arn),
                "replication-instance-arn": lambda one: one.instance_arn,
            },
        )
        require_match(found, payload, "Replication Tasks")
        settings = not payload.get("WithoutSettings", False)
        return page("ReplicationTasks", [task_view(one, settings=settings) for one in found], payload)

    def _modify(self, payload: dict[str, Any]) -> dict[str, Any]:
        """dms.md §2: not while running, log severities apart; endpoints and migration type stay."""
        task = self._store.task(payload["ReplicationTaskArn"])
        text = payload.get("ReplicationTaskSettings")
        nothing_else = set(payload) == {"ReplicationTaskArn", "ReplicationTaskSettings"}
        if task.status == "running" and text and nothing_else and only_log_severities(task.settings, text):
            task.settings = changed(task.settings, text, task.migration_type)
            return {"ReplicationTask": task_view(task)}
        if task.status not in SETTLED:
            raise invalid_state(
                "Replication Task, excluding logging severity task settings, cannot be modified while it is"
                f" {task.status} state"
            )
        if payload.get("MigrationType", task.migration_type) != task.migration_type:
            raise invalid_value("The migration type of a task cannot be changed.")
        name = payload.get("ReplicationTaskIdentifier", task.identifier)
        if name.lower() != task.identifier:
            name = self._free_name(name)
        start = start_point(payload, self._store.endpoint(task.source_arn).engine)
        stop = stop_point(payload)
        if "TableMappings" in payload:
            read_mappings(payload["TableMappings"])
        if text:
            task.settings = changed(task.settings, text, task.migration_type)
        task.mappings = payload.get("TableMappings", task.mappings)
        task.identifier = name.lower()
        task.start_position = start or task.start_position
        task.stop_position = stop if "CdcStopPosition" in payload else task.stop_position
        task.data = payload.get("TaskData", task.data)
        # dms.md §4.2 trap 3: a task that had run goes back to stopped. That a failed one does too is an assumption.
        after = "stopped" if task.ran_before else "ready"
        task.status = "modifying"
        self._context.later(lambda: self._modified(task, after))
        return {"ReplicationTask": task_view(task)}

    def _modified(self, task: Task, status: str) -> None:
        task.status = status
        self._context.events.add(Happening.TASK_MODIFIED, task.identifier, task.arn, "Replication task modified.")

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Statistics and checkpoint go with the task; its replication slot on the source stays (dms.md §8, §10)."""
        task = self._store.task(payload["ReplicationTaskArn"])
        if task.status not in SETTLED and task.status != "moving":
            raise invalid_state(f"Replication Task cannot be deleted while it is {task.status} state")
        task.status = "deleting"
        self._context.later(lambda: self._gone(task))
        return {"ReplicationTask": task_view(task)}

    def _gone(self, task: Task) -> None:
        self._store.tasks.pop(task.arn, None)
        self._store.tags.pop(task.arn, None)
        self._context.events.add(Happening.TASK_DELETED, task.identifier, task.arn, "Replication task deleted.")

    def _free_name(self, wanted: str) -> str:
        name = identifier("ReplicationTaskIdentifier", wanted, 255)
        if any(other.identifier == name for other in self._store.tasks.values()):
            raise already_exists(f"Replication task {name} already exists.")
        return name

    def _side(self, arn: str, side: str) -> Endpoint:
        endpoint = self._store.endpoint(arn)
        if endpoint.type != side:
            # Which fault answers swapped endpoints is an assumption.
            raise invalid_combination(f"Endpoint {endpoint.identifier} is not a {side} endpoint.")
        if endpoint.status != "active":
            raise invalid_state(f"The endpoint {endpoint.identifier} is {endpoint.status}, not active.")
        return endpoint
