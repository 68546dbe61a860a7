"""What a watcher sees of a migration, put together from the state database alone."""

from __future__ import annotations

import pytest

from migrate.events import LagSeen, LedgerSeen, Noted, Progressed, StageStarted, StepFinished, TablesSeen
from migrate.model.control_room import Standing, Tone
from migrate.model.journal import Kind
from tests.control_room.story import Story, statistics


def test_before_any_run_there_is_a_next_command_and_nothing_else(story: Story) -> None:
    room = story.look()
    assert (room.run, room.holder, room.freeze, room.tables.total) == (None, None, None, 0)
    assert room.next_command == "aurora-migrate assess"
    assert {stage.standing for stage in room.stages} == {Standing.TO_DO}


def test_a_load_shows_its_tables_the_unfinished_first(story: Story) -> None:
    with story.held():
        story.set_up()
        seen = (
            statistics("shop.items", "Table completed", 900),
            statistics("shop.orders", "Full load", 40),
            statistics("shop.customers", "Table error"),
            statistics("shop.gone", "Full load", 1),
        )
        story.scribe(TablesSeen("orders-main-forward-0", seen))
        room = story.look()
    assert [row.table for row in room.tables.rows] == ["shop.customers", "shop.orders", "shop.items"]
    assert room.tables.states == {"Table error": 1, "Full load": 1, "Table completed": 1}
    assert room.tables.loaded_rows == 940


def test_what_a_run_works_on_is_there_until_its_step_ends(story: Story) -> None:
    with story.held():
        story.set_up()
        story.scribe(Progressed("full load (main)", 3, 11, "tables"))
        assert [(work.name, work.done, work.total) for work in story.look().works] == [("full load (main)", 3, 11)]
        story.scribe(StepFinished("replicate", "dms/full-load:main", "load", 3.0))
        assert story.look().works == ()


def test_work_of_a_run_that_was_killed_is_not_shown(story: Story) -> None:
    with story.held():
        story.set_up()
        story.scribe(Progressed("full load (main)", 3, 11, "tables"))
    assert story.look().works == ()


def test_steps_say_who_when_and_how_long(story: Story) -> None:
    with story.held("ann@desk pid 7"):
        story.set_up()
        story.begin_cutover()
        story.step("cutover-1", "prepare/slot", 4)
        story.write(Kind.INTENT, "cutover-1", "gates/preflight")
        run = story.look().run
    assert run is not None
    done, running, *waiting = run.steps
    assert (done.standing, done.by, done.seconds, done.title) == (Standing.DONE, "ann@desk", 4.0, "make the slot")
    assert (running.standing, running.seconds) == (Standing.RUNNING, None)
    assert {step.standing for step in waiting} == {Standing.TO_DO}
    assert run.steps[run.current] == running


def test_a_step_is_broken_off_once_its_process_is_gone_and_whoever_resumes_is_named(story: Story) -> None:
    with story.held("ann@desk pid 7"):
        story.set_up()
        story.begin_cutover()
        story.write(Kind.INTENT, "cutover-1", "prepare/slot")
    room = story.look()
    assert room.run is not None
    assert room.run.steps[0].standing is Standing.BROKEN_OFF
    assert [s.standing for s in room.stages if s.name == "cutover"] == [Standing.BROKEN_OFF]
    with story.held("bob@night pid 9"):
        story.step("cutover-1", "prepare/slot", 2)
        room = story.look()
    assert room.run is not None
    assert (room.run.steps[0].by, room.run.steps[0].seconds) == ("bob@night", 2.0)


def test_a_holder_that_does_not_renew_its_lease_is_said_to_be_gone(story: Story) -> None:
    with story.held():
        story.set_up()
        story.clock.sleep(3600)
        room = story.look()
    assert room.holder is not None
    assert not room.holder.alive


def test_a_failed_step_tells_why(story: Story) -> None:
    with story.held():
        story.begin_cutover()
        story.write(Kind.INTENT, "cutover-1", "prepare/slot")
        story.write(Kind.FAILED, "cutover-1", "prepare/slot", {"code": "SRC-101", "message": "no answer"})
        room = story.look()
    assert room.run is not None
    assert room.run.steps[0].problem == "SRC-101 no answer"
    assert [line.tone for line in room.log if "SRC-101" in line.text] == [Tone.BAD]


def test_gates_that_were_not_asked_are_named_and_one_that_turned_says_what_it_was(story: Story) -> None:
    with story.held():
        story.set_up()
        story.begin_cutover()
        story.gate("cutover-1", "owner-certain", "open")
        story.gate("cutover-1", "lag-by-marker", "closed", "12.4 s > 5 s (main)")
        story.gate("cutover-1", "lag-by-marker", "open", "0.4 s ≤ 5 s (main)")
        gates = {gate.gate: gate for gate in story.look().gates}
    assert list(gates) == ["owner-certain", "lag-by-marker", "tables-complete"]
    assert gates["tables-complete"].answer == "not asked"
    assert (gates["lag-by-marker"].answer, gates["lag-by-marker"].before) == ("open", "closed")
    assert gates["owner-certain"].before == ""


def test_answers_of_an_earlier_cutover_are_no_answers_of_this_one(story: Story) -> None:
    with story.held():
        story.set_up()
        story.begin_cutover()
        story.gate("cutover-1", "owner-certain", "open")
        story.write(Kind.OUTCOME, "cutover-1", body={"outcome": "unwound"})
        story.begin_cutover("cutover-2")
        gates = {gate.gate: gate for gate in story.look().gates}
    assert (gates["owner-certain"].answer, gates["owner-certain"].before) == ("not asked", "open")


def test_the_freeze_clock_runs_against_its_budget_and_stops_when_the_way_is_open(story: Story) -> None:
    with story.held():
        story.set_up()
        story.begin_cutover()
        story.step("cutover-1", "freeze/fence", 2)
        freeze = story.look().freeze
        assert freeze is not None
        assert (freeze.ended, freeze.budget_seconds) == (None, 60.0)
        story.step("cutover-1", "switch/secret", 3)
        story.step("cutover-1", "open/fence", 1)
        freeze = story.look().freeze
    assert freeze is not None
    assert freeze.ended is not None
    assert (freeze.ended - freeze.began).total_seconds() == 8.0
    assert not freeze.undone


def test_a_freeze_that_was_undone_says_so(story: Story) -> None:
    with story.held():
        story.set_up()
        story.begin_cutover()
        story.step("cutover-1", "freeze/fence", 2)
        story.write(Kind.UNDO, "cutover-1", "freeze/fence")
        story.write(Kind.UNDONE, "cutover-1", "freeze/fence")
        freeze = story.look().freeze
    assert freeze is not None
    assert freeze.undone
    assert freeze.ended is not None


def test_the_way_back_counts_down_only_once_it_is_proven_in_the_run_that_switched(story: Story) -> None:
    with story.held():
        story.set_up()
        assert story.look().way_back is None
        story.begin_cutover()
        story.evidence("reverse-window", "cutover-0", {"tasks": ["main"]})
        story.step("cutover-1", "switch/secret")
        room = story.look()
        assert room.owner == "target"
        assert room.way_back is not None
        assert not room.way_back.proven
        story.evidence("reverse-window", "cutover-1", {"tasks": ["main"]}, hours=24)
        way = story.look().way_back
    assert way is not None
    assert way.proven
    assert way.until is not None
    assert (way.until - story.clock.now()).total_seconds() == 24 * 3600


def test_a_proof_of_an_earlier_version_counts_which_told_one_task_at_a_time(story: Story) -> None:
    with story.held():
        story.set_up()
        story.plan("cutover-1", "cutover", {"feeds": [{"name": "main"}, {"name": "rest"}]}, [], [])
        story.step("cutover-1", "switch/secret")
        for task, proven in (("main", False), ("rest", True)):
            story.evidence("reverse-window", "cutover-1", {"task": task})
            way = story.look().way_back
            assert way is not None
            assert way.proven is proven


def test_lag_ledger_and_notes_are_what_the_run_said_last(story: Story) -> None:
    with story.held():
        story.scribe(LagSeen("orders-main-forward-0", 12.0, arrived=False))
        story.scribe(LagSeen("orders-main-forward-0", 0.41, arrived=True))
        story.scribe(LedgerSeen(1500, 3, 1, 410.0))
        story.scribe(Noted("the password=hunter2 of postgresql://u:hunter3@h is masked", warning=True))
        room = story.look()
    assert [(lag.task, lag.seconds, lag.arrived) for lag in room.lags] == [("orders-main-forward-0", 0.41, True)]
    assert room.ledger is not None
    assert (room.ledger.acknowledged, room.ledger.refused) == (1500, 3)
    assert [line.tone for line in room.log] == [Tone.WARNING]
    assert "hunter" not in room.log[0].text


def test_a_validation_runs_under_the_lease_it_was_begun_with_and_no_other(story: Story) -> None:
    story.scribe(StageStarted("validate"))
    story.clock.sleep(20)
    with story.held():
        validate = next(stage for stage in story.look().stages if stage.name == "validate")
        assert validate.standing is Standing.RUNNING
    story.clock.sleep(20)
    later = Story(story.folder, story.clock)
    with later.held("another command"):
        validate = next(stage for stage in later.look().stages if stage.name == "validate")
    later.close()
    assert validate.standing is Standing.BROKEN_OFF


@pytest.mark.parametrize("verdict", ["differs", "stale"])
def test_a_validation_that_does_not_hold_is_no_stage_that_is_done(story: Story, verdict: str) -> None:
    with story.held():
        story.set_up()
        story.evidence("validation", "validate", {"verdict": verdict})
        room = story.look()
    assert [stage.standing for stage in room.stages if stage.name == "validate"] == [Standing.SAID_NO]
    assert room.tables.validation == verdict


def test_a_clean_validation_proves_every_table(story: Story) -> None:
    with story.held():
        story.set_up()
        story.evidence("validation", "validate", {"verdict": "match", "seconds": 3.0})
        room = story.look()
    assert {row.compared for row in room.tables.rows} == {Standing.DONE}
