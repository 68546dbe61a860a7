"""Whether the way back is given up: asked of the journal, before anything is retired."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import Interrupted, MigrateError, SaysNo, SourceError, StateConflict, UsageError
from migrate.events import Event, Noted, StepFinished
from migrate.model.journal import Kind
from migrate.operations import approval, cutover, finalize, history, names, retire, runbooks
from migrate.operations.control_room import clocks
from migrate.operations.readiness.record import Record as Kept
from migrate.operations.readiness.way_back import way_back
from migrate.operations.runbooks import runbook
from migrate.operations.status import standing
from migrate.ports.journal import Journal
from migrate.runner.record import Record
from migrate.settings import load
from migrate.stages.cutover.finalize import plan, restore
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


def test_an_account_that_somebody_dropped_is_shut_out_already(session: Session, asked: list[str]) -> None:
    vars(session.target)["accounts"] = SimpleNamespace(locked=lambda user: True)
    approval.approve(session, "ann", finalizing=True)
    finalize.run(session)
    assert outcome(session) == "done"
    assert "lock" not in asked


def test_an_approved_finalize_retires_everything(session: Session, asked: list[str]) -> None:
    approval.approve(session, "ann", finalizing=True)
    finalize.run(session)
    assert {
        "delete_task",
        "drop_slot",
        "delete_endpoints",
        "delete_instance",
        "locked",
        "lock",
        "delete",
        "drop",
    } == set(asked)
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
    stands = standing(session.history, "orders", clock.now())
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


class Gone(Retired):
    """A source that is switched off, or only refuses."""

    code = "SRC-101"

    def __getattr__(self, name: str) -> Any:
        def ask(*_: object) -> None:
            raise SourceError("the server cannot be reached", code=self.code, hint="Look.", retryable=True)

        return ask


OF_THE_SOURCE = {"drop_slot", "locked", "lock", "drop"}


def switched_off(session: Session, asked: list[str]) -> Gone:
    """The old source is off; the target tells what it is asked apart from AWS."""
    gone, target = Gone(asked), Retired(asked)
    session.__dict__["source"] = SimpleNamespace(log=gone, accounts=gone, markers=gone, leftovers=gone)
    session.__dict__["target"] = SimpleNamespace(log=target, accounts=target, markers=target)
    return gone


def test_a_source_that_is_switched_off_bars_nothing_else(session: Session, asked: list[str]) -> None:
    """Aurora's slots would hold its log for ever, and DMS's instance would be paid for."""
    switched_off(session, asked)
    approval.approve(session, "ann", finalizing=True)
    with pytest.raises(SourceError) as told:
        finalize.run(session)
    assert "cutover finalize --without-source --by NAME" in told.value.hint
    assert {"delete_task", "delete_endpoints", "delete_instance", "delete"} | OF_THE_SOURCE == set(asked)
    assert outcome(session) == history.OPEN


def test_who_says_that_the_source_is_gone_ends_what_was_begun_without_that_word(
    session: Session, asked: list[str]
) -> None:
    switched_off(session, asked)
    approval.approve(session, "ann", finalizing=True)
    with pytest.raises(SourceError):
        finalize.run(session)
    asked.clear()
    noted: list[str] = []
    session.__dict__["announce"] = lambda event: noted.append(event.text) if isinstance(event, Noted) else None
    assert finalize.run(session, without_source="bob") == "bob"
    assert not asked, "what was retired is not retired again"
    assert outcome(session) == "done"
    assert "bob says that it is gone for good" in " ".join(noted)
    assert [one.facts for one in session.history.evidence(finalize.WITHOUT_SOURCE)] == [{"by": "bob"}]
    told = way_back(Kept(session.history), session.settings.gate_limits, NOW)
    assert (told.state.value, told.source_gone_by) == ("given up", "bob")


def test_the_word_stands_from_the_beginning_too_and_takes_no_approval_s_place(
    session: Session, asked: list[str]
) -> None:
    switched_off(session, asked)
    with pytest.raises(SaysNo, match="gate approved is closed"):
        finalize.run(session, without_source="bob")
    assert not asked
    approval.approve(session, "ann", finalizing=True)
    assert finalize.run(session, without_source="bob") == "bob"


def test_a_source_that_answers_is_retired_all_the_same(session: Session, asked: list[str]) -> None:
    approval.approve(session, "ann", finalizing=True)
    assert finalize.run(session, without_source="bob") == ""
    assert asked[-1] == "drop"
    assert history.without_source(session.history) == ""


def test_a_source_that_only_refuses_is_not_gone(session: Session, asked: list[str]) -> None:
    switched_off(session, asked).code = "SRC-102"
    approval.approve(session, "ann", finalizing=True)
    with pytest.raises(SourceError) as told:
        finalize.run(session, without_source="bob")
    assert (told.value.code, told.value.hint) == ("SRC-102", "Look.")
    assert outcome(session) == history.OPEN


def test_one_that_an_earlier_version_began_goes_on_by_the_steps_of_this_one(session: Session, asked: list[str]) -> None:
    """It had begun with the source's slots, and never came further."""
    with session.writing() as journal:
        ready = finalize.prepare(session, journal)
        request = json.loads(json.dumps(asdict(ready.world.request)))
        del request["limits"]
        begun: Any = {"stage": "finalize", "digest": "another", "request": request, "steps": ["retire/slots"]}
        journal.append(Kind.PLANNED, run=ready.plan.run, body=begun)
        journal.append(Kind.INTENT, run=ready.plan.run, step="retire/slots")
    switched_off(session, asked)
    assert finalize.run(session, without_source="bob") == "bob"
    assert {"delete_instance", "drop_slot"} <= set(asked)
    assert outcome(session) == "done"


def test_a_runbook_that_leaves_the_source_as_it_is_is_refused(session: Session, tmp_path: Path) -> None:
    shipped = runbook(session.settings, "finalize")
    with pytest.raises(UsageError, match="its last step is retire/switch, not retire/source"):
        plan(replace(shipped, sections=shipped.sections[:-1]), restore(REQUEST))


REQUEST: dict[str, Any] = {
    "migration": "orders",
    "run": "finalize-1",
    **{name: [] for name in ("tasks", "endpoints", "source_slots", "target_slots", "dms_users", "dms_secrets")},
}


@pytest.mark.parametrize(("code", "refused"), [("SRC-101", False), ("SRC-102", True)], ids=["gone", "only refuses"])
def test_a_cleanup_asks_no_more_of_a_source_that_somebody_said_is_gone(
    session: Session, asked: list[str], code: str, refused: bool
) -> None:
    gone = switched_off(session, asked)
    approval.approve(session, "ann", finalizing=True)
    finalize.run(session, without_source="bob")
    gone.code = code
    session.__dict__["leftovers"] = SimpleNamespace(find=list)
    session.__dict__["stacks"] = SimpleNamespace(status=lambda _: None)
    with pytest.raises(SaysNo) if refused else nullcontext() as told:
        left = retire.cleanup(session, "orders", abandon=False)
        assert [side for side, _ in left.unseen] == ["source"]
    if refused:
        assert told is not None
        assert told.value.code == "CLN-005"
