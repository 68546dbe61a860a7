"""The scorecard over time: what is compared with what, and when it says no."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from migrate.cli.app import main
from migrate.errors import UsageError
from migrate.model.trend import Check, RehearsalHistory, TrendLimits
from migrate.operations.rehearsal.trend import fault_table, history
from migrate.report.documents import document, schema
from migrate.report.rehearsals import junit
from tests.readiness.conftest import rehearsal

APART = "one side was proven closed before the other was opened"


class Shelf:
    """Kept reports, a day apart."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def keep(self, *freezes: float, **changes: Any) -> Shelf:
        for freeze in freezes:
            self.number += 1
            path = self.folder / f"ledger-{self.number}" / "rehearsal.json"
            path.parent.mkdir()
            path.write_text(
                json.dumps(rehearsal(freeze=freeze, started_at=f"2026-11-{self.number:02d}T08:00:00Z", **changes))
            )
        return self

    def read(self, **limits: Any) -> RehearsalHistory:
        return history(self.folder, TrendLimits(**limits))

    def checks(self, **limits: Any) -> dict[str, Check]:
        return {check.name: check for check in self.read(**limits).trends[0].checks}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["aurora-migrate", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return command


def test_a_freeze_like_the_earlier_ones_is_no_regression(shelf: Shelf) -> None:
    assert not shelf.keep(1.0, 1.2, 0.9, 1.3).read().regressed


def test_a_longer_freeze_is_told_with_its_limits(shelf: Shelf) -> None:
    found = shelf.keep(1.0, 1.2, 0.9, 3.0).read()
    assert found.regressed
    told = {check.name: check.told for check in found.trends[0].regressed}
    assert told["freeze"] == "3.00 s > 2.00 s (the median of 3 is 1.00 s; allowed are 1.5 times that or 1 s more)"
    assert set(told) == {"freeze", "write gap"}


def test_limits_are_the_larger_of_factor_and_slack(shelf: Shelf) -> None:
    shelf.keep(10.0, 10.0, 12.0)
    assert not shelf.read().regressed
    assert shelf.read(factor=1.1, slack=1.0).regressed
    assert not shelf.read(factor=1.1, slack=3.0).regressed


def test_one_slow_day_in_the_past_does_not_move_the_median(shelf: Shelf) -> None:
    assert shelf.keep(1.0, 60.0, 1.0, 30.0).read().regressed


def test_nothing_is_said_of_too_few(shelf: Shelf) -> None:
    found = shelf.keep(1.0, 30.0)
    assert not found.read().regressed
    assert found.checks()["freeze"].holds is None
    assert "1 earlier on record, 2 are needed" in found.checks()["freeze"].told
    assert found.read(least=1).regressed


@pytest.mark.parametrize(
    "other",
    [
        {"environment": {"cpus": 64}},
        {"environment": {"scale": 0.1}},
        {"environment": {"offered_per_second": 10.0}},
        {"profile": "aws-like"},
        {"route": "postgres → aurora-postgresql 16.4"},
        {"faults": [{"name": "target-restart", "when": "validate", "outcome": "ridden out"}]},
    ],
)
def test_what_was_rehearsed_otherwise_is_not_compared(shelf: Shelf, other: dict[str, Any]) -> None:
    found = shelf.keep(1.0, 1.0, 1.0).keep(30.0, **other).read()
    assert len(found.trends) == 2
    assert not found.regressed


def test_terms_that_nobody_rehearses_under_any_more_are_told_and_not_judged(shelf: Shelf, run: Run) -> None:
    """One failed `--scale 0.1` of last month."""
    shelf.keep(1.0, verdict="failed", reason="a gate stayed closed", environment={"scale": 0.1})
    assert shelf.read().regressed
    found = shelf.keep(1.0).read()
    assert [[check.name for check in trend.regressed] for trend in found.trends] == [[], ["verdict"]]
    assert not found.regressed
    root = Xml.fromstring(junit.of_history(found))
    assert root.get("failures") == "0"
    assert "a gate stayed closed" in [case.get("message") for case in root.iter("skipped")]
    code, out = run("rehearse", "history", str(shelf.folder))
    assert code == 0
    assert "REGRESSED  verdict: a gate stayed closed" in out.partition("told, not judged")[2]


def test_another_python_is_the_same_machine(shelf: Shelf) -> None:
    shelf.keep(1.0, 1.0).keep(30.0, environment={"platform": "Linux x86_64, Python 3.13.1"})
    assert shelf.read().regressed


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"verdict": "failed", "reason": "a gate stayed closed"}, "verdict"),
        ({"ledger": {"acknowledged": 5, "lost": 1, "duplicated": 0}}, "lost"),
        ({"ledger": {"acknowledged": 5, "lost": 0, "duplicated": 2}}, "duplicated"),
        ({"invariants": [{"title": APART, "holds": None}]}, "detection"),
    ],
)
def test_what_else_says_no(shelf: Shelf, changes: dict[str, Any], name: str) -> None:
    found = shelf.keep(1.0, 1.0).keep(1.0, **changes).read()
    assert [check.name for check in found.trends[0].regressed] == [name]


def test_a_freeze_that_is_measured_no_more_is_a_regression(shelf: Shelf) -> None:
    shelf.keep(1.0, 1.0).keep(0.0, freeze_seconds=None)
    assert shelf.checks()["freeze"].holds is False


def faults(*outcomes: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "when": "cutover", "outcome": outcome}
        for name, outcome in zip(("connection-drop", "slow-apply"), outcomes, strict=False)
    ]


def test_a_fault_that_used_to_be_ridden_out_and_now_ends_the_rehearsal_is_a_regression(shelf: Shelf) -> None:
    shelf.keep(1.0, 1.0, 1.0, faults=faults("ridden out", "refused, then gone on"))
    shelf.keep(1.0, faults=faults("ended the rehearsal", "ridden out"))
    told = shelf.checks()["detection"]
    assert told.holds is False
    assert told.told == "connection-drop@cutover: ended the rehearsal, before: ridden out"


def test_the_fault_table_adds_up_over_rehearsals(shelf: Shelf) -> None:
    shelf.keep(1.0, 1.0, faults=faults("ridden out", "ridden out"))
    shelf.keep(1.0, faults=faults("refused, then gone on", "ridden out"), invariants=[{"title": APART, "holds": None}])
    shelf.keep(1.0, faults=faults("ended the rehearsal"), ledger={"acknowledged": 9, "lost": 2, "duplicated": 0})
    rows = {row.fault: row for row in fault_table(shelf.read().rehearsals)}
    dropped, slow = rows["connection-drop"], rows["slow-apply"]
    assert dropped.outcomes == (("ridden out", 2), ("refused, then gone on", 1), ("ended the rehearsal", 1))
    assert (dropped.runs, dropped.lost, dropped.both_open) == (4, 2, None), "one could not see whether both were open"
    assert (slow.runs, slow.lost, slow.duplicated) == (3, 0, 0)


def test_two_open_sides_are_the_worst_that_a_fault_can_do(shelf: Shelf) -> None:
    shelf.keep(1.0, faults=faults("ridden out"), invariants=[{"title": APART, "holds": False}])
    assert fault_table(shelf.read().rehearsals)[0].both_open is True


def test_other_files_are_told_and_an_empty_folder_is_refused(shelf: Shelf) -> None:
    with pytest.raises(UsageError, match="no report of a rehearsal"):
        shelf.read()
    (shelf.folder / "rehearsal.json").write_text('{"report": "validation"}')
    with pytest.raises(UsageError, match="is no report of a rehearsal: ValueError"):
        shelf.read()
    assert len(shelf.keep(1.0).read().unread) == 1


def test_the_document_fits_its_schema(shelf: Shelf) -> None:
    made = document(shelf.keep(1.0, 1.0, 9.0, faults=faults("ridden out")).read())
    validator = jsonschema.Draft202012Validator(schema("rehearsal-history"))
    validator.check_schema(validator.schema)
    assert not [error.message for error in validator.iter_errors(made)]
    assert not validator.is_valid({key: value for key, value in made.items() if key != "regressed"})


def test_a_continuous_build_sees_what_regressed(shelf: Shelf) -> None:
    root = Xml.fromstring(junit.of_history(shelf.keep(1.0, 1.0, 9.0, reason="<&\x00>").read()))
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("6", "2", "0")
    failed = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert failed == ["freeze", "write gap"]


def test_the_command_says_no_by_its_exit_code(shelf: Shelf, run: Run, tmp_path: Path) -> None:
    shelf.keep(1.0, 1.1)
    folder, xml = str(shelf.folder), tmp_path / "history.xml"
    assert run("rehearse", "history", folder)[0] == 0
    shelf.keep(9.0)
    code, out = run("rehearse", "history", folder, "--junit", str(xml))
    assert code == 3
    assert "REGRESSED  freeze" in out
    assert "1.5 times the median" in out
    assert xml.read_text().startswith("<?xml")
    code, out = run("rehearse", "history", folder, "--factor", "20", "--format", "json")
    assert code == 0
    assert json.loads(out)["regressed"] is False


def test_a_sample_needs_no_word_before_it(run: Run) -> None:
    """`rehearse SAMPLE` as it always was, options first or last."""
    for words in (("nothing",), ("--scale", "0.1", "nothing"), ("run", "nothing")):
        code, _ = run("rehearse", *words)
        assert code == 2
    assert run("rehearse", "--help")[0] == 0
