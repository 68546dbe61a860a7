"""Starting, stopping, reloading: starting → running → stopping → stopped or failed (dms.md §4, §8, §19 items 3-5)."""

from __future__ import annotations

import time
from typing import Any

from migrate.sandbox.dms.cdc_points import start_point, stop_point
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.engines import MOVED_FAMILIES
from migrate.sandbox.dms.event_log import Happening
from migrate.sandbox.dms.faults import invalid_combination, invalid_state
from migrate.sandbox.dms.open_runs import OpenRuns, check_kind
from migrate.sandbox.dms.reload import only_validates, tables_to_reload
from migrate.sandbox.dms.resources import Task, TaskProgress
from migrate.sandbox.dms.run import Outcome, Run
from migrate.sandbox.dms.task_view import task_view
from migrate.sandbox.dms.tasks import SETTLED

FLAGS = {"start-replication": "fresh start", "resume-processing": "resume", "reload-target": "reload target"}


class TaskRuns:
    """StartReplicationTask, StopReplicationTask and ReloadTables; it owns every worker process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._runs = OpenRuns(context)

    def handlers(self) -> dict[str, Handler]:
        return {
            "StartReplicationTask": self._start,
            "StopReplicationTask": self._stop,
            "ReloadTables": self._reload,
        }

    def _start(self, payload: dict[str, Any]) -> dict[str, Any]:
        task = self._store.task(payload["ReplicationTaskArn"])
        kind = payload["StartReplicationTaskType"]
        if task.status not in SETTLED:
            raise invalid_state("Replication Task cannot be started, invalid state")
        check_kind(task, kind)
        self._check_surroundings(task)
        source = self._store.endpoint(task.source_arn).engine
        start = start_point(payload, source)
        if start and kind != "start-replication":
            raise invalid_combination(f"A CDC start position cannot be given with {kind}.")
        task.start_position = start or task.start_position
        task.stop_position = stop_point(payload) or task.stop_position
        if kind != "resume-processing":
            task.tables.clear()
            task.progress, task.checkpoint = TaskProgress(fresh_start=time.time()), None
        task.progress.start, task.progress.stop = time.time(), None
        task.status, task.stop_reason, task.failure = "starting", "", ""
        run = Run(self._context, task, kind, on_end=self._ended)
        self._runs.add(run)
        self._context.events.add(
            Happening.TASK_STARTED, task.identifier, task.arn, f"Replication task started, with flag = {FLAGS[kind]}"
        )
        self._context.later(run.launch)
        return {"ReplicationTask": task_view(task)}

    def _check_surroundings(self, task: Task) -> None:
        """Instance available, both connections tested (dms.md §19 item 5; the message is an assumption)."""
        source, target = (self._store.endpoint(arn).engine.family for arn in (task.source_arn, task.target_arn))
        if source != target:
            raise invalid_state(f"The stand-in moves no rows from {source} to {target}.")
        for arn in (task.source_arn, task.target_arn):
            endpoint = self._store.endpoint(arn)
            if endpoint.engine.family not in MOVED_FAMILIES:
                raise invalid_state(f"The stand-in moves no rows for engine {endpoint.engine_name} yet.")
            if not self._store.tested(arn, task.instance_arn):
                raise invalid_state(
                    "Test connection for replication instance and endpoint should be successful for starting the"
                    f" replication task: {endpoint.identifier}"
                )
        status = self._store.instance(task.instance_arn).status
        if status != "available":
            raise invalid_state(f"The replication instance is {status}, not available.")

    def _stop(self, payload: dict[str, Any]) -> dict[str, Any]:
        task = self._store.task(payload["ReplicationTaskArn"])
        run = self._runs.of(task)
        if task.status not in ("running", "starting") or run is None:
            raise invalid_state("Replication Task cannot be stopped, it is not running")
        task.status = "stopping"
        run.stop()
        return {"ReplicationTask": task_view(task)}

    def _reload(self, payload: dict[str, Any]) -> dict[str, Any]:
        task = self._store.task(payload["ReplicationTaskArn"])
        tables = tables_to_reload(task, payload)
        run = self._runs.of(task)
        if run is None:
            raise invalid_state("The task is ending.")
        if only_validates(payload):
            run.validate(tables)
            return {"ReplicationTaskArn": task.arn}
        run.reload(tables)
        self._context.events.add(Happening.TASK_RELOAD, task.identifier, task.arn, "Reload of tables requested.")
        return {"ReplicationTaskArn": task.arn}

    def _ended(self, run: Run, outcome: Outcome) -> None:
        """The run's process is gone. Called with the lock held."""
        task = run.task
        self._runs.drop(run)
        task.status, task.stop_reason, task.failure = outcome.status, outcome.stop_reason, outcome.failure
        task.progress.stop = time.time()
        if outcome.failure:
            self._context.events.add(Happening.TASK_FAILED, task.identifier, task.arn, outcome.failure)
        else:
            self._context.events.add(
                Happening.TASK_STOPPED, task.identifier, task.arn, f"Replication task stopped. {outcome.stop_reason}"
            )
