"""What `rehearse` says at its end, on reports that were made already."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

import migrate.cli.rehearse as cli
from migrate.cli.app import main
from migrate.errors import MigrateError, TargetError
from migrate.model.rehearsal import Fault, FaultOutcome, RehearsalReport, StageResult
from migrate.operations.rehearsal.outcome import Rehearsed
from migrate.operations.rehearsal.series import Series
from migrate.report.documents import document
from migrate.ui.called import called

Ends = Callable[..., tuple[int, str]]


@pytest.fixture
def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ends:
    """`ends(reports, words)`: the command's exit code and words when its rehearsals came out so."""

    def command(
        reports: list[RehearsalReport], *words: str, problem: MigrateError | None = None, work: str = "work"
    ) -> tuple[int, str]:
        kept = []
        for number, report in enumerate(reports, 1):
            folder = tmp_path / work / f"run-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "rehearsal.json").write_text(json.dumps(document(report)))
            kept.append(Rehearsed(report, folder / "rehearsal.json", folder / "rehearsal.html"))
        monkeypatch.setattr(cli, "series", lambda *_: Series(tuple(kept), problem))
        monkeypatch.chdir(tmp_path)
        asked = ["rehearse", "postgres/ledger", "--work", work, "--repeat", str(len(reports) or 1), *words]
        monkeypatch.setattr(sys, "argv", ["aurora-migrate", *asked])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return command


def met(report: RehearsalReport, outcome: FaultOutcome) -> RehearsalReport:
    return replace(report, faults=(Fault("target-restart", 3.0, outcome.value, "validate", ("stopped it",)),))


def test_the_last_lines_name_the_report_and_what_to_do_next(ends: Ends, rehearsal: RehearsalReport) -> None:
    code, out = ends([rehearsal])
    assert code == 0
    last = out.rstrip().splitlines()[-7:]
    assert last[0].startswith("report: ")
    assert last[0].endswith("run-1/rehearsal.html")
    assert "aurora-migrate report -c work/run-1/migration.toml " in last[2]
    assert [line.split()[1] for line in last[2:]] == ["report", "watch", "status", "rehearse", "assess"]
    assert "aurora-migrate rehearse history work " in last[5]
    assert "--schema dump.sql --engine postgres --target aurora-postgresql:17.5" in last[-1]


def test_a_folder_with_a_space_can_be_copied_too(ends: Ends, rehearsal: RehearsalReport) -> None:
    _, out = ends([rehearsal], work="my night")
    assert " report -c 'my night/run-1/migration.toml' " in out
    assert " rehearse history 'my night' " in out


@pytest.mark.parametrize(
    ("on_path", "called_as", "told"),
    [
        ("tools/aurora-migrate", "tools/aurora-migrate", "aurora-migrate"),
        ("", "tools/aurora-migrate", "tools/aurora-migrate"),
        ("other/aurora-migrate", "tools/aurora-migrate", "tools/aurora-migrate"),
        ("", "migrate/__main__.py", f"{sys.executable} -m migrate"),
    ],
)
def test_a_line_to_be_copied_calls_the_program_as_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_path: str, called_as: str, told: str
) -> None:
    """`make rehearse` runs it out of an environment that nobody has activated."""
    monkeypatch.chdir(tmp_path)
    for folder in ("tools", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "aurora-migrate").touch(mode=0o755)
    monkeypatch.setenv("PATH", str((tmp_path / on_path).parent) if on_path else "")
    monkeypatch.setattr(sys, "argv", [str(tmp_path / called_as)])
    assert called() == told


def test_several_end_with_a_table_of_what_became_of_each_fault(ends: Ends, rehearsal: RehearsalReport) -> None:
    code, out = ends([met(rehearsal, FaultOutcome.RIDDEN_OUT), met(rehearsal, FaultOutcome.GONE_ON)])
    assert code == 0
    table = out.partition("what became of each fault")[2]
    assert "target-restart" in table
    assert "1 ridden out; 1 refused, then gone on" in table


def test_one_that_failed_fails_them_all(
    ends: Ends, rehearsal: RehearsalReport, failed_rehearsal: RehearsalReport
) -> None:
    assert ends([rehearsal, failed_rehearsal, rehearsal])[0] == 3


BROKEN = TargetError("the target went away", code="TGT-003")


def test_one_that_came_to_no_verdict_leaves_the_others_to_be_read(
    ends: Ends, rehearsal: RehearsalReport, tmp_path: Path
) -> None:
    code, out = ends([rehearsal, rehearsal], "--junit", "r.xml", problem=BROKEN)
    assert code == BROKEN.exit
    assert out.count("verdict: passed") == 2
    root = Xml.parse(tmp_path / "r.xml").getroot()
    assert (root.get("errors"), root.get("failures")) == ("1", "0")
    assert [str(one.get("name")).partition(":")[0] for one in root] == ["rehearsal 1", "rehearsal 2", "rehearsal 3"]
    error = root.find(".//error")
    assert error is not None
    assert error.text == "TGT-003 the target went away"


def test_its_error_is_the_one_document(ends: Ends, rehearsal: RehearsalReport) -> None:
    code, out = ends([rehearsal], "--format", "json", problem=BROKEN)
    assert (code, json.loads(out)["code"]) == (BROKEN.exit, "TGT-003")
    assert ends([], problem=BROKEN)[0] == BROKEN.exit


def test_several_as_json_are_their_history(ends: Ends, rehearsal: RehearsalReport) -> None:
    code, out = ends([rehearsal, rehearsal], "--format", "json")
    assert code == 0
    assert json.loads(out)["report"] == "rehearsal-history"
    assert json.loads(ends([rehearsal], "--format", "json")[1])["report"] == "rehearsal"


def failures(path: Path) -> list[tuple[str | None, str | None]]:
    cases = Xml.parse(path).getroot().iter("testcase")
    return [(case.get("classname"), case.get("name")) for case in cases if case.find("failure") is not None]


def test_a_stage_that_was_done_again_fails_no_build(ends: Ends, rehearsal: RehearsalReport, tmp_path: Path) -> None:
    again = StageResult(name="validate", outcome="said no", seconds=1.0, began=2.0)
    code, _ = ends([replace(rehearsal, stages=(again, *rehearsal.stages))], "--junit", "r.xml")
    assert code == 0
    assert failures(tmp_path / "r.xml") == []


def test_a_build_sees_what_failed(ends: Ends, failed_rehearsal: RehearsalReport, tmp_path: Path) -> None:
    report = met(failed_rehearsal, FaultOutcome.NOT_MET)
    assert ends([report], "--junit", "r.xml")[0] == 3
    found = failures(tmp_path / "r.xml")
    assert ("rehearsal", "verdict") in found
    assert ("stage", "finalize") in found
    assert ("ledger", "nothing lost") in found
    assert ("fault", "target-restart@validate") in found
    assert ("ledger", "nothing duplicated") not in found
