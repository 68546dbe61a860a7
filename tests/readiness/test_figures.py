"""What is told of a prediction: by what it was made, what came of it, and how far off it was."""

from __future__ import annotations

import pytest

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
