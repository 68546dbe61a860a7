"""What an assessment found, small enough for the journal: reports are made from it when the databases are out of sight.

Names of objects and texts of rules alone; never a value of a row.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from checks.effort import stage_of
from checks.finding import Finding, Severity
from migrate.model.assessment import AssessmentReport, Measured, TableRisk
from migrate.model.json import Facts
from migrate.stages.assess.readiness import table_of

RECORD = "findings"
OBJECTS_MAX, TABLES_MAX, LETTERS = 20, 200, 300
"""So many objects of one rule and so many tables are named, the worst first; the others are counted."""


def summary(report: AssessmentReport) -> Facts:
    """Open findings by rule and stage, waived ones by waiver, tables by stage, and what the rules could not see."""
    return {
        "tables": report.counts.tables,
        "rows": _rows(report),
        "unread": report.counts.unread,
        "crashed": [one.code for one in report.rules.crashed],
        "found": [_rule(report, group) for group in _by_rule(report.open)],
        "waived": [
            {
                "code": group[0].code,
                "by": group[0].waived_by,
                "until": group[0].waived_until.isoformat() if group[0].waived_until else None,
                "count": len(group),
                "objects": _objects(group),
            }
            for group in _grouped(f for f in report.findings if not f.open)
        ],
        "risk": _risk(report),
        "risk_left_out": max(0, len(report.risk) - TABLES_MAX),
        "predicted": {
            "full_load": _measured(report.predictions.full_load),
            "freeze": _measured(report.predictions.freeze),
        },
    }


def waived_digest(report: AssessmentReport) -> str | None:
    """SHA-256 over every finding that is waived, and who answers for it; None where none is."""
    waived = sorted([one.code, str(one.object), str(one.waived_by)] for one in report.findings if not one.open)
    return hashlib.sha256(json.dumps(waived).encode()).hexdigest() if waived else None


def _rows(report: AssessmentReport) -> int | None:
    """Of all tables; None where not every number is known. A parent's rows are those of its partitions."""
    tables = report.details.tables
    parents = {table.partition_of for table in tables}
    rows = [t.rows for t in tables if t.name not in parents and not (t.partitioned and t.rows is None)]
    known = [count for count in rows if count is not None]
    return sum(known) if known and len(known) == len(rows) else None


def _by_rule(findings: Iterable[Finding]) -> list[list[Finding]]:
    groups: dict[tuple[str, str, Severity], list[Finding]] = {}
    for one in findings:
        groups.setdefault((stage_of(one), one.code, one.severity), []).append(one)
    return list(groups.values())


def _grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    groups: dict[tuple[str, str | None], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.code, one.waived_by), []).append(one)
    return list(groups.values())


def _rule(report: AssessmentReport, group: list[Finding]) -> Facts:
    first = group[0]
    stage = stage_of(first)
    row = next((r for r in report.effort if (r.stage, r.code, r.severity) == (stage, first.code, first.severity)), None)
    return {
        "code": first.code,
        "title": first.slug.replace("-", " "),
        "severity": first.severity.value,
        "stage": stage,
        "count": len(group),
        "objects": _objects(group),
        "remedy": first.remedy.text[:LETTERS],
        "hours": row.hours if row else 0.0,
        "first": row.rate.first if row else 0.0,
        "further": row.rate.further if row else 0.0,
        "basis": row.rate.basis if row else "",
    }


def _objects(group: list[Finding]) -> list[str]:
    return [f"{one.object.kind} {one.object.name}" for one in group[:OBJECTS_MAX]]


def _risk(report: AssessmentReport) -> list[Facts]:
    known = {str(table.name) for table in report.details.tables}
    counts: dict[str, Counter[tuple[str, Severity]]] = {}
    for one in report.open:
        table = table_of(one.object.name, known)
        if table is not None:
            counts.setdefault(table, Counter())[stage_of(one), one.severity] += 1
    return [_table(row, counts.get(row.table, Counter())) for row in report.risk[:TABLES_MAX]]


def _table(row: TableRisk, counts: Counter[tuple[str, Severity]]) -> Facts:
    stages = dict.fromkeys(stage for stage, _ in counts)
    return {
        "table": row.table,
        "rows": row.rows,
        "bytes": row.bytes,
        "stages": {stage: [counts[stage, severity] for severity in Severity] for stage in stages},
    }


def _measured(one: Measured | None) -> Facts | None:
    return None if one is None else {"seconds": round(one.seconds, 3), "basis": one.basis}
