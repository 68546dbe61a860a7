"""`status` as a person reads it: words and times in UTC on 80 columns, nothing as the program keeps it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from migrate.cli.app import main
from migrate.model.json import Facts
from migrate.report import evidence
from tests.control_room.story import Story

ASSESSED: Facts = {
    "blockers": 0,
    "warnings": 5,
    "notices": 1,
    "route": "postgres 17.10 → aurora-postgresql 17.11",
    "catalog": "ad5b7f77c0ffee",
    "waived": "5eed5eed",
    "waived_until": "2026-03-01",
}
VALIDATED: Facts = {
    "verdict": "match",
    "tables": 14,
    "rows": 21731,
    "differences": 0,
    "seconds": 0.826,
    "taking": {"strategy": None, "hashed": 2},
    "witness": "am_orders_witness_1",
    "blind": None,
    "unfinished": None,
    "servers": {"source": "7301", "target": "7302"},
    "amiss": [],
}


@pytest.fixture
def told(story: Story, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `status` prints once the source was assessed, the rows validated and the way back probed."""
    with story.held():
        story.evidence("assessment", "assess", ASSESSED)
        story.evidence("validation", "validate", VALIDATED)
        story.evidence("way-back", "cutover-1", {"seconds": 0.41, "task": "main", "number": 1})
    monkeypatch.setattr(sys, "argv", ["aurora-migrate", "status", "-c", str(config)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    return capsys.readouterr().out


def test_evidence_is_told_in_words(told: str) -> None:
    said = " ".join(told.split())
    assert "assessment: 0 blockers, 5 warnings, 1 notice; some are waived until 2026-03-01; postgres 17.10" in said
    assert "validation: match; 21,731 rows, 14 tables, 0 differences; 2026-01-01 00:00 UTC" in said
    assert "way-back: a marker of task main came back in 0.41 s; 2026-01-01 00:00 UTC" in said


def test_nothing_is_told_as_the_program_keeps_it(told: str) -> None:
    assert not [raw for raw in ("{", "[", "None", "+00:00", "5eed", "c0ffee", "7301") if raw in told]
    assert max(map(len, told.splitlines())) <= 80


def test_what_a_validation_could_not_prove_is_told() -> None:
    amiss = [{"table": f"shop.t{number}", "verdict": "differs", "differences": 1} for number in range(5)]
    facts = {**VALIDATED, "verdict": "differs", "amiss": amiss, "blind": "no slot is free", "unfinished": "am_w_1"}
    at = "2026-11-24T00:23:49.506363+00:00"
    said = " ".join(" ".join(evidence.lines({"validation": {**facts, "taken_at": at}})).split())
    assert "shop.t0 differs, shop.t1 differs, shop.t2 differs, …; no log is held since: no slot is free" in said
    assert "validate goes on where it ended" in said
    stale: Facts = {"verdict": "stale", "why": "main was loaded anew", "witness": None, "taken_at": at}
    assert [*evidence.lines({"validation": stale})] == [
        "validation: stale; main was loaded anew; 2026-11-24 00:23 UTC",
    ]
