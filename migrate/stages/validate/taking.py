"""How long tables take to be compared whole: measured by a validation, small enough for the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from migrate.model.json import Facts, Json
from migrate.model.validation import TableResult, ValidationReport

NAMED_MAX = 200
"""The slowest tables are told by name; of the others only the sum is."""
NAMED_SECONDS = 0.1


def taking(report: ValidationReport) -> Facts:
    """Seconds by table, and whether it is read by one worker `alone`, as one without a key is."""
    slow = sorted((one for one in report.tables if one.seconds >= NAMED_SECONDS), key=lambda one: -one.seconds)
    named = {str(one.table): _facts(one) for one in slow[:NAMED_MAX]}
    others = sum(one.seconds for one in report.tables if str(one.table) not in named)
    return {"tables": named, "others": round(others, 3)}


def predicted(taken: Json, tables: Sequence[str], workers: int) -> float | None:
    """About how many seconds these tables take, with so many questions at once; None where it was not measured.

    All the tables that are not named count as soon as one of them is asked for: rather too much than too little.
    """
    if not tables:
        return 0.0
    if not isinstance(taken, Mapping):
        return None
    noted = cast(Mapping[str, Any], taken)
    found = [noted["tables"][table] for table in tables if table in noted["tables"]]
    others = noted["others"] if len(found) < len(tables) else 0.0
    alone = max((one["seconds"] for one in found if one["alone"]), default=0.0)
    return float(max(alone, (sum(one["seconds"] for one in found) + others) / workers))


def _facts(one: TableResult) -> Facts:
    return {"seconds": round(one.seconds, 3), "alone": not one.key_columns}
