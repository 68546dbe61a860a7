"""TableMappings of a task: every table by name, nothing by wildcard."""

from __future__ import annotations

from typing import Any

from migrate.model.replication import TaskSpec


def table_mappings(spec: TaskSpec) -> dict[str, Any]:
    """One `explicit` selection rule for each table and for the task's marker table.

    Explicit rules take names literally, so `_` and `%` in a name select nothing else.
    """
    tables = sorted({*spec.tables, spec.marker_table}, key=str)
    return {
        "rules": [
            {
                "rule-type": "selection",
                "rule-id": str(number),
                "rule-name": f"table{number}",
                "rule-action": "explicit",
                "object-locator": {"schema-name": table.schema, "table-name": table.name},
                "filters": [],
            }
            for number, table in enumerate(tables, start=1)
        ]
    }


def selected(mappings: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Action, schema and table of every selection rule: what two documents are compared by."""
    return {
        (rule["rule-action"], rule["object-locator"]["schema-name"], rule["object-locator"]["table-name"])
        for rule in mappings.get("rules", [])
        if rule.get("rule-type") == "selection"
    }
