"""What a validation leaves in the journal about tables that are not equal: names and counts alone."""

from __future__ import annotations

from checks.facts import TableName
from migrate.model.validation import Difference, DifferenceKind, TableResult, ValidationReport, Verdict
from migrate.stages.validate.amiss import TABLES_MAX, amiss


def result(name: str, verdict: Verdict, differences: int = 0) -> TableResult:
    table = TableName("app", name)
    found = tuple(Difference(table, (f"secret-{n}",), DifferenceKind.CHANGED) for n in range(differences))
    return TableResult(table=table, verdict=verdict, source_rows=9, target_rows=9, chunks=1, differences=found)


def test_those_that_differ_come_first_and_no_key_is_told() -> None:
    tables = (
        result("a", Verdict.UNKNOWN),
        result("b", Verdict.DIFFERS, 1),
        result("c", Verdict.MATCH),
        result("d", Verdict.DIFFERS, 3),
    )
    told = amiss(ValidationReport(verdict=Verdict.DIFFERS, tables=tables, seconds=1.0))
    assert told == [
        {"table": "app.d", "verdict": "differs", "differences": 3},
        {"table": "app.b", "verdict": "differs", "differences": 1},
        {"table": "app.a", "verdict": "unknown", "differences": 0},
    ]


def test_the_journal_is_not_filled_with_them() -> None:
    tables = tuple(result(f"t{n}", Verdict.UNKNOWN) for n in range(TABLES_MAX + 50))
    assert len(amiss(ValidationReport(verdict=Verdict.UNKNOWN, tables=tables, seconds=1.0))) == TABLES_MAX
