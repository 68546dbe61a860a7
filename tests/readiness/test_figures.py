"""What is told of a prediction: by what it was made, what came of it, and how far off it was."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.readiness import Prediction
from migrate.report.documents import document, schema
from migrate.report.readiness.render import Form, render
from tests.readiness.conftest import Told


def test_a_rehearsal_predicts_the_freeze_and_the_cutover_measures_it(told: Told) -> None:
    told.rehearsed("one", freeze=1.2, started_at="2026-11-20T08:00:00.000Z")
    told.rehearsed("two", freeze=9.0, started_at="2026-11-21T08:00:00.000Z", verdict="failed", reason="no")
    told.ready().approved()
    freeze = next(one for one in told.report().predictions if one.name == "freeze")
    assert freeze.predicted is not None
    assert freeze.predicted.seconds == 1.2, "one that failed predicts nothing"
    assert freeze.limit is not None
    assert (freeze.limit.seconds, freeze.measured, freeze.error) == (60.0, None, None)
    told.cut_over(frozen=0.9)
    freeze = next(one for one in told.report().predictions if one.name == "freeze")
    assert freeze.error == pytest.approx(-0.25)


def prediction(told: Told, name: str) -> Prediction:
    return next(one for one in told.report().predictions if one.name == name)


def loaded(told: Told, run: str = "replicate-1", rows: int = 1000, seconds: float = 40.0, **planned: Any) -> Told:
    """A full load as `replicate start` journals it."""
    if planned:
        told.evidence("replication-plan", run, planned)
    told.entry(Kind.PLANNED, run, stage="replicate", digest="d", request={}, steps=[])
    told.entry(Kind.INTENT, run, "dms/full-load:main")
    told.later(seconds=seconds)
    told.entry(Kind.DONE, run, "dms/full-load:main", rows=rows)
    told.entry(Kind.OUTCOME, run, outcome="done")
    return told


def assessed(told: Told, rows: int | None = None, seconds: float | None = None) -> Told:
    """By what an assessment leaves of rows and of an earlier load."""
    full_load: Facts | None = None if seconds is None else {"seconds": seconds, "basis": "measured in replicate-1"}
    told.evidence("findings", "assess", {"rows": rows, "predicted": {"full_load": full_load, "freeze": None}})
    return told


def test_an_assessment_after_the_load_predicts_nothing_of_it(told: Told) -> None:
    """It told what it had read from that very load: an error of 0 %."""
    loaded(told).later(hours=1)
    assessed(told, 1000, seconds=40.0)
    load = prediction(told, "full load")
    assert load.measured is not None
    assert (load.predicted, load.measured.seconds, load.error) == (None, 40.0, None)
    assert "not on record" in render(told.report(), Form.TEXT)


def test_a_second_load_is_predicted_by_the_first_as_it_was_assessed_between_them(told: Told) -> None:
    loaded(told).later(hours=1)
    assessed(told, 1000, seconds=40.0).later(hours=1)
    loaded(told, "replicate-2", seconds=50.0)
    assert prediction(told, "full load").error == pytest.approx(0.25)
    assessed(told, 1000, seconds=50.0)
    assert prediction(told, "full load").error == pytest.approx(0.25), "what came later changes nothing"


def test_a_first_load_is_predicted_by_the_rate_of_a_rehearsal_and_says_of_which(told: Told) -> None:
    told.rehearsed(started_at="2026-11-20T08:00:00.000Z")
    assessed(told, rows=400_000)
    load = prediction(told, "full load")
    assert load.predicted is not None
    assert load.predicted.seconds == 40.0, "200,000 rows took 20 s"
    for word in (
        "400,000 rows as assessed",
        "Ledger, scale 1, instant, Linux x86_64, 2 CPUs",
        "200,000 rows in 20.0 s",
    ):
        assert word in load.predicted.basis
    loaded(told, rows=400_000, seconds=50.0)
    assert prediction(told, "full load").error == pytest.approx(0.25)


def test_a_first_load_without_a_rehearsal_is_predicted_as_it_was_planned(told: Told) -> None:
    planned = {"seconds": 32.0, "basis": "800.0 MiB; at 25 MiB a second, assumed"}
    loaded(assessed(told), seconds=40.0, load=planned)
    load = prediction(told, "full load")
    assert load.predicted is not None
    assert (load.predicted.basis, load.error) == (
        "planned: 800.0 MiB; at 25 MiB a second, assumed",
        pytest.approx(0.25),
    )


def test_an_estimate_that_could_not_be_made_is_not_on_record(told: Told) -> None:
    loaded(assessed(told), load=None, digest="d")
    assert prediction(told, "full load").predicted is None


@pytest.mark.parametrize("name", ["freeze", "lag of a marker"])
def test_a_rehearsal_predicts_nothing_of_the_run_that_it_was_itself(told: Told, name: str) -> None:
    """One on somebody's own databases is journaled where it is measured; so is one in a sandbox, by its own file."""
    told.rehearsed("before", freeze=1.0, started_at="2026-11-23T07:00:00.000Z", profile="live", seconds=1800.0)
    told.ready().approved()
    began = told.clock.now()
    told.later(minutes=1).cut_over(frozen=2.0).later(minutes=5)
    length = (told.clock.now() - began).total_seconds()
    path = told.rehearsed("itself", freeze=2.0, started_at=began.isoformat(), profile="live", seconds=length)
    told.rehearsed("after", freeze=2.0, started_at=told.clock.now().isoformat())
    found = prediction(told, name)
    assert found.predicted is not None
    assert "2026-11-23 07:00" in found.predicted.basis, "only the one that had ended before predicts"
    (path.parents[1] / "before/rehearsal.json").unlink()
    assert prediction(told, name).predicted is None


@pytest.mark.parametrize("route", ["mysql → aurora-mysql 3.08.0", "mariadb → aurora-mysql 3.08.0", ""])
def test_a_rehearsal_of_another_route_predicts_nothing(told: Told, route: str) -> None:
    told.rehearsed(route=route)
    assert [one.predicted for one in told.report().predictions] == [None, None, None]


def test_versions_make_no_other_route_and_the_terms_are_named(told: Told) -> None:
    told.rehearsed(
        route="postgres 16.4 → aurora-postgresql 16.8", faults=[{"name": "connection-drop", "outcome": "ridden out"}]
    )
    freeze = prediction(told, "freeze")
    assert freeze.predicted is not None
    for word in ("Ledger", "scale 1", "instant", "Linux x86_64, 2 CPUs", "faults: connection-drop"):
        assert word in freeze.predicted.basis


def test_the_error_shrinks_over_rehearsals_or_does_not(told: Told) -> None:
    for day, freeze in ((20, 1.0), (21, 2.0), (22, 1.5), (23, 1.5)):
        told.rehearsed(f"r{day}", freeze=freeze, started_at=f"2026-11-{day}T08:00:00.000Z")
    steps = [one for one in told.report().steps if one.name == "freeze"]
    assert [(one.predicted, one.measured) for one in steps] == [(1.0, 2.0), (1.5, 1.5), (1.5, 1.5)]
    assert [round(one.error, 2) for one in steps] == [1.0, 0.0, 0.0]


def test_a_load_is_predicted_by_its_rows(told: Told) -> None:
    told.rehearsed("small", started_at="2026-11-20T08:00:00.000Z", environment={"rows": 100_000})
    told.rehearsed("large", started_at="2026-11-21T08:00:00.000Z", environment={"rows": 200_000})
    load = next(one for one in told.report().steps if one.name == "load")
    assert (load.predicted, load.measured) == (40.0, 20.0)


def test_rehearsals_under_other_terms_predict_nothing_of_one_another(told: Told) -> None:
    told.rehearsed("one", started_at="2026-11-20T08:00:00.000Z")
    told.rehearsed("two", started_at="2026-11-21T08:00:00.000Z", environment={"cpus": 64})
    assert told.report().steps == ()


def test_errors_under_other_terms_are_no_course(told: Told) -> None:
    """A small sample, well predicted, beside a large one: the chart and the sentence are of the newest terms alone."""
    for day, freeze in ((1, 1.0), (2, 1.0), (3, 1.0)):
        told.rehearsed(f"s{day}", freeze=freeze, started_at=f"2026-11-0{day}T08:00:00.000Z", environment={"scale": 0.1})
    for day, freeze in ((20, 1.0), (21, 2.0), (22, 1.5)):
        told.rehearsed(f"r{day}", freeze=freeze, started_at=f"2026-11-{day}T08:00:00.000Z")
    report = told.report()
    terms = {one.terms[1] for one in report.steps}
    assert terms == {"scale 0.1, 400/s", "scale 1, 400/s"}
    assert {one.sample for one in report.steps} == {"Ledger"}
    text = render(report, Form.MARKDOWN)
    assert "Error of the predicted freeze: 2026\\-11\\-21 \\+100%, 2026\\-11\\-22 \\+0%" in text
    assert "the error of the freeze shrank from 100% to 0%" in text
    assert "the error of the load stayed at 0%" in text
    jsonschema.validate(document(report), schema("readiness"))


@pytest.mark.parametrize(
    ("freezes", "words"),
    [((1.0, 1.1, 2.1), "grew from 10% to 100%"), ((1.0, 3.0), "was 200%, and one alone says nothing of a course")],
)
def test_an_error_that_did_not_shrink_is_told_as_plainly(told: Told, freezes: tuple[float, ...], words: str) -> None:
    for day, freeze in enumerate(freezes, start=20):
        told.rehearsed(f"r{day}", freeze=freeze, started_at=f"2026-11-{day}T08:00:00.000Z")
    assert f"the error of the freeze {words}" in render(told.report(), Form.MARKDOWN)


def test_the_lag_is_the_one_that_the_gate_saw(told: Told) -> None:
    told.ready().ran("cutover", "cutover-1", "unwound").asked("cutover-1")
    lag = next(one for one in told.report().predictions if one.name == "lag of a marker")
    assert lag.measured is not None
    assert (lag.measured.seconds, lag.measured.basis) == (0.31, "when cutover-1 asked the gate")


def test_a_table_that_differs_is_the_first_of_the_risks(told: Told) -> None:
    told.assessed(blockers=1)
    told.validated("differs", amiss=[{"table": "public.orders", "verdict": "differs", "differences": 4}])
    rows = told.report().risk.rows
    assert [(row.table, row.validation) for row in rows] == [("public.orders", "differs"), ("public.events", "match")]
    assert dict(rows[1].stages)["replicate"].blockers == 1


def test_a_kept_report_that_cannot_be_read_is_told(told: Told) -> None:
    told.rehearsed().write_text("{")
    report = told.report()
    assert report.rehearsals == ()
    assert any("is no report of a rehearsal" in line for line in report.unproven)


def test_a_rollback_in_a_rehearsal_is_no_rollback_of_this_migration(told: Told) -> None:
    assert "No rollback was ever exercised." in told.report().unproven
    told.rehearsed()
    assert any(line.startswith("A rollback was exercised in rehearsals only") for line in told.report().unproven)
    told.ready().approved().cut_over().later(hours=1).cut_over("rollback-2", "rollback")
    assert not [line for line in told.report().unproven if "rollback" in line]


def test_what_drills_measured_stands_in_the_report_and_grows_old(told: Told) -> None:
    report = told.report()
    assert report.restores == ()
    assert [line for line in report.unproven if line.startswith("No restore of the target was measured")]
    assert [line for line in report.unproven if line.startswith("The target was never failed over")]
    report = told.drilled().report()
    assert not [line for line in report.unproven if "restore" in line or "failed over" in line]
    text = render(report, Form.MARKDOWN)
    for word in (
        "Restore drills",
        "14 min 00 s",
        "3 min 07 s",
        "937 rows later than that",
        "orders\\-aurora\\-drill\\-1",
    ):
        assert word in text, word
    assert "counts no more" not in text
    report = told.later(days=91).report()
    assert [one.counts for one in (*report.drills, *report.restores)] == [False, False]
    assert render(report, Form.MARKDOWN).count("counts no more") == 2


def test_a_restore_from_a_snapshot_names_it_and_tells_its_age(told: Told) -> None:
    made = {"snapshot": "orders-before-cutover-1", "point_seconds": 7300.0, "later": 0, "found": 563}
    report = told.drilled(acknowledged=563, **made).report()
    assert [one.snapshot for one in report.restores] == ["orders-before-cutover-1"]
    assert not [line for line in report.unproven if line.startswith("No restore of the target")]
    text = render(report, Form.MARKDOWN)
    assert "from snapshot orders\\-before\\-cutover\\-1" in text
    assert "2 h 01 min" in text
    assert "no row was" not in text
    text = render(told.drilled(acknowledged=0, **{**made, "found": 0}).report(), Form.MARKDOWN)
    assert "no row was known to be in it" in text
    assert "no row was there" not in text


def test_a_restore_that_gave_less_than_it_should_says_what_is_missing(told: Told) -> None:
    text = render(told.drilled(missing=2, missing_tables=["shop.orders"]).report(), Form.MARKDOWN)
    assert "**2**<br>and 1 table |" in text
    text = render(told.drilled(found=0, later=1500).report(), Form.MARKDOWN)
    assert "or more: no row was there" in text
