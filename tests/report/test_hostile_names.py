"""Names of a stranger's dump or database move no terminal: whatever is told as text shows them as what they are."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checks.facts import TableName
from checks.finding import Severity
from migrate.errors import SourceError
from migrate.model.database import Side
from migrate.model.feed_status import FeedStatus, HonestyFinding, ReplicationReport, TableStatus
from migrate.model.inventory import Discrepancy
from migrate.report import error
from migrate.report.replication import text as replication_text
from migrate.report.replication_plan_text import lines as plan_lines
from migrate.report.schema_diff_text import lines as diff_lines
from migrate.stages.replicate.planning.plan import plan
from migrate.ui import results
from tests.stages_replicate.planned import asked, source, table, task

EVIL = "or\x1b[2Jders\x9b\u202e"
SHOWN = "or\\x1b[2Jders\\x9b\\u202e"


def harmless(lines: object) -> str:
    """The text, once nothing in it is obeyed by a terminal and the name is still to be told."""
    text = lines if isinstance(lines, str) else "\n".join(lines)  # type: ignore[arg-type]
    assert all(one.isprintable() or one == "\n" for one in text), repr(text)
    assert SHOWN in text
    return text


def test_an_assessment_of_a_strangers_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from migrate.cli.app import main

    dump = tmp_path / "schema.sql"
    dump.write_text(f'CREATE TABLE public."{EVIL}" (a int, note text);\n', encoding="utf-8")
    words = ("assess", "--schema", str(dump), "--engine", "postgres", "--target", "aurora-postgresql:17.5")

    def told(*more: str) -> str:
        monkeypatch.setattr(sys, "argv", ["aurora-migrate", *words, *more])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().out

    harmless(told())
    harmless(told("--fix"))
    named = [one["object"]["name"] for one in json.loads(told("--format", "json"))["findings"]]
    assert any(EVIL in str(name) for name in named), "a document tells names as they are"


def test_a_plan_of_a_replication_and_the_difference_of_two_schemas() -> None:
    harmless(plan_lines(plan(asked(source(table(EVIL, key=False)), task("main", EVIL)))))
    found = [
        Discrepancy(object=f"table {EVIL}", aspect="owner", source="a", target=EVIL, reason=reason)
        for reason in ("", EVIL)
    ]
    harmless(diff_lines(found, [f"table {EVIL} was dropped"], "look"))


def test_how_a_replication_stands() -> None:
    row = TableStatus(
        table=TableName("app", EVIL), state="Table error", rows_loaded=0, rows_estimated=None, load_rate=None,
        eta_seconds=None, captured=0, applied=0, apply_rate=None, validation="", suspended=EVIL,
    )  # fmt: skip
    feed = FeedStatus(
        task="main", status="failed", words="failed", stop_reason="", last_failure=f"table {EVIL} is gone", percent=0,
        rows_loaded=0, rows_estimated=None, load_rate=None, eta_seconds=None, apply_rate=None, lag=None, metrics=None,
        exceptions=None, validation={}, states={}, tables=(row,), log=None, unseen=(EVIL,),
    )  # fmt: skip
    finding = HonestyFinding(
        code="DMS111", slug="slug", severity=Severity.BLOCKER, task="main", seen=EVIL, why=EVIL, remedy=EVIL,
        source="here",
    )  # fmt: skip
    report = ReplicationReport(
        migration="shop", at=datetime(2026, 1, 1, tzinfo=UTC), leaving=Side.SOURCE, seconds=None, feeds=(feed,),
        findings=(finding,),
    )  # fmt: skip
    assert harmless(replication_text.lines(report)).count(SHOWN) >= 5


def test_a_table_an_error_and_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    problem = SourceError(f"{EVIL} refused", code="SRC-100", hint=f"drop {EVIL}")
    problem.add_note(f"while {EVIL} was read")
    results.table(("what",), [(EVIL,)], title=f"left of {EVIL}")
    results.error(problem)
    said = capsys.readouterr()
    assert harmless(said.out).count(SHOWN) == 2
    assert harmless(said.err).count(SHOWN) == 3
    results.text("a\tb\nc\x1b[31m")
    assert capsys.readouterr().out == "a\tb\nc\\x1b[31m\n"
    assert error.document(problem)["message"] == f"{EVIL} refused"
