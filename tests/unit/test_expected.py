"""What a handover may take is said with its basis: this journal's last one, or a rehearsal; else nothing is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.errors import UsageError
from migrate.model.expectation import Expectation
from migrate.model.gate import Moment
from migrate.model.journal import Kind
from migrate.model.shown_plan import ShownPlan, ShownStep
from migrate.operations.expected import measured, rehearsed
from migrate.ports.journal import Journal
from migrate.report import cutover_plan
from migrate.state.lease import hold
from migrate.state.store import Store
from tests.clocks import HandClock

RUN = "cutover-1"


class Diary:
    """A journal with a clock in its hand."""

    def __init__(self, journal: Journal, clock: HandClock) -> None:
        self.journal, self.clock = journal, clock

    def step(self, name: str, seconds: float, intents: int = 1) -> None:
        for _ in range(intents):
            self.journal.append(Kind.INTENT, run=RUN, step=name)
            self.clock.sleep(seconds)
        self.journal.append(Kind.DONE, run=RUN, step=name)

    def cutover(self, outcome: str = "done") -> None:
        self.journal.append(Kind.PLANNED, run=RUN, body={"stage": "cutover", "request": {}})
        self.step("freeze/fence", 0.25)
        self.step("drain/marker:main", 3.0, intents=2)
        self.step("open/fence", 0.5)
        self.journal.append(Kind.OUTCOME, run=RUN, body={"outcome": outcome})


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    store, clock = Store.open(f"sqlite:///{tmp_path}/state.db"), HandClock()
    with hold(store, "shop", "test", clock=clock) as lease:
        yield Diary(store.journal("shop", lease), clock)
    store.close()


def test_seconds_are_counted_from_the_last_intent_and_the_freeze_from_the_first(diary: Diary) -> None:
    diary.cutover()
    found = measured(diary.journal, "cutover")
    assert found is not None
    assert found.steps == {"freeze/fence": 0.25, "drain/marker:main": 3.0, "open/fence": 0.5}
    assert found.freeze_seconds == 0.25 + 2 * 3.0 + 0.5
    assert found.basis.startswith("cutover-1 of ")


def test_what_was_unwound_or_never_done_predicts_nothing(diary: Diary) -> None:
    assert measured(diary.journal, "cutover") is None
    diary.cutover(outcome="unwound")
    assert measured(diary.journal, "cutover") is None
    assert measured(diary.journal, "rollback") is None


def test_a_task_of_another_name_is_expected_to_take_what_the_slowest_of_its_kind_took() -> None:
    known = Expectation(basis="", steps={"drain/marker:a": 1.0, "drain/marker:b": 2.0}, freeze_seconds=3.0)
    assert known.of("drain/marker:a") == 1.0
    assert known.of("drain/marker:other") == 2.0
    assert known.of("prove/equal") is None


def report(tmp_path: Path, **changed: object) -> Path:
    handover = {"run": "rollback-2", "freeze_seconds": 0.75, "steps": {"freeze/fence": 0.1}}
    document = {"environment": {"sample": "shop"}, "started_at": "2026-11-27T01:02:03+00:00", "profile": "instant"}
    file = tmp_path / "rehearsal.json"
    file.write_text(json.dumps({**document, "handovers": [handover], **changed}))
    return file


def test_a_rehearsal_is_quoted_with_its_sample_and_its_timing(tmp_path: Path) -> None:
    found = rehearsed(report(tmp_path), "rollback")
    assert found is not None
    assert (found.freeze_seconds, found.of("freeze/fence")) == (0.75, 0.1)
    assert found.basis == "rollback-2 of the rehearsal of shop, 2026-11-27 01:02 UTC, timing instant"
    assert rehearsed(report(tmp_path), "cutover") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"handovers": 3}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="no report of a rehearsal") as refused:
        rehearsed(file, "cutover")
    assert refused.value.code == "CFG-078"


def test_a_plan_that_was_never_measured_says_so_and_how_to_measure() -> None:
    step = ShownStep("freeze/fence", "fence", "to do", None, "frozen")
    plan = ShownPlan(
        run=RUN,
        digest="d",
        steps=(step,),
        gates=((Moment.PREFLIGHT, ("approved",)),),
        expectation=None,
        way_back=None,
        freeze_budget=60.0,
    )
    said = "\n".join(cutover_plan.closing(plan))
    assert "gates at preflight: approved" in said
    assert "expected freeze: not measured, budget 60 s" in said
    assert "--rehearsal" in said
    assert "a rollback: not measured" in said
    document = cutover_plan.document(plan)
    assert document["expected_freeze_seconds"] is None
    assert document["gates"] == {"preflight": ["approved"]}
