"""Typed reports as JSON documents. Scripts of users depend on the form; `schemas/` describes it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, assert_never

from migrate.model.assessment import AssessmentReport
from migrate.model.control_room import ControlRoom
from migrate.model.feed_status import ReplicationReport
from migrate.model.readiness import ReadinessReport
from migrate.model.rehearsal import AskedGate, LedgerResult, RehearsalReport
from migrate.model.replication_plan import ReplicationPlan
from migrate.model.trend import RehearsalHistory
from migrate.model.validation import Difference, Proof, TableResult, ValidationReport
from migrate.report import replication_plan
from migrate.report.assessment import document as assessment
from migrate.report.control_room import document as control_room
from migrate.report.heading import headed, moment
from migrate.report.readiness import document as readiness
from migrate.report.rehearsals import document as rehearsals
from migrate.report.replication import document as replication

SCHEMAS = Path(__file__).parent / "schemas"

Report = (
    AssessmentReport
    | ValidationReport
    | RehearsalReport
    | RehearsalHistory
    | ReplicationPlan
    | ReplicationReport
    | ReadinessReport
    | ControlRoom
)


def document(report: Report, *, at: datetime | None = None) -> dict[str, Any]:
    """The report as plain JSON values. `at` is when it was generated (default: now)."""
    match report:
        case AssessmentReport():
            name, body = "assessment", assessment.body(report)
        case ValidationReport():
            name, body = "validation", _validation(report)
        case RehearsalReport():
            name, body = "rehearsal", _rehearsal(report)
        case RehearsalHistory():
            name, body = "rehearsal-history", rehearsals.body(report)
        case ReadinessReport():
            name, body = "readiness", readiness.body(report)
        case ReplicationPlan():
            name, body = "replication-plan", replication_plan.body(report)
        case ReplicationReport():
            name, body = "replication", replication.body(report)
        case ControlRoom():
            name, body = "control-room", control_room.body(report)
        case _:
            assert_never(report)
    return headed(name, body, at=at)


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of the report of that name: `assessment`, `validation`, `rehearsal`, `control-room` …

    Raises FileNotFoundError for another name.
    """
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


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
        "under_way": table.under_way,
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
        "started_at": moment(report.started_at),
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
        "handovers": [{**vars(handover), "steps": dict(handover.steps)} for handover in report.handovers],
        "rollback": vars(report.rollback).copy(),
        "faults": [{**vars(fault), "observed": list(fault.observed)} for fault in report.faults],
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
