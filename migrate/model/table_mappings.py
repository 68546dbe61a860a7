"""TableMappings of a task: every table by name, nothing by wildcard; splits and LOB modes of single tables beside them.

`table_mappings` is what the AWS adapter sends, what `replicate plan` shows and writes: one document, made here.
"""

from __future__ import annotations

import re
from typing import Any

from checks.facts import TableName
from migrate.model.replication import TaskSpec
from migrate.model.tuning import ALL_PARTITIONS, TableTuning

_WILD = re.compile(r"[%_\[]")


def table_mappings(spec: TaskSpec) -> dict[str, Any]:
    """A selection rule for each table and for the task's marker table, then the tables' own settings.

    `explicit` rules take names literally, so `_` in a name selects nothing else. A name with `%`, which they do not
    take, is included by a pattern in which every wildcard is escaped.
    """
    tables = sorted({*spec.tables, spec.marker_table}, key=str)
    rules = [_selection(number, table) for number, table in enumerate(tables, start=1)]
    tuned = [one for one in spec.tuning.tables if one.table in spec.tables]
    if spec.type.loads:
        rules += [_settings(number, one) for number, one in enumerate(tuned, start=len(rules) + 1)]
    else:
        lobs = [one for one in tuned if one.lob_mode or one.lob_max_kb]
        rules += [_settings(number, one, loads=False) for number, one in enumerate(lobs, start=len(rules) + 1)]
    return {"rules": rules}


def escaped(name: str) -> str:
    """`name` as a DMS pattern that fits itself alone."""
    return _WILD.sub(lambda found: f"[{found.group()}]", name)


def _selection(number: int, table: TableName) -> dict[str, Any]:
    literal = "%" not in f"{table.schema}{table.name}"
    name = str if literal else escaped
    return {
        "rule-type": "selection",
        "rule-id": str(number),
        "rule-name": f"table{number}",
        "rule-action": "explicit" if literal else "include",
        "object-locator": {"schema-name": name(table.schema), "table-name": name(table.name)},
        "filters": [],
    }


def _settings(number: int, one: TableTuning, *, loads: bool = True) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "rule-type": "table-settings",
        "rule-id": str(number),
        "rule-name": f"settings{number}",
        "object-locator": {"schema-name": one.table.schema, "table-name": one.table.name},
    }
    if loads and one.columns:
        rule["parallel-load"] = {
            "type": "ranges",
            "columns": list(one.columns),
            "boundaries": [list(bound) for bound in one.boundaries],
        }
    elif loads and one.partitions == ALL_PARTITIONS:
        rule["parallel-load"] = {"type": "partitions-auto"}
    elif loads and one.partitions:
        rule["parallel-load"] = {"type": "partitions-list", "partitions": list(one.partitions)}
    if one.lob_mode or one.lob_max_kb:
        size = {} if one.lob_max_kb is None else {"bulk-max-size": str(one.lob_max_kb)}
        rule["lob-settings"] = {"mode": one.lob_mode or "limited", **size}
    return rule


def selected(mappings: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Action, schema and table of every selection rule: what two documents are compared by."""
    return {
        (rule["rule-action"], rule["object-locator"]["schema-name"], rule["object-locator"]["table-name"])
        for rule in mappings.get("rules", [])
        if rule.get("rule-type") == "selection"
    }


def table_rules(mappings: dict[str, Any]) -> list[dict[str, Any]]:
    """The table-settings rules without their numbers and names, in a fixed order: compared as wholes."""
    rules = [rule for rule in mappings.get("rules", []) if rule.get("rule-type") == "table-settings"]
    bare = [{key: value for key, value in rule.items() if key not in ("rule-id", "rule-name")} for rule in rules]
    return sorted(bare, key=lambda rule: (rule["object-locator"]["schema-name"], rule["object-locator"]["table-name"]))
