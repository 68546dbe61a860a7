"""Every report's JSON document fits its published schema, and the schema is strict enough to notice."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from checks.facts import (
    Catalog,
    Column,
    Constraint,
    ConstraintKind,
    Location,
    ObjectRef,
    Origin,
    Sequence,
    Table,
    TableName,
    Unread,
)
from checks.finding import Finding, Remedy, Severity
from checks.route import Engine, Route, TargetEngine, Version
from checks.run import CheckReport, Crash, NotApplicable
from migrate.model.assessment import AssessmentReport, Readiness
from migrate.model.rehearsal import LedgerResult, RehearsalReport
from migrate.model.validation import Difference, DifferenceKind, TableResult, ValidationReport, Verdict
from migrate.report.documents import document, schema
from migrate.stages.assess.build import build

AT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
ORDERS = TableName("public", "orders")


def _finding(severity: Severity, blocks: str | None, waived_by: str | None = None) -> Finding:
    return Finding(
        code="PG101",
        slug="no-primary-key",
        severity=severity,
        blocks=blocks,
        object=ObjectRef("table", "public.orders", Location("dump.sql", 12)),
        message="has no primary key",
        remedy=Remedy("Add one.", 'ALTER TABLE "public"."orders" ADD PRIMARY KEY (id);'),
        source="https://example.org",
        waived_by=waived_by,
    )


def _catalog() -> Catalog:
    key = Constraint(name="orders_pkey", kind=ConstraintKind.PRIMARY_KEY, columns=("id",))
    reference = Constraint(name="fk", kind=ConstraintKind.FOREIGN_KEY, columns=("who",), references=ORDERS)
    inherited = Constraint(
        name="fk", kind=ConstraintKind.FOREIGN_KEY, columns=("who",), references=ORDERS, inherited=True
    )
    identity = Column(name="id", type="bigint", identity="always")
    part = TableName("public", "orders_1")
    return Catalog(
        engine=Engine.POSTGRES,
        origin=Origin.DUMP,
        tables=(
            Table(name=ORDERS, columns=(identity,), constraints=(key, reference), partitioned=True),
            Table(name=part, columns=(identity,), constraints=(key, inherited), partition_of=ORDERS),
            Table(name=TableName("public", "other"), columns=(identity,)),
        ),
        sequences=(Sequence(name=TableName("public", "orders_id_seq"), owned_by="public.orders.id", identity=True),),
        unread=(Unread(text="CREATE WHAT", reason="unknown statement", location=Location("dump.sql", 3)),),
    )


def _assess(*findings: Finding, crashed: tuple[Crash, ...] = ()) -> AssessmentReport:
    route = Route(Engine.POSTGRES, None, TargetEngine.AURORA_POSTGRESQL, Version.parse("17.5"))
    return build(
        _catalog(), route, CheckReport(findings, ("PG101",), (NotApplicable("PG701", "a dump has none"),), crashed)
    )


def _readiness(report: AssessmentReport) -> dict[str, Readiness]:
    return {one.stage: one.readiness for one in report.readiness}


@pytest.fixture
def validation() -> ValidationReport:
    difference = Difference(ORDERS, ("1", None), DifferenceKind.CHANGED, ("total",))
    return ValidationReport(
        verdict=Verdict.DIFFERS,
        tables=(
            TableResult(
                table=ORDERS, verdict=Verdict.DIFFERS, source_rows=3, target_rows=3, chunks=1, differences=(difference,)
            ),
        ),
        seconds=0.12345,
    )


@pytest.fixture
def documents(
    rehearsal: RehearsalReport, failed_rehearsal: RehearsalReport, validation: ValidationReport
) -> dict[str, list[dict[str, Any]]]:
    assessment = _assess(
        _finding(Severity.BLOCKER, "replicate"),
        _finding(Severity.NOTICE, None, waived_by="Ada: known"),
        crashed=(Crash("PG999", "KeyError: x"),),
    )
    return {
        "assessment": [document(assessment, at=AT)],
        "validation": [document(validation, at=AT)],
        "rehearsal": [document(rehearsal, at=AT), document(failed_rehearsal, at=AT)],
    }


@pytest.mark.parametrize("name", ["assessment", "validation", "rehearsal"])
def test_every_document_fits_its_schema(documents: dict[str, list[dict[str, Any]]], name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    for one in documents[name]:
        jsonschema.validate(json.loads(json.dumps(one, allow_nan=False)), schema(name))
        assert one["report"] == name
        assert one["generated_at"] == "2026-11-23T12:00:00.123Z"


@pytest.mark.parametrize("name", ["assessment", "validation", "rehearsal"])
def test_a_schema_misses_no_field_that_is_gone(documents: dict[str, list[dict[str, Any]]], name: str) -> None:
    for field in documents[name][0]:
        broken = copy.deepcopy(documents[name][0])
        del broken[field]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema(name))


def test_counts_follow_the_contract() -> None:
    counts = _assess().counts
    assert (counts.tables, counts.primary_keys, counts.foreign_keys, counts.unread) == (3, 2, 1, 1)
    assert counts.sequences == 2


def test_a_blocker_blocks_its_stage_and_those_behind() -> None:
    report = _assess(_finding(Severity.BLOCKER, "replicate"))
    assert _readiness(report) == {
        "provision": Readiness.READY,
        "replicate": Readiness.BLOCKED,
        "validate": Readiness.BLOCKED,
        "cutover": Readiness.BLOCKED,
    }
    assert report.readiness[1].reasons == ("PG101 table public.orders",)
    assert report.readiness[2].reasons == ("replicate is blocked",)


def test_a_waived_blocker_neither_counts_nor_blocks() -> None:
    report = _assess(_finding(Severity.BLOCKER, "replicate", waived_by="Ada: known"))
    assert report.summary.blocker == 0
    assert set(_readiness(report).values()) == {Readiness.READY}


def test_a_warning_without_a_stage_is_work_before_the_cutover() -> None:
    assert _readiness(_assess(_finding(Severity.WARNING, None)))["cutover"] is Readiness.READY_WITH_WORK


def test_a_rule_that_crashed_leaves_no_stage_plainly_ready() -> None:
    report = _assess(crashed=(Crash("PG999", "KeyError: x"),))
    assert set(_readiness(report).values()) == {Readiness.READY_WITH_WORK}


def test_a_ledger_is_read_from_the_judges_document(rehearsal: RehearsalReport) -> None:
    judged: dict[str, Any] = {
        "acknowledged": 10,
        "refused": 1,
        "indeterminate": 1,
        "lost": 1,
        "duplicated": 0,
        "contradictions_total": 2,
        "contradictions": [
            {
                "transaction": "t1",
                "kind": "transfer",
                "outcome": "acknowledged",
                "problem": "its event is missing",
                "expected": "1",
                "found": "0",
            }
        ],
        "longest_write_gap_seconds": 0.5,
        "longest_read_gap_seconds": 0.25,
        "write_gaps": [{"seconds": 0.5, "from_port": 1, "to_port": 2, "from_wall": AT.timestamp() + 3, "to_wall": 0}],
        "started_wall": AT.timestamp() + 2,
        "per_second": [{"second": 0, "acknowledged": 10, "refused": 1, "indeterminate": 1, "reads": 3}],
    }
    result = LedgerResult.from_judgement(judged, AT)
    assert not result.kept
    assert result.began == pytest.approx(2)
    assert result.write_gaps[0].began == pytest.approx(3)
    assert result.contradictions == ("transfer t1 (acknowledged): its event is missing; 1 → 0",)
    assert LedgerResult.from_judgement(judged | {"lost": 0, "contradictions_total": 0, "contradictions": []}, AT).kept


def test_the_longest_freeze_is_the_one_told(rehearsal: RehearsalReport, hostile: Callable[[str], Any]) -> None:
    assert document(rehearsal)["freeze_seconds"] == 1.04
