"""A validation as people read it: 80 columns, the bad ones never scrolled away, no value unless asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.facts import TableName
from migrate.model.validation import (
    Difference,
    DifferenceKind,
    Proof,
    TableResult,
    ValidationReport,
    ValuePair,
    Verdict,
)
from migrate.report.validation_text import MASK, lines


def _table(name: str, verdict: Verdict = Verdict.MATCH, reason: str = "", *found: Difference) -> TableResult:
    return TableResult(
        table=TableName("public", name),
        verdict=verdict,
        source_rows=10,
        target_rows=10,
        chunks=1,
        key_columns=("id",),
        differences=found,
        reason=reason,
    )


def _report(*tables: TableResult, proofs: tuple[Proof, ...] = (), scope: str = "full") -> ValidationReport:
    verdicts = {table.verdict for table in tables}
    worst = next((v for v in (Verdict.DIFFERS, Verdict.UNKNOWN) if v in verdicts), Verdict.MATCH)
    return ValidationReport(verdict=worst, tables=tables, seconds=1.0, proofs=proofs, scope=scope)


def _changed(table: str, key: str, *values: ValuePair) -> Difference:
    return Difference(TableName("public", table), (key,), DifferenceKind.CHANGED, ("note",), values)


def test_two_thousand_tables_do_not_hide_the_one_that_differs() -> None:
    good = [_table(f"part_{number:04}") for number in range(2_000)]
    bad = _table("worst", Verdict.DIFFERS, "", _changed("worst", "7"))
    told = list(lines(_report(*good[:1_000], bad, *good[1_000:])))
    assert len(told) < 20
    assert told[1].startswith("public.worst ")
    assert "2,000 other tables" in told[2]
    assert told[-1].startswith("verdict: differs")


def test_thousands_of_bad_tables_are_counted_by_their_verdict() -> None:
    bad = [_table(f"gone_{n}", Verdict.UNKNOWN, "no privilege") for n in range(3_000)]
    told = list(lines(_report(*bad)))
    assert len(told) < 100
    assert any("and 2,960 more tables: unknown" in line for line in told)


def test_rows_are_shown_up_to_ten_as_people_count() -> None:
    found = [_changed("orders", str(number)) for number in (100, 20, 3, *range(1_000, 1_040))]
    told = list(lines(_report(_table("orders", Verdict.DIFFERS, "", *found))))
    keys = [line.rpartition(" = ")[2] for line in told if line.startswith("  changed")]
    assert keys[:4] == ["3", "20", "100", "1000"]
    assert len(keys) == 10
    assert any("and 33 more" in line for line in told)
    assert f"    note  {MASK} | {MASK}" in told


@pytest.mark.parametrize(
    "value",
    [
        "\x1b[2J\x1b[31mred",
        "line\nbreak\ttab\rreturn",
        "wide 中文 " * 40,
        "e\u0301" * 200,
        "\u202eright to left",
        "\x00\x9b",
    ],
    ids=["escape", "control", "wide", "combining", "direction", "nul"],
)
def test_nothing_in_the_data_moves_the_terminal(value: str) -> None:
    pair = ValuePair(value, value, None)
    found = Difference(TableName("public", "orders"), (value, None), DifferenceKind.CHANGED, (value,), (pair,))
    proof = Proof(name="schema", verdict=Verdict.DIFFERS, reason=value, details=(value,))
    for one in (found, Difference(found.table, found.key, found.kind, found.columns)):
        table = _table(value, Verdict.DIFFERS, value, one)
        told = list(lines(_report(table, proofs=(proof,))))
        assert all(character.isprintable() for line in told for character in line), told


def test_values_stand_side_by_side_and_fit() -> None:
    pairs = (ValuePair("note", "left " * 60, "right"), ValuePair("a_column_of_a_very_long_name", None, "'"))
    told = list(lines(_report(_table("orders", Verdict.DIFFERS, "", _changed("orders", "1", *pairs)))))
    assert all(len(line) <= 80 for line in told)
    side_by_side = next(line for line in told if "right" in line)
    assert side_by_side.index("'left") < side_by_side.index(" | ") < side_by_side.index("'right'")
    assert "… | 'right'" in side_by_side
    assert any("NULL" in line and "'''" in line for line in told)


def test_a_row_of_one_side_has_no_values_on_the_other() -> None:
    found = Difference(
        TableName("public", "orders"),
        ("1",),
        DifferenceKind.MISSING_ON_TARGET,
        (),
        (ValuePair("id", "1", None), ValuePair("note", None, None)),
    )
    told = list(lines(_report(_table("orders", Verdict.DIFFERS, "", found))))
    assert [line.rstrip().endswith("|") for line in told if line.startswith(("    id", "    note"))] == [True, True]


def test_a_proof_that_only_informs_is_a_note_and_one_that_decides_is_named_at_the_end() -> None:
    inform = Proof(name="sequences", verdict=Verdict.DIFFERS, reason="behind", details=("s: 1",), decides=False)
    decide = Proof(name="schema", verdict=Verdict.DIFFERS, reason="not alike", details=tuple("abcdefgh"))
    told = list(lines(_report(_table("orders"), proofs=(inform, decide))))
    assert any(line.split()[:3] == ["sequences", "note", "behind"] for line in told)
    assert any(line.split()[:2] == ["schema", "differs"] for line in told)
    assert any("and 3 more" in line for line in told)
    assert "beside the rows: schema" in told


def test_a_part_is_said_to_be_no_evidence_and_nothing_to_be_unknown() -> None:
    assert any("no evidence" in line for line in lines(_report(_table("orders"), scope="tables")))
    assert not any("no evidence" in line for line in lines(_report(_table("orders"))))
    assert list(lines(_report()))[-2] == "tables: none"


def test_counts_that_differ_in_a_match_are_explained() -> None:
    late = replace(_table("late"), source_rows=2_250, target_rows=710, under_way=1_540)
    told = list(lines(_report(late, _table("other"))))
    assert told[2].strip() == "1,540 changes were still under way when the rows were counted"
    assert not any("under way" in line for line in lines(_report(_table("other"))))


def test_so_are_those_of_many_tables_together() -> None:
    late = replace(_table("late"), source_rows=11, under_way=1)
    told = list(lines(_report(late, *[_table(f"part_{number}") for number in range(30)])))
    assert told[2].strip() == "1 change was still under way when the rows were counted"
