"""A task as responses show it."""

from __future__ import annotations

import time
from typing import Any

from migrate.sandbox.dms.resources import Job, Task
from migrate.sandbox.dms.task_settings import rendered


def task_view(task: Task, *, settings: bool = True) -> dict[str, Any]:
    """ReplicationTask of the model; `settings=False` is WithoutSettings."""
    view: dict[str, Any] = {
        "ReplicationTaskIdentifier": task.identifier,
        "SourceEndpointArn": task.source_arn,
        "TargetEndpointArn": task.target_arn,
        "ReplicationInstanceArn": task.instance_arn,
        "MigrationType": task.migration_type,
        "TableMappings": task.mappings,
        "Status": task.status,
        "ReplicationTaskCreationDate": task.created,
        "ReplicationTaskArn": task.arn,
    }
    if settings:
        view["ReplicationTaskSettings"] = rendered(task.settings)
    said = {
        "StopReason": task.stop_reason,
        "LastFailureMessage": task.failure,
        "CdcStartPosition": task.start_position,
        "CdcStopPosition": task.stop_position,
        "RecoveryCheckpoint": task.checkpoint,
        "TaskData": task.data,
    }
    view |= {name: value for name, value in said.items() if value}
    if task.ran_before:
        view["ReplicationTaskStartDate"] = task.progress.start
        view["ReplicationTaskStats"] = progress_view(task)
    return view


def progress_view(task: Job) -> dict[str, Any]:
    """ReplicationTaskStats, and ReplicationStats of a serverless one (dms.md §3, §7).

    ElapsedTimeMillis counts from the last start to its stop, or to now.
    """
    progress = task.progress
    start = progress.start or 0.0
    dates = {
        "FreshStartDate": progress.fresh_start,
        "StartDate": progress.start,
        "StopDate": progress.stop,
        "FullLoadStartDate": progress.full_load_start,
        "FullLoadFinishDate": progress.full_load_finish,
    }
    return {
        "FullLoadProgressPercent": progress.percent,
        "ElapsedTimeMillis": int(((progress.stop or time.time()) - start) * 1000),
        "TablesLoaded": progress.loaded,
        "TablesLoading": progress.loading,
        "TablesQueued": progress.queued,
        "TablesErrored": progress.errored,
        **{name: value for name, value in dates.items() if value is not None},
    }
