"""Tables that a validation did not find equal, small enough for the journal. Names and counts, never a value."""

from __future__ import annotations

from migrate.model.json import Facts
from migrate.model.validation import ValidationReport, Verdict

TABLES_MAX = 200


def amiss(report: ValidationReport) -> list[Facts]:
    """Those that differ first; no more than TABLES_MAX of them."""
    found = [table for table in report.tables if table.verdict is not Verdict.MATCH]
    found.sort(key=lambda table: (table.verdict is not Verdict.DIFFERS, -len(table.differences), str(table.table)))
    return [
        {"table": str(one.table), "verdict": one.verdict.value, "differences": len(one.differences)}
        for one in found[:TABLES_MAX]
    ]
