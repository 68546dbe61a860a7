"""Which tables ReloadTables takes (dms.md §2 step 11, §15, §19 item 4)."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.faults import invalid_state
from migrate.sandbox.dms.resources import Job

MOST = 10
MISSING = "Table does not exist"


def tables_to_reload(task: Job, payload: dict[str, Any]) -> list[tuple[str, str]]:
    """The names in the request. Raises InvalidResourceStateFault; its words are an assumption.

    `validate-only` wants a task with EnableValidation.
    """
    tables = [(str(one["SchemaName"]), str(one["TableName"])) for one in payload["TablesToReload"]]
    if task.status != "running":
        raise invalid_state(f"Tables can be reloaded only while the task is running; it is {task.status}.")
    if task.migration_type == "cdc":
        raise invalid_state("Tables of a cdc-only task cannot be reloaded.")
    if not 1 <= len(tables) <= MOST:
        raise invalid_state(f"At most {MOST} tables can be reloaded in one call.")
    if len(set(tables)) != len(tables):
        raise invalid_state("A table is listed twice.")
    unknown = [f"{schema}.{table}" for schema, table in tables if (schema, table) not in task.tables]
    if unknown:
        raise invalid_state(f"The task has no table {unknown[0]}.")
    missing = [f"{schema}.{table}" for schema, table in tables if task.tables[schema, table].state == MISSING]
    if missing:
        raise invalid_state(f"Table {missing[0]} does not exist on the source.")
    if only_validates(payload) and not task.settings["ValidationSettings"]["EnableValidation"]:
        raise invalid_state("Tables can be validated again only in a task with validation enabled.")
    return tables


def only_validates(payload: dict[str, Any]) -> bool:
    """Whether the tables are to be compared anew and not loaded."""
    return bool(payload.get("ReloadOption", "data-reload") == "validate-only")
