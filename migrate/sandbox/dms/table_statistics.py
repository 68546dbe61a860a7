"""What the worker reports about tables, and DescribeTableStatistics (dms.md §7)."""

from __future__ import annotations

import time
from typing import Any

from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.paging import MOST_TABLE_STATISTICS, page
from migrate.sandbox.dms.request_filters import matching
from migrate.sandbox.dms.resources import Job, TableStatistics

COUNTS = {
    "full_load_rows": "FullLoadRows",
    "inserts": "Inserts",
    "updates": "Updates",
    "deletes": "Deletes",
    "applied_inserts": "AppliedInserts",
    "applied_updates": "AppliedUpdates",
    "applied_deletes": "AppliedDeletes",
    "ddls": "Ddls",
    "applied_ddls": "AppliedDdls",
}
REVALIDATION = "Pending revalidation"
LOADED_ROWS = "FullLoadRows"
BEFORE_LOAD, COMPLETED, RELOADING = "Before load", "Table completed", "Table is being reloaded"
ALWAYS_ZERO = ("FullLoadCondtnlChkFailedRows", "FullLoadErrorRows")
"""They are for DynamoDB only (dms.md §7)."""


class TableStatisticsOperations:
    """DescribeTableStatistics."""

    def __init__(self, context: Context) -> None:
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {"DescribeTableStatistics": self._describe}

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        """A task that never ran has no tables yet: an empty list (assumption), also for filters nothing fits."""
        task = self._store.task(payload["ReplicationTaskArn"])
        return {"ReplicationTaskArn": task.arn, **statistics_page("TableStatistics", task, payload)}


def statistics_page(name: str, task: Job, payload: dict[str, Any]) -> dict[str, Any]:
    """The tables the request's filters fit, a page of them under `name`."""
    found = matching(
        task.tables.values(),
        payload,
        {
            "schema-name": lambda one: one.schema,
            "table-name": lambda one: one.table,
            "table-state": lambda one: one.state,
        },
    )
    answer = page(name, found, payload, most=MOST_TABLE_STATISTICS)
    validated = bool(task.settings["ValidationSettings"]["EnableValidation"])
    answer[name] = [_view(one, validated) for one in answer[name]]
    return answer


def note_table(task: Job, event: dict[str, Any]) -> None:
    """Take a `table` event of the worker into the task's statistics.

    The worker counts from its own start. That a resumed task counts on is an assumption; a table that is not loaded
    again keeps the figures of its load.
    """
    key = (str(event["schema"]), str(event["table"]))
    table = task.tables.setdefault(key, TableStatistics(*key))
    state = str(event["state"])
    if state == RELOADING:
        table.reloaded, table.carried = True, {}
    table.state = RELOADING if table.state == RELOADING and state == BEFORE_LOAD else state
    table.validation = {
        "ValidationState": str(event.get("validation_state") or "Pending validation"),
        "ValidationPendingRecords": int(event.get("validation_pending") or 0),
        "ValidationFailedRecords": int(event.get("validation_failed") or 0),
    }
    counted = {member: int(event.get(name) or 0) for name, member in COUNTS.items()}
    table.counts = {member: count + table.carried.get(member, 0) for member, count in counted.items()}
    if event.get("full_load_start") is not None:
        table.full_load_start, table.full_load_end = event["full_load_start"], event.get("full_load_end")
        table.counts[LOADED_ROWS] = counted[LOADED_ROWS]
        earlier = task.progress.full_load_start
        task.progress.full_load_start = min(earlier or table.full_load_start, table.full_load_start)
    table.updated = time.time()


def carry_over(task: Job) -> None:
    """A new worker begins to count: remember what was counted before."""
    for table in task.tables.values():
        table.carried = dict(table.counts)


def mark_reloading(task: Job, names: list[tuple[str, str]]) -> None:
    """These tables are to be loaded again (dms.md §7, TableState); their counts begin anew (assumption)."""
    for name in names:
        table = task.tables[name]
        table.state, table.reloaded, table.updated = RELOADING, True, time.time()
        table.counts, table.carried, table.full_load_start, table.full_load_end = {}, {}, None, None
    task.progress.full_load_finish = None


def note_progress(task: Job, event: dict[str, Any]) -> None:
    """Take a `progress` event of the worker. The load is finished once nothing is queued or loading."""
    progress = task.progress
    progress.percent = int(event["percent"])
    progress.loaded = int(event["tables_loaded"])
    progress.loading = int(event["tables_loading"])
    progress.queued = int(event["tables_queued"])
    progress.errored = int(event["tables_errored"])
    if progress.percent == 100 and progress.full_load_finish is None and task.migration_type != "cdc":
        progress.full_load_finish = time.time()


def completed_tables(task: Job) -> list[list[str]]:
    """`Table completed` ones, which a resumed task does not load again (dms.md §2)."""
    return [[one.schema, one.table] for one in task.tables.values() if one.state == COMPLETED]


def _view(table: TableStatistics, validated: bool) -> dict[str, Any]:
    """A table that the worker said nothing of yet waits for its validation, where it was asked for."""
    view: dict[str, Any] = {
        "SchemaName": table.schema,
        "TableName": table.table,
        **dict.fromkeys(COUNTS.values(), 0),
        **table.counts,
        **dict.fromkeys(ALWAYS_ZERO, 0),
        "FullLoadReloaded": table.reloaded,
        "LastUpdateTime": table.updated,
        "TableState": table.state,
        "ValidationPendingRecords": 0,
        "ValidationFailedRecords": 0,
        "ValidationSuspendedRecords": 0,
        "ValidationState": "Pending validation" if validated else "Not enabled",
        "ResyncState": "Not enabled",
    }
    if validated:
        view |= table.validation
    times = {"FullLoadStartTime": table.full_load_start, "FullLoadEndTime": table.full_load_end}
    return view | {name: value for name, value in times.items() if value is not None}
