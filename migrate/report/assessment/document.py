"""An assessment as plain JSON values; `schemas/assessment.json` describes them."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from checks.effort import EffortRow
from checks.finding import Finding
from migrate.model.assessment import AssessmentReport, Baseline, CatalogDetails, Drift, Measured
from migrate.report.assessment import fit, workload


def body(report: AssessmentReport) -> dict[str, Any]:
    """Every field but the head that all reports share."""
    route, rules = report.route, report.rules
    return {
        "route": {
            "source": route.source.value,
            "source_version": str(route.source_version) if route.source_version else None,
            "target": route.target.value,
            "target_version": route.target_text,
        },
        "database": report.database,
        "catalog": vars(report.counts).copy(),
        "details": _details(report.details),
        "summary": vars(report.summary).copy(),
        "findings": [_finding(finding) for finding in report.findings],
        "rules": {
            "ran": list(rules.ran),
            "not_applicable": [{"code": one.code, "reason": one.reason} for one in rules.not_applicable],
            "crashed": [{"code": one.code, "error": one.error} for one in rules.crashed],
        },
        "readiness": {
            one.stage: {"readiness": one.readiness.value, "hours": one.hours, "reasons": list(one.reasons)}
            for one in report.readiness
        },
        "effort": {"hours": report.hours, "rows": [_effort(row) for row in report.effort]},
        "risk": [vars(one).copy() for one in report.risk],
        "predictions": {
            "full_load": _measured(report.predictions.full_load),
            "freeze": _measured(report.predictions.freeze),
        },
        "baseline": _baseline(report.baseline) if report.baseline else None,
        "drift": _drift(report.drift) if report.drift else None,
        "workload": workload.body(report.workload) if report.workload else None,
        "fit": fit.body(report.fit) if report.fit else None,
    }


def _details(details: CatalogDetails) -> dict[str, Any]:
    return {
        "tables": [
            {
                "name": str(table.name),
                "rows": table.rows,
                "bytes": table.bytes,
                "primary_key": table.primary_key,
                "partitioned": table.partitioned,
                "partition_of": str(table.partition_of) if table.partition_of else None,
            }
            for table in details.tables
        ],
        "views": list(details.views),
        "triggers": list(details.triggers),
        "routines": list(details.routines),
        "sequences": list(details.sequences),
        "extensions": list(details.extensions),
        "unread": list(details.unread),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    location = finding.object.location
    return {
        "code": finding.code,
        "slug": finding.slug,
        "severity": finding.severity.value,
        "blocks": finding.blocks,
        "object": {"kind": finding.object.kind, "name": finding.object.name},
        "message": finding.message,
        "remedy": {"text": finding.remedy.text, "sql": finding.remedy.sql},
        "source": finding.source,
        "location": {"file": location.file, "line": location.line} if location else None,
        "waived_by": finding.waived_by,
        "known": finding.known,
    }


def _effort(row: EffortRow) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "code": row.code,
        "severity": row.severity.value,
        "findings": row.findings,
        "first": row.rate.first,
        "further": row.rate.further,
        "basis": row.rate.basis,
        "hours": row.hours,
    }


def _measured(one: Measured | None) -> dict[str, Any]:
    if one is None:
        return {"seconds": None, "basis": "not measured"}
    return {"seconds": round(one.seconds, 3), "basis": one.basis}


def _baseline(baseline: Baseline) -> dict[str, Any]:
    return {
        "file": baseline.file,
        "new": baseline.new,
        "known": baseline.known,
        "resolved": list(baseline.resolved),
    }


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        "since": drift.since.astimezone(UTC).isoformat() if drift.since else None,
        "added": list(drift.added),
        "removed": list(drift.removed),
        "changed": list(drift.changed),
    }
