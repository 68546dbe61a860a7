"""Two reports beside one another, and the evidence checked again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jsonschema
import pytest

from migrate.cli.app import main
from migrate.errors import UsageError
from migrate.model.readiness import StageState
from migrate.model.rehearsal import RehearsalReport, RehearsalVerdict
from migrate.operations.readiness.compare import compared
from migrate.operations.readiness.verify import Checked, verify
from migrate.operations.rehearsal.anchor import anchor, place
from migrate.report.documents import document, schema
from migrate.report.readiness.render import Form, render
from tests.readiness.conftest import Told

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process."""

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aurora-migrate", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


def kept(told: Told, name: str = "earlier.json") -> Path:
    path = told.folder / name
    path.write_text(render(told.report(), Form.JSON))
    return path


def test_what_changed_is_told_subject_by_subject(told: Told) -> None:
    told.assessed(blockers=1).ran("provision", "provision-1")
    earlier = kept(told)
    told.later(days=1).assessed().ran("replicate", "replicate-1").validated()
    told.rehearsed()
    report = compared(told.report(), earlier)
    changes = {one.subject: (one.before, one.now) for one in report.changes or ()}
    assert changes["stage assess"] == ("says no", "done")
    assert changes["stage replicate"] == ("not begun", "done")
    assert changes["gate no-open-blocker (preflight)"] == ("closed", "open")
    assert changes["rehearsals"] == ("0 of 0 passed", "1 of 1 passed")
    assert ("in the way: stage replicate", "") in [(subject, now) for subject, (_, now) in changes.items()]
    assert "decision" not in changes, "it is no go still"
    assert "What changed" in render(report, Form.HTML)


def test_a_report_compared_with_itself_changed_nothing(told: Told) -> None:
    report = compared(told.ready().report(), kept(told))
    assert report.changes == ()
    assert "Nothing that a report tells has changed." in render(report, Form.TEXT)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is no readiness report"),
        ("[]", "is no readiness report"),
        ('{"report": "assessment"}', "is no readiness report"),
        ('{"report": "readiness", "migration": "other"}', "is of the migration other"),
        ('{"report": "readiness", "migration": "orders"}', "is no readiness report"),
    ],
)
def test_another_file_is_refused(told: Told, text: str, why: str) -> None:
    path = told.folder / "other.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=why):
        compared(told.report(), path)


def answers(told: Told, **options: Any) -> dict[str, Checked]:
    return {one.what: one for one in verify(told.session, **options)}


def test_the_journal_bears_out_a_report_that_was_made_from_it(told: Told) -> None:
    earlier = kept(told.ready())
    told.later(hours=1).approved()
    found = answers(told, against=earlier)
    assert found["the journal"].holds is True
    assert found["the report earlier.json"].holds is True


def test_a_journal_that_was_written_anew_is_found_out_by_an_earlier_report(told: Told, tmp_path: Path) -> None:
    """Its own chain is whole: only what was kept elsewhere can tell."""
    earlier = kept(told.ready())
    other = tmp_path / "other"
    other.mkdir()
    forged = Told(other)
    forged.later(seconds=1).ready().approved()
    found = answers(forged, against=earlier)
    assert found["the journal"].holds is True
    assert found["the report earlier.json"].holds is False
    assert "written anew" in found["the report earlier.json"].told
    forged.close()


def test_a_shortened_journal_is_found_out_likewise(told: Told, tmp_path: Path) -> None:
    earlier = kept(told.ready())
    other = tmp_path / "other"
    other.mkdir()
    forged = Told(other)
    assert answers(forged.assessed(), against=earlier)["the report earlier.json"].holds is False
    forged.close()


def rehearsed_with_journal(told: Told, name: str) -> Path:
    """A kept rehearsal as `rehearse` leaves it: its journal names the digest of its report."""
    path = told.rehearsed(name)
    own = Told(path.parent)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    own.evidence("rehearsal", "rehearse", {"file": path.name, "digest": digest, "verdict": "passed"})
    own.close()
    return path


def test_a_rehearsal_report_that_was_changed_is_found_out(told: Told) -> None:
    path = rehearsed_with_journal(told, "one")
    told.rehearsed("bare", started_at="2026-11-21T08:00:00.000Z")
    found = answers(told)
    assert found["one/rehearsal.json"].holds is True
    assert found["bare/rehearsal.json"].holds is None, "nothing tells"
    path.write_text(path.read_text().replace('"lost": 0', '"lost": 3'))
    assert answers(told)["one/rehearsal.json"].holds is False


def test_a_rehearsal_whose_journal_was_changed_is_found_out(told: Told) -> None:
    path = rehearsed_with_journal(told, "one")
    with sqlite3.connect(path.parent / ".aurora-migrate/state.db") as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f"drop trigger {name}")
        database.execute("update aurora_migrate_journal set body = replace(body, 'passed', 'passes')")
    assert answers(told)["one/rehearsal.json"].holds is False


def live(told: Told, name: str, **changes: Any) -> Path:
    """A kept rehearsal on the migration's own databases: this very journal names the digest of its report."""
    path = told.rehearsed(name, profile="live", **changes)
    facts = {"file": path.name, "place": place(path), "digest": hashlib.sha256(path.read_bytes()).hexdigest()}
    told.evidence("rehearsal", "rehearse", {**facts, "verdict": "passed"})
    return path


def test_a_rehearsal_on_own_databases_is_looked_up_in_the_migrations_own_journal(told: Told) -> None:
    one, other = live(told, "one"), live(told, "other", started_at="2026-11-21T08:00:00.000Z")
    assert [answers(told)[f"{name}/rehearsal.json"].holds for name in ("one", "other")] == [True, True]
    other.write_text(other.read_text().replace('"lost": 0', '"lost": 3'))
    found = answers(told)
    assert (found["one/rehearsal.json"].holds, found["other/rehearsal.json"].holds) == (True, False)
    one.parent.rename(one.parent.with_name("moved"))
    assert answers(told)["moved/rehearsal.json"].holds is True, "found by its digest, wherever it lies"


def test_the_anchor_of_a_rehearsal_says_where_its_report_lies(told: Told) -> None:
    path = told.rehearsed("one", profile="live")
    anchor(told.session, path, cast("RehearsalReport", SimpleNamespace(verdict=RehearsalVerdict.PASSED)))
    assert answers(told)["one/rehearsal.json"].holds is True
    path.write_text(path.read_text() + " ")
    assert answers(told)["one/rehearsal.json"].holds is False


def test_the_report_says_of_each_rehearsal_whether_its_digest_holds(told: Told) -> None:
    """One that was changed proves and predicts nothing, but stays in sight."""
    rehearsed_with_journal(told, "one")
    broken = live(told, "two", started_at="2026-11-21T08:00:00.000Z", freeze=3.0)
    told.rehearsed("bare", started_at="2026-11-19T08:00:00.000Z")
    broken.write_text(broken.read_text().replace('"freeze_seconds": 3.0', '"freeze_seconds": 0.1'))
    report = told.report()
    assert [(one.file[:3], one.vouched.value) for one in report.rehearsals] == [
        ("bar", "cannot be told"),
        ("one", "digest holds"),
        ("two", "broken"),
    ]
    freeze = next(one.predicted for one in report.predictions if one.name == "freeze")
    assert freeze is not None
    assert (freeze.seconds, "2026-11-20" in freeze.basis) == (1.0, True)
    stage = next(one for one in report.stages if one.stage == "rehearse")
    assert (stage.state, stage.told) == (StageState.SAYS_NO, "2 of 3 passed; the last was changed since")
    assert [line for line in report.unproven if "not as they were written" in line and "two/rehearsal.json" in line]
    assert [line for line in report.unproven if "No journal at hand" in line and "bare/rehearsal.json" in line]
    for form in (Form.HTML, Form.TEXT, Form.MARKDOWN):
        text = " ".join(unescape(render(report, form)).replace("\\", "").split())
        for word in ("digest holds", "broken", "it is not the report whose digest this migration's journal holds"):
            assert word in text, (form, word)
    jsonschema.validate(document(report), schema("readiness"))


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_report_is_a_page_and_one_line_says_what_it_says(told: Told, run: Run, monkeypatch: Any) -> None:
    monkeypatch.chdir(told.folder)
    code, out, _ = run("report")
    assert code == 0
    assert out.splitlines()[0].startswith("NO-GO: ")
    assert (told.folder / "readiness.html").read_text().startswith("<!doctype html>")


def test_two_reports_are_compared_from_the_command_line(told: Told, run: Run) -> None:
    config, earlier = str(told.settings), str(told.folder / "monday.json")
    assert run("report", "-c", config, "--format", "json", "--output", earlier)[0] == 0
    told.assessed()
    code, out, _ = run("report", "-c", config, "--compare", earlier, "--format", "text")
    assert code == 0
    assert "WHAT CHANGED" in out
    code, out, _ = run("report", "verify", "-c", config, "--against", earlier, "--format", "json")
    assert code == 0, out
    assert [one["holds"] for one in json.loads(out)["checked"]] == [True, None], (
        "it was made when the journal was empty"
    )


def test_a_report_is_kept_so_that_the_next_is_compared_without_forethought(
    told: Told, run: Run, monkeypatch: Any
) -> None:
    monkeypatch.chdir(told.folder)
    code, _, words = run("report", "--compare", "last")
    assert (code, "CFG-102" in words) == (2, True)
    code, out, _ = run("report", "--output", "monday.html")
    (file,) = (told.folder / ".aurora-migrate/reports/orders").iterdir()
    assert f"kept to compare with: {file}" in out
    assert file.stat().st_mode & 0o077 == 0
    told.assessed()
    code, out, _ = run("report", "--compare", "last", "--format", "text")
    assert (code, "stage assess" in " ".join(out.split())) == (0, True)
    assert [one.name for one in file.parent.iterdir()] == [file.name], "what is only printed is not kept"
    assert run("report", "verify", "--against", str(file))[0] == 0


def test_a_report_is_given_also_where_none_can_be_kept(told: Told, run: Run, monkeypatch: Any) -> None:
    monkeypatch.chdir(told.folder)
    told.report()
    (told.folder / ".aurora-migrate/reports").write_text("a file")
    code, out, _ = run("report")
    assert (code, "not kept to compare with" in out) == (0, True)
    assert (told.folder / "readiness.html").is_file()


def test_verify_says_no_where_something_was_changed(told: Told, run: Run) -> None:
    path = rehearsed_with_journal(told, "one")
    assert run("report", "verify", "-c", str(told.settings))[0] == 0
    path.write_text(path.read_text() + " ")
    code, out, _ = run("report", "verify", "-c", str(told.settings))
    assert code == 3
    assert "BROKEN" in out


def test_a_report_asks_nobody_and_writes_nothing(told: Told, run: Run) -> None:
    """The source and AWS of these settings do not exist."""
    told.ready()
    before = told.report().chain
    assert run("report", "-c", str(told.settings), "--format", "json")[0] == 0
    assert told.report().chain == before
