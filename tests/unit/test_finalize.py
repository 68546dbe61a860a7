"""Whether the way back is given up: asked of the journal, before anything is retired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import Interrupted, MigrateError, SaysNo, StateConflict
from migrate.events import Event, StepFinished
from migrate.model.journal import Kind
from migrate.operations import approval, cutover, finalize, history, names, runbooks
from migrate.operations.control_room import clocks
from migrate.operations.status import standing
from migrate.ports.journal import Journal
from migrate.runner.record import Record
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


OWN = """
[cutover]
runbooks = "runbooks"
"""
GATES = """
[[gate]]
name = "own/backup-checked"
prose = "Somebody restored a backup of the cluster."
confirm = true

[[gate]]
name = "own/backup-there"
prose = "A backup is there."
command = ["sh", "-c", 'cat "backup of $AURORA_MIGRATE_TARGET_HOST"']
"""


class Retired:
    """Stands for everything a finalize retires on, and notes what was asked of it."""

    def __init__(self, asked: list[str]) -> None:
        self.asked = asked

    def __getattr__(self, name: str) -> Any:
        def ask(*_: object) -> None:
            self.asked.append(name)

        return ask


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def session(tmp_path: Path, clock: HandClock, asked: list[str]) -> Iterator[Session]:
    """After a cutover: the application runs on the target."""
    all_of_it = Retired(asked)
    side = SimpleNamespace(log=all_of_it, accounts=all_of_it, markers=all_of_it)
    with Session(load(written(tmp_path, GOOD + OWN)), clock=clock) as opened:
        opened.__dict__ |= {"source": side, "target": side, "tasks": all_of_it, "secrets": all_of_it}
        opened.__dict__["cluster"] = SimpleNamespace(host="aurora.example", port=5432)
        opened.__dict__["inspection"] = SimpleNamespace(permissions=SimpleNamespace(identity=lambda: "arn:ann"))
        runbooks.copy(tmp_path / "runbooks")
        with opened.writing() as journal:
            assessed(journal, blockers=0)
            journal.append(Kind.PLANNED, run="cutover-1", body={"stage": "cutover"})
            journal.append(Kind.DONE, run="cutover-1", step="switch/secret")
            journal.append(Kind.OUTCOME, run="cutover-1", body={"outcome": "done"})
        yield opened


def assessed(journal: Journal, blockers: int) -> None:
    journal.record("assessment", run="assess", expires_at=NOW + timedelta(days=7), facts={"blockers": blockers})


def broken_off(session: Session, *steps: str) -> None:
    """What a finalize leaves that was killed once these steps had begun; of the gates it knows the answer."""
    with session.writing() as journal:
        ready = finalize.prepare(session, journal)
        Record(ready.plan, journal).begin()
        for step in steps:
            journal.append(Kind.INTENT, run=ready.plan.run, step=step)
            if step == "gates/finalize":
                journal.append(Kind.DONE, run=ready.plan.run, step=step, body={"by": "ann"})


def refused(session: Session) -> SaysNo:
    with pytest.raises(SaysNo, match="the way back stays: gate ") as told:
        finalize.run(session)
    return told.value


def outcome(session: Session) -> str:
    return history.runs(session.history, "finalize")[-1].outcome


def test_an_approved_finalize_retires_everything(session: Session, asked: list[str]) -> None:
    approval.approve(session, "ann", finalizing=True)
    finalize.run(session)
    assert {"delete_task", "drop_slot", "delete_endpoints", "delete_instance", "lock", "delete", "drop"} == set(asked)
    assert outcome(session) == "done"


def test_an_approval_that_was_revoked_retires_nothing(session: Session, asked: list[str], clock: HandClock) -> None:
    approval.approve(session, "ann", finalizing=True)
    clock.sleep(60)
    approval.revoke(session, "Ann")
    told = refused(session)
    assert (told.code, told.exit) == ("CUT-100", 3)
    assert not asked
    assert outcome(session) == "unwound", "a later one asks anew"


def test_an_approval_rests_on_the_evidence_that_its_giver_read(session: Session, asked: list[str]) -> None:
    approval.approve(session, "ann", finalizing=True)
    with session.writing() as journal:
        assessed(journal, blockers=1)
    assert refused(session).code == "CUT-100"
    assert not asked


def test_an_approval_that_expired_is_given_anew(session: Session, asked: list[str], clock: HandClock) -> None:
    approval.approve(session, "ann", finalizing=True)
    clock.sleep(session.settings.limits.approval_hours * 3600)
    assert refused(session).code == "CUT-100"
    approval.approve(session, "ann", finalizing=True)
    finalize.run(session)
    assert asked


def asking(session: Session, gates: str = GATES) -> None:
    """A runbook of the team's own, which asks more than for an approval."""
    file = session.settings.home / "runbooks/finalize.toml"
    asked = '["approved", "own/backup-checked", "own/backup-there"]'
    file.write_text(file.read_text().replace('["approved"]', asked) + gates)


def test_a_teams_own_gates_are_asked_before_anything_is_retired(session: Session, asked: list[str]) -> None:
    asking(session)
    approval.approve(session, "ann", finalizing=True)
    told = refused(session)
    assert "gate own/backup-checked is closed: nobody has confirmed it" in told.message
    assert "gate own/backup-there is closed" in told.message
    assert "approved" not in told.message
    assert "cutover confirm own/backup-checked --finalize --by NAME" in told.hint
    assert not asked
    answers = [entry.body["gate"] for entry in session.history.entries(run="finalize-1", kind=Kind.GATE)]
    assert answers == ["approved", "own/backup-checked", "own/backup-there"]

    (session.settings.home / "backup of aurora.example").write_text("of last night")
    approval.confirm(session, "own/backup-checked", "desk", finalizing=True)
    assert "gate approved is closed" in refused(session).message, "a gate that was not open ended the approval"
    approval.confirm(session, "own/backup-checked", "desk", finalizing=True)
    approval.approve(session, "ann", finalizing=True)
    finalize.run(session)
    assert (bool(asked), outcome(session)) == (True, "done")


def test_a_runbook_that_says_something_else_than_what_was_approved_retires_nothing(
    session: Session, asked: list[str]
) -> None:
    approval.approve(session, "ann", finalizing=True)
    file = session.settings.home / "runbooks/finalize.toml"
    file.write_text(file.read_text().replace("Tasks first", "Tasks at once"))
    assert "approved is another plan" in refused(session).message
    assert not asked


def test_half_of_it_retired_it_is_gone_on_with_by_the_runbook_that_was_approved(session: Session) -> None:
    approval.approve(session, "ann", finalizing=True)
    broken_off(session, "gates/finalize", "retire/tasks")
    (session.settings.home / "runbooks/finalize.toml").write_text('name = "finalize"\nnot a runbook')
    finalize.run(session)
    assert [(run.run, run.outcome) for run in history.runs(session.history, "finalize")] == [("finalize-1", "done")]


def test_one_that_an_earlier_version_left_half_done_is_gone_on_with(session: Session) -> None:
    with session.writing() as journal:
        plan = finalize.prepare(session, journal).plan
        then = replace(plan, request={k: v for k, v in plan.request.items() if k not in ("runbook", "limits")})
        Record(then, journal).begin()
        journal.append(Kind.INTENT, run=plan.run, step="retire/tasks")
    finalize.run(session)
    assert [(run.run, run.outcome) for run in history.runs(session.history, "finalize")] == [("finalize-1", "done")]


def test_until_something_is_retired_the_approval_is_asked_for_again(session: Session, asked: list[str]) -> None:
    approval.approve(session, "ann", finalizing=True)
    broken_off(session, "gates/finalize")
    approval.revoke(session, "ann")
    assert refused(session).code == "CUT-100"
    assert not asked


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        (KeyboardInterrupt(), Interrupted),
        (StateConflict("the state database is gone", code="STA-003"), StateConflict),
    ],
    ids=["Ctrl-C", "a state that refuses"],
)
def test_one_that_is_broken_off_before_anything_is_retired_is_over(
    session: Session, asked: list[str], stop: BaseException, told: type[MigrateError]
) -> None:
    def emit(event: Event) -> None:
        if isinstance(event, StepFinished) and event.step == "gates/finalize":
            raise stop

    session.__dict__["announce"] = emit
    approval.approve(session, "ann", finalizing=True)
    with pytest.raises(told) as caught:
        finalize.run(session)
    assert not asked
    assert outcome(session) == "unwound"
    if told is Interrupted:
        assert "rollback is open" in caught.value.hint


def test_one_that_was_killed_before_anything_is_retired_leaves_the_way_back_open(
    session: Session, clock: HandClock
) -> None:
    with session.writing() as journal:
        journal.record(history.WINDOW, run="cutover-1", expires_at=NOW + timedelta(hours=24), facts={"seconds": 0.4})
    approval.approve(session, "ann", finalizing=True)
    broken_off(session, "gates/finalize")
    stands = standing(session.history, "orders")
    assert stands.next_command == "aurora-migrate cutover finalize (or: rollback)"
    assert stands.reverse_window_until
    way_back = clocks.way_back(session.history)
    assert way_back is not None
    assert way_back.proven
    with pytest.raises(SaysNo, match="replication was not set up"):
        cutover.rollback(session)
    assert outcome(session) == "unwound", "a later one does not go on with what was asked before the rollback"


def test_one_that_was_killed_before_anything_is_retired_is_gone_on_with_while_it_is_the_same(session: Session) -> None:
    approval.approve(session, "ann", finalizing=True)
    broken_off(session, "gates/finalize")
    finalize.run(session)
    assert [(run.run, run.outcome) for run in history.runs(session.history, "finalize")] == [("finalize-1", "done")]


def test_what_was_made_since_one_was_killed_is_retired_too(session: Session) -> None:
    approval.approve(session, "ann", finalizing=True)
    broken_off(session, "gates/finalize")
    slot = names.witness_slot("orders", 2)
    with session.writing() as journal:
        journal.record("validation", run="validate", expires_at=NOW + timedelta(days=1), facts={"witness": slot})
    refused(session)
    approval.approve(session, "ann", finalizing=True)
    finalize.run(session)
    runs = history.runs(session.history, "finalize")
    assert [run.outcome for run in runs[:-1]] == ["unwound"] * (len(runs) - 1)
    assert runs[-1].outcome == "done"
    assert slot in str(runs[-1].request["source_slots"])
    assert slot not in str(runs[0].request["source_slots"])


def test_what_has_begun_to_be_retired_is_gone_on_with(session: Session) -> None:
    approval.approve(session, "ann", finalizing=True)
    broken_off(session, "gates/finalize", "retire/tasks")
    approval.revoke(session, "ann")
    finalize.run(session)
    assert outcome(session) == "done", "half of it is gone: nobody is asked whether the rest shall stay"
