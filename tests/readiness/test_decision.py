"""Go or no-go: one reason against it is no go, and the record alone is asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import jsonschema
import pytest

from migrate.errors import StateConflict
from migrate.model.journal import Kind
from migrate.model.readiness import Decision, ReadinessReport, Return, StageState, Standing
from migrate.report.documents import document, schema
from migrate.report.readiness.page import page
from tests.readiness.conftest import Told


def gate(report: ReadinessReport, slug: str) -> tuple[Standing, str]:
    found = next(one for one in report.gates if one.gate == slug)
    return found.standing, found.reason


def state(report: ReadinessReport, stage: str) -> StageState:
    return next(one.state for one in report.stages if one.stage == stage)


def test_a_migration_that_has_not_begun_is_no_go_and_says_with_what_to_begin(told: Told) -> None:
    report = told.report()
    assert report.decision is Decision.NO_GO
    assert {one.what for one in report.blockers} >= {"stage provision", "stage replicate", "gate no-open-blocker"}
    assert all(one.state is StageState.NOT_BEGUN for one in report.stages)
    assert report.next_command == "aurora-migrate assess"


def test_what_is_ready_lacks_an_approval_and_then_nothing(told: Told) -> None:
    report = told.ready().report()
    assert [one.what for one in report.blockers] == ["gate approved"]
    assert report.blockers[0].owner == "Ines", "who sees to the cutover's gates stands under [report] owners"
    report = told.approved().report()
    assert (report.decision, report.reasons) == (Decision.GO, ())
    assert gate(report, "approved") == (Standing.OPEN, "by Ines")
    assert gate(report, "lag-by-marker") == (Standing.NOT_ASKED, "never asked")
    assert any("gates were never asked" in line for line in report.unproven)


def test_an_open_run_is_no_go(told: Told) -> None:
    report = told.ready().approved().ran("cutover", "cutover-1", outcome="").report()
    assert report.decision is Decision.NO_GO
    assert "run cutover-1" in [one.what for one in report.blockers]
    assert state(report, "cutover") is StageState.OPEN


def test_a_cutover_that_failed_is_against_the_next_until_it_was_validated_again(told: Told) -> None:
    """Every gate was open: what stopped it came under the freeze."""
    told.ready().ran("cutover", "cutover-1", outcome="").asked("cutover-1")
    told.entry(Kind.FAILED, "cutover-1", "drain/marker", code="CUT-040", message="the marker did not arrive")
    told.entry(Kind.OUTCOME, "cutover-1", outcome="unwound")
    report = told.later(minutes=1).approved(run="cutover-2").report()
    assert report.decision is Decision.NO_GO
    assert report.reasons == ("run cutover-1: unwound after drain/marker: CUT-040 the marker did not arrive",)
    assert told.later(minutes=1).validated().report().decision is Decision.GO


def test_a_cutover_that_gates_stopped_is_told_by_its_gates_alone(told: Told) -> None:
    told.ready().ran("cutover", "cutover-1", outcome="").asked("cutover-1", "lag-by-marker")
    told.entry(Kind.FAILED, "cutover-1", "gates/preflight", code="CUT-020", message="gate lag-by-marker is closed")
    told.entry(Kind.OUTCOME, "cutover-1", outcome="unwound")
    report = told.approved(run="cutover-2").report()
    assert [one.what for one in report.blockers] == ["gate lag-by-marker"]


def test_a_gate_that_was_closed_stands_until_it_is_asked_again_however_long_ago(told: Told) -> None:
    told.ready().ran("cutover", "cutover-1", "unwound").asked("cutover-1", "lag-by-marker").approved(run="cutover-2")
    report = told.report()
    assert report.decision is Decision.NO_GO
    assert report.reasons == ("gate lag-by-marker: closed: observed 12.4 s > 5 s",)
    told.later(days=3).validated().approved(run="cutover-2")
    assert gate(told.report(), "lag-by-marker")[0] is Standing.CLOSED
    told.ran("cutover", "cutover-2", "unwound").asked("cutover-2").approved(run="cutover-3")
    assert told.report().decision is Decision.GO


@pytest.mark.parametrize("slug", ["lag-by-marker", "replication-honest"])
def test_a_gate_that_could_not_see_is_as_good_as_closed(told: Told, slug: str) -> None:
    told.ready().ran("cutover", "cutover-1", "unwound").asked("cutover-1", slug, answer="unknown", reason="not seen")
    report = told.approved(run="cutover-2").report()
    assert report.decision is Decision.NO_GO
    assert gate(report, slug) == (Standing.UNKNOWN, "not seen")


def test_an_open_answer_ages_and_the_cutover_asks_again(told: Told) -> None:
    told.ready().ran("cutover", "cutover-1", "unwound").asked("cutover-1")
    told.later(hours=25).validated().approved(run="cutover-2")
    report = told.report()
    assert gate(report, "tables-complete")[0] is Standing.AGED
    assert report.decision is Decision.GO, "age is no reason against: the cutover asks before it freezes anything"


def test_evidence_that_expired_closes_its_gate(told: Told) -> None:
    report = told.ready().approved(hours=100).later(hours=25).report()
    assert gate(report, "validation-clean-and-fresh")[0] is Standing.CLOSED
    assert state(report, "validate") is StageState.EXPIRED
    assert report.decision is Decision.NO_GO


def test_an_approval_falls_with_the_evidence_on_which_it_rests(told: Told) -> None:
    told.ready().approved().validated("differs")
    report = told.report()
    assert gate(report, "approved")[0] is Standing.CLOSED
    assert [(one.stands, one.why) for one in report.consents] == [(False, "the evidence has changed since")]


def test_a_revoked_approval_does_not_stand(told: Told) -> None:
    told.ready().approved().later(minutes=1).evidence("approval-revoked", "approval", {"by": "ines"})
    report = told.report()
    assert report.decision is Decision.NO_GO
    assert not report.consents[0].stands


def test_several_people_must_have_approved_where_several_are_asked_for(tmp_path: Path) -> None:
    told = Told(tmp_path, more="[cutover]\napprovals = 2\n")
    told.ready().approved("Ines")
    assert gate(told.report(), "approved") == (Standing.CLOSED, "1 of 2 people approved: Ines")
    assert told.approved("Otto").report().decision is Decision.GO


def test_blockers_are_told_one_by_one_with_owner_and_hours(told: Told) -> None:
    told.assessed(blockers=1)
    found = next(one for one in told.report().blockers if one.what.startswith("PG"))
    assert found.owner == "the database team"
    assert "public.events" in found.why
    assert found.hours is not None
    assert found.hours > 0
    assert "gate no-open-blocker" not in [one.what for one in told.report().blockers], "it would be told twice"


def test_after_the_switch_it_is_told_until_when_the_application_can_come_back(told: Told) -> None:
    told.ready().approved().cut_over()
    report = told.report()
    assert report.decision is Decision.SWITCHED
    assert (report.owner, report.way_back.state) == ("target", Return.OPEN)
    assert report.way_back.switched_by == "cutover-1"
    assert report.blockers == () or report.reasons == ()
    assert {one.standing for one in report.gates} == {Standing.OPEN}, "the answers are those of the cutover"
    measured = next(one.measured for one in report.predictions if one.name == "freeze")
    assert measured is not None
    assert measured.seconds == pytest.approx(0.9)
    assert told.later(hours=25).report().way_back.state is Return.PAST_DEADLINE


def test_a_switch_whose_way_back_is_not_proven_says_so(told: Told) -> None:
    told.ready().approved()
    told.entry(Kind.PLANNED, "cutover-1", stage="cutover", digest="a", request={}, steps=[])
    told.entry(Kind.DONE, "cutover-1", "switch/secret")
    assert told.report().way_back.state is Return.UNPROVEN


def test_a_switch_that_was_under_way_is_neither_here_nor_there(told: Told) -> None:
    told.ready().approved()
    told.entry(Kind.PLANNED, "cutover-1", stage="cutover", digest="a", request={}, steps=[])
    told.entry(Kind.INTENT, "cutover-1", "switch/secret")
    report = told.report()
    assert (report.owner, report.decision, report.way_back.state) == ("unknown", Decision.NO_GO, Return.UNKNOWN)
    assert "open neither side by hand" in page(report).subtitle
    jsonschema.validate(document(report), schema("readiness"))


def test_a_rollback_brings_it_back_to_the_question_and_is_on_record(told: Told) -> None:
    told.ready().approved().cut_over().later(hours=1).cut_over("rollback-2", "rollback")
    report = told.report()
    assert (report.owner, report.decision) == ("source", Decision.NO_GO)
    assert report.way_back.state is Return.NOT_SWITCHED
    assert [run for run, _ in report.way_back.rolled_back] == ["rollback-2"]
    assert [one.why for one in report.consents] == ["used: cutover-1 is done"]


def test_finalize_is_the_point_of_no_return(told: Told) -> None:
    told.ready().approved().cut_over().later(hours=2).ran("finalize", "finalize-1", outcome="")
    assert told.report().way_back.state is Return.OPEN, "one that has retired nothing takes nothing away"
    told.entry(Kind.INTENT, "finalize-1", "retire/tasks")
    assert told.report().way_back.state is Return.GIVEN_UP
    told.entry(Kind.OUTCOME, "finalize-1", outcome="done")
    assert told.report().decision is Decision.FINISHED


def test_a_validation_that_was_taken_back_counts_no_more(told: Told) -> None:
    told.ready().approved().validated("stale", why="public.orders was loaded anew")
    report = told.report()
    assert state(report, "validate") is StageState.UNDONE
    assert report.decision is Decision.NO_GO


def test_nothing_is_told_of_a_journal_that_was_changed(told: Told) -> None:
    told.ready()
    with sqlite3.connect(told.folder / ".aurora-migrate/state.db") as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f"drop trigger {name}")
        database.execute("update aurora_migrate_journal set body = replace(body, 'match', 'fine!')")
    with pytest.raises(StateConflict, match="cannot be trusted"):
        told.report()
