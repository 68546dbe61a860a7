"""`parallel-load` and `lob-settings` of a table-settings rule: what a document may say (dms.md §6, table-settings).

The segments are checked and not loaded apart: a table is copied in one go, whose rows are the same (assumption).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = frozenset(("partitions-auto", "partitions-list", "subpartitions-auto", "ranges", "none"))
MOST_COLUMNS = 10
LOB_MODES = frozenset(("limited", "unlimited", "none"))


def complaint(rule: Mapping[str, Any]) -> str | None:
    """What is wrong with the rule; None where nothing is."""
    lob = rule.get("lob-settings") or {}
    if lob and lob.get("mode") not in LOB_MODES:
        return f"lob-settings takes the modes {', '.join(sorted(LOB_MODES))}."
    load = rule.get("parallel-load")
    if load is None:
        return None
    if not isinstance(load, Mapping) or load.get("type") not in TYPES:
        return f"parallel-load takes the types {', '.join(sorted(TYPES))}."
    if load["type"] == "ranges":
        return _ranges(load.get("columns"), load.get("boundaries"))
    if load["type"] == "partitions-list" and not _texts(load.get("partitions")):
        return "partitions-list needs partitions."
    return None


def _ranges(columns: Any, boundaries: Any) -> str | None:
    if not _texts(columns) or len(columns) > MOST_COLUMNS:
        return f"ranges need columns, up to {MOST_COLUMNS}."
    if not isinstance(boundaries, list) or not boundaries:
        return "ranges need boundaries."
    if any(not _texts(bound) or len(bound) != len(columns) for bound in boundaries):
        return "Every boundary needs a value for each column."
    return None


def _texts(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(one, str) for one in found)
