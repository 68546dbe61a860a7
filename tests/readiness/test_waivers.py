"""A waiver holds until its day is over, and so does what was assessed with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from checks.ddl.read import read_file
from checks.route import Engine
from migrate.model.measurement import Measurements
from migrate.model.readiness import ReadinessReport, StageState, Standing
from migrate.operations import assess as operation
from migrate.operations.assess import ASSESSMENT_COUNTS_FOR, assess
from migrate.report.documents import document, schema
from migrate.report.readiness.render import Form, render
from migrate.stages.assess import findings
from tests.readiness.conftest import BEGAN, SCHEMA, Told

TODAY = BEGAN.date()


def waiver(expires: date, code: str = "PG303", object_: str = "public.*") -> str:
    return f"""
[[waivers]]
code = "{code}"
object = "{object_}"
owner = "Ada"
reason = "it is read only"
expires = {expires.isoformat()}
"""


def blocked(folder: Path) -> str:
    """Code of the blocker that the schema has."""
    told = Told(folder).assessed(blockers=1)
    found = next(one.code for one in told.report().work if one.severity == "blocker")
    told.close()
    return found


def assessed(folder: Path, more: str, monkeypatch: pytest.MonkeyPatch) -> Told:
    """By the operation itself; the catalog is that of a dump, for there is no server."""
    (folder / "own").mkdir()
    told = Told(folder / "own", more=more)
    dump = told.folder / "schema.sql"
    dump.write_text(SCHEMA.format(table="events"))
    catalog = read_file(dump, Engine.POSTGRES)
    seen = Measurements()
    monkeypatch.setattr(operation, "_looked_at", lambda session: (catalog, seen))
    assess(told.session)
    return told


def gate(report: ReadinessReport) -> tuple[Standing, str]:
    found = next(one for one in report.gates if one.gate == "no-open-blocker")
    return found.standing, found.reason


def test_the_gate_closes_when_the_first_waiver_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, last_day = blocked(tmp_path), TODAY + timedelta(days=2)
    told = assessed(tmp_path, waiver(last_day, code), monkeypatch)
    told.clock.sleep((datetime(2026, 11, 25, 23, 59, tzinfo=UTC) - told.clock.now()).total_seconds())
    report = told.report()
    assert gate(report)[0] is Standing.OPEN, "on its last day it holds"
    assert [(one.until, one.expired) for one in report.waived] == [(last_day, False)]
    report = told.later(minutes=2).report()
    assert gate(report) == (Standing.CLOSED, "assessed 2.7 days ago, expired with a waiver on 2026-11-25")
    assert next(one.state for one in report.stages if one.stage == "assess") is StageState.EXPIRED
    assert [one.expired for one in report.waived] == [True]
    assert "expired: 2026-11-25 is over, assess again" in render(report, Form.HTML)
    jsonschema.validate(document(report), schema("readiness"))
    told.close()


@pytest.mark.parametrize("last_day", [date(2026, 12, 24), date.max])
def test_a_waiver_that_outlives_the_week_changes_nothing(
    last_day: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = assessed(tmp_path, waiver(last_day, blocked(tmp_path)), monkeypatch)
    taken = told.session.history.evidence("assessment")[-1]
    assert taken.expires_at - taken.taken_at == pytest.approx(ASSESSMENT_COUNTS_FOR, abs=timedelta(seconds=1))
    assert gate(told.later(days=8).report())[1] == "assessed 8.0 days ago, expired"
    told.close()


def test_a_waiver_that_covers_nothing_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = waiver(date(2026, 12, 24), blocked(tmp_path)) + waiver(TODAY, "PG101", "public.gone")
    told = assessed(tmp_path, more, monkeypatch)
    assert gate(told.later(days=3).report())[0] is Standing.OPEN
    told.close()


def test_the_day_is_read_from_the_words_of_an_older_version(told: Told) -> None:
    by = "Ada: it is read only (until 2026-11-24)"
    facts = {"waived": [{"code": "PG305", "by": by, "count": 1, "objects": ["table public.events"]}]}
    told.evidence(findings.RECORD, "assess", facts)
    assert [one.expired for one in told.report().waived] == [False]
    assert [one.expired for one in told.later(days=2).report().waived] == [True]
