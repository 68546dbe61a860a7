"""Typed reports as JSON documents. Scripts of users depend on the form; `schemas/` describes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_never

from checks.finding import Finding
from migrate import __version__
from migrate.clock import SystemClock
from migrate.model.assessment import AssessmentReport
from migrate.model.rehearsal import AskedGate, LedgerResult, RehearsalReport
from migrate.model.validation import Difference, Proof, TableResult, ValidationReport

SCHEMA_VERSION = 1
"""Raised when a field changes its meaning or goes; new fields do not raise it."""

SCHEMAS = Path(__file__).parent / "schemas"

Report = AssessmentReport | ValidationReport | RehearsalReport


def document(report: Report, *, at: datetime | None = None) -> dict[str, Any]:
    """The report as plain JSON values. `at` is when it was generated (default: now)."""
    match report:
        case AssessmentReport():
            name, body = "assessment", _assessment(report)
        case ValidationReport():
            name, body = "validation", _validation(report)
        case RehearsalReport():
            name, body = "rehearsal", _rehearsal(report)
        case _:
            assert_never(report)
    return {
        "report": name,
        "schema_version": SCHEMA_VERSION,
        "tool_version": __version__,
        "generated_at": _time(at or SystemClock().now()),
        **body,
    }


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of `assessment`, `validation` or `rehearsal`. Raises FileNotFoundError for another name."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _assessment(report: AssessmentReport) -> dict[str, Any]:
    route, details, rules = report.route, report.details, report.rules
    return {
        "route": {
            "source": route.source.value,
            "source_version": str(route.source_version) if route.source_version else None,
            "target": route.target.value,
            "target_version": route.target_text,
        },
        "database": report.database,
        "catalog": vars(report.counts).copy(),
        "details": {
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
        },
        "summary": vars(report.summary).copy(),
        "findings": [_finding(finding) for finding in report.findings],
        "rules": {
            "ran": list(rules.ran),
            "not_applicable": [{"code": one.code, "reason": one.reason} for one in rules.not_applicable],
            "crashed": [{"code": one.code, "error": one.error} for one in rules.crashed],
        },
        "readiness": {
            one.stage: {"readiness": one.readiness.value, "reasons": list(one.reasons)} for one in report.readiness
        },
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
    }


def _validation(report: ValidationReport) -> dict[str, Any]:
    return {
        "scope": report.scope,
        "summary": {
            "tables": len(report.tables),
            "rows": report.rows,
            "differences": report.differences,
            "verdict": report.verdict.value,
            "seconds": round(report.seconds, 3),
        },
        "tables": [_table(table) for table in report.tables],
        "proofs": [_proof(proof) for proof in report.proofs],
        "facts": dict(report.facts),
    }


def _table(table: TableResult) -> dict[str, Any]:
    return {
        "table": str(table.table),
        "verdict": table.verdict.value,
        "reason": table.reason,
        "source_rows": table.source_rows,
        "target_rows": table.target_rows,
        "chunks": table.chunks,
        "key_columns": list(table.key_columns),
        "position": table.position,
        "differences": [_difference(one) for one in table.differences],
    }


def _difference(one: Difference) -> dict[str, Any]:
    """Values stand in it only where somebody asked to see them."""
    told: dict[str, Any] = {"key": list(one.key), "kind": one.kind.value, "columns": list(one.columns)}
    if one.values:
        told["values"] = [vars(pair).copy() for pair in one.values]
    return told


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "name": proof.name,
        "verdict": proof.verdict.value,
        "decides": proof.decides,
        "reason": proof.reason,
        "details": list(proof.details),
    }


def _rehearsal(report: RehearsalReport) -> dict[str, Any]:
    return {
        "verdict": report.verdict.value,
        "reason": report.reason,
        "route": report.route,
        "profile": report.profile,
        "started_at": _time(report.started_at),
        "seconds": round(report.seconds, 3),
        "stages": [
            {
                "name": stage.name,
                "outcome": stage.outcome,
                "seconds": round(stage.seconds, 3),
                "began": round(stage.began, 3),
            }
            for stage in report.stages
        ],
        "ledger": _ledger(report.ledger) if report.ledger else None,
        "freeze_seconds": report.freeze_seconds,
        "handovers": [vars(handover).copy() for handover in report.handovers],
        "rollback": vars(report.rollback).copy(),
        "faults": [vars(fault).copy() for fault in report.faults],
        "gates": [_gate(asked) for asked in report.gates],
        "invariants": [vars(invariant).copy() for invariant in report.invariants],
        "marks": [{"kind": mark.kind.value, "title": mark.title, "at": mark.at} for mark in report.marks],
        "environment": vars(report.environment).copy(),
    }


def _ledger(ledger: LedgerResult) -> dict[str, Any]:
    return {
        "acknowledged": ledger.acknowledged,
        "refused": ledger.refused,
        "indeterminate": ledger.indeterminate,
        "lost": ledger.lost,
        "duplicated": ledger.duplicated,
        "contradictions_total": ledger.contradictions_total,
        "contradictions": list(ledger.contradictions),
        "longest_write_gap_seconds": ledger.longest_write_gap_seconds,
        "longest_read_gap_seconds": ledger.longest_read_gap_seconds,
        "write_gaps": [vars(gap).copy() for gap in ledger.write_gaps],
        "began": ledger.began,
        "per_second": [vars(one).copy() for one in ledger.per_second],
    }


def _gate(asked: AskedGate) -> dict[str, Any]:
    result = asked.result
    return {
        "run": asked.run,
        "moment": asked.moment.value,
        "gate": result.gate,
        "answer": result.answer.value,
        "reason": result.reason,
        "observed": result.observed,
        "limit": result.limit,
        "hint": result.hint,
    }
