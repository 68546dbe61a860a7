"""`replicate stop`, `resume` and `apply-settings` end well only where every task is there and feeds its tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from checks.facts import TableName
from migrate.errors import AwsError, SaysNo, StateConflict
from migrate.events import Event, Noted
from migrate.model.journal import Kind
from migrate.model.replication import ReplicationTask, TableState, TableStatistics
from migrate.model.watching import LogStanding
from migrate.operations import feed_changes, history, replicate
from migrate.ports.journal import Journal
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written

TWO = '\n[[tasks]]\nname = "main"\ninclude = ["shop.*"]\n\n[[tasks]]\nname = "rest"\ninclude = ["other.*"]\n'
MAIN, REST, BACK = "orders-main-forward-0", "orders-rest-forward-0", "orders-main-reverse-1"
GIVEN_UP = (TableState.ERROR, TableState.CANCELLED, TableState.DOES_NOT_EXIST)


def task(identifier: str, status: str = "running", *states: str) -> ReplicationTask:
    tables = tuple(TableStatistics(table=TableName("shop", f"t{n}"), state=state) for n, state in enumerate(states))
    return ReplicationTask(identifier=identifier, arn="arn", status=status, tables=tables)


class SomeTasks:
    """Those that AWS has. `markers` of a side arrive while `arrive`."""

    def __init__(self, *tasks: ReplicationTask) -> None:
        self.known = {one.identifier: one for one in tasks}
        self.told: list[str] = []
        self.arrive = True
        self.of_another_size: list[str] = []
        self.changes = SimpleNamespace(
            check=lambda _: None,
            differing=lambda _: [],
            instance_differing=lambda: self.of_another_size,
            modify_instance=self._modify_instance,
        )

    def _modify_instance(self) -> None:
        self.told.append(f"modify {', '.join(self.of_another_size)}")
        self.of_another_size = []

    def describe(self, identifier: str) -> ReplicationTask | None:
        return self.known.get(identifier)

    def stop(self, identifier: str) -> None:
        self.told.append(f"stop {identifier}")

    def start(self, identifier: str) -> None:
        """It runs."""

    def resume(self, identifier: str) -> None:
        self.told.append(f"resume {identifier}")
        states = [TableState.COMPLETED if self.known[identifier].status == "stopped" else table.state
                  for table in self.known[identifier].tables]  # fmt: skip
        self.known[identifier] = task(identifier, "running", *states)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(load(written(tmp_path, GOOD + TWO)), clock=HandClock()) as opened:
        yield opened


def fed_by(session: Session, tasks: SomeTasks) -> list[str]:
    """The warnings that it is going to give."""
    told: list[str] = []
    markers = SimpleNamespace(write=lambda *_: None, seen=lambda *_: tasks.arrive)
    standing = LogStanding(held_bytes=0, held_by="nothing")
    side = SimpleNamespace(markers=markers, feed=SimpleNamespace(log=lambda *_: standing), close=lambda: None)

    def heard(event: Event) -> None:
        if isinstance(event, Noted) and event.warning:
            told.append(event.text)

    parts: dict[str, Any] = {"tasks": tasks, "source": side, "target": side, "emit": heard}
    session.__dict__.update(parts)
    return told


def set_up(journal: Journal, *names: str) -> None:
    request = {"tasks": [{"name": name, "tables": []} for name in names]}
    journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate", "request": request})
    journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})


def cut_over(journal: Journal) -> None:
    journal.append(Kind.PLANNED, run="cutover-1", body={"stage": "cutover", "request": {}})
    journal.append(Kind.DONE, run="cutover-1", step=history.SWITCH)
    journal.append(Kind.OUTCOME, run="cutover-1", body={"outcome": "done"})


def test_a_task_that_vanished_is_not_stopped_in_silence_and_the_others_are(session: Session) -> None:
    tasks = SomeTasks(task(MAIN))
    fed_by(session, tasks)
    with session.writing() as journal:
        set_up(journal, "main", "rest")
    with pytest.raises(AwsError) as refused:
        replicate.stop(session)
    assert (refused.value.code, REST in refused.value.message) == ("AWS-TASK-GONE", True)
    assert MAIN not in refused.value.message
    assert f"stop {MAIN}" in tasks.told


def test_what_was_never_made_is_not_missed(session: Session) -> None:
    fed_by(session, SomeTasks())
    assert replicate.stop(session) == []
    with session.writing() as journal:
        request = {"tasks": [{"name": name, "tables": []} for name in ("main", "rest")]}
        journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate", "request": request})
    assert replicate.stop(session) == []
    with session.writing() as journal:
        journal.append(Kind.DONE, run="replicate-1", step="dms/task:main")
    with pytest.raises(AwsError, match=f"there is no task {MAIN}"):
        replicate.stop(session)


def test_settings_are_not_applied_to_a_task_that_vanished(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    fed_by(session, SomeTasks(task(MAIN)))
    monkeypatch.setattr(feed_changes, "specs", lambda *_: [SimpleNamespace(identifier=one) for one in (MAIN, REST)])
    with session.writing() as journal:
        set_up(journal, "main", "rest")
    with pytest.raises(AwsError) as refused:
        feed_changes.apply_settings(session)
    assert (refused.value.code, refused.value.message) == ("AWS-TASK-GONE", f"there is no task {REST}")


# --- the way back ----------------------------------------------------------------------------------------------------


@pytest.fixture
def turned(tmp_path: Path) -> Iterator[Session]:
    """After a cutover, with one task."""
    with Session(load(written(tmp_path, GOOD)), clock=HandClock()) as opened:
        with opened.writing() as journal:
            set_up(journal, "main")
            cut_over(journal)
        yield opened


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("state", GIVEN_UP)
def test_a_way_back_that_gave_a_table_up_is_not_resumed(turned: Session, state: str, arrives: bool) -> None:
    tasks = SomeTasks(task(BACK, "running", TableState.COMPLETED, state))
    tasks.arrive = arrives
    fed_by(turned, tasks)
    with pytest.raises(SaysNo) as refused:
        replicate.resume(turned)
    assert refused.value.code == "REP-068"
    assert f"does not feed shop.t1 ({state})" in refused.value.message
    assert "validate --repair" in refused.value.hint


def test_after_a_handover_the_size_of_the_instance_is_all_that_is_applied(turned: Session) -> None:
    """Its disk may fill within the reverse window, too, and its tasks are no longer those of migration.toml."""
    tasks = SomeTasks(task(BACK, "running"))
    fed_by(turned, tasks)
    assert feed_changes.differing(turned) == {}
    with pytest.raises(SaysNo) as refused:
        feed_changes.apply_settings(turned)
    assert refused.value.code == "REP-066"
    tasks.of_another_size = ["AllocatedStorage"]
    assert feed_changes.differing(turned) == {"the replication instance": ["AllocatedStorage"]}
    feed_changes.apply_settings(turned)
    assert tasks.told == ["modify AllocatedStorage"]
    (run,) = history.runs(turned.history, "replicate apply-settings")
    assert run.outcome == "done"
    with turned.writing() as journal:
        journal.append(Kind.PLANNED, run="rollback-2", body={"stage": "rollback", "request": {}})
    tasks.of_another_size = ["AllocatedStorage"]
    with pytest.raises(StateConflict):
        feed_changes.apply_settings(turned)


def test_one_that_only_has_much_to_catch_up_with_is_left_to_it(turned: Session) -> None:
    tasks = SomeTasks(task(BACK, "running", TableState.COMPLETED))
    tasks.arrive = False
    warned = fed_by(turned, tasks)
    assert [one.status for one in replicate.resume(turned)] == ["running"]
    assert warned == [f"{BACK} runs, and is still catching up"]


def test_what_it_left_out_before_it_was_stopped_has_to_be_looked_for(turned: Session) -> None:
    """It takes the table up again, and nothing would tell any more."""
    warned = fed_by(turned, SomeTasks(task(BACK, "stopped", TableState.COMPLETED, TableState.ERROR)))
    with turned.writing() as journal:
        journal.record("validation", run="validate-1", expires_at=turned.clock.now(), facts={"verdict": "match"})
    replicate.resume(turned)
    assert "shop.t1" in warned[0]
    assert turned.history.evidence("validation")[-1].facts["verdict"] == "stale"


def test_a_second_resume_of_a_forward_task_tells_what_it_does_not_feed(tmp_path: Path) -> None:
    with Session(load(written(tmp_path, GOOD)), clock=HandClock()) as opened:
        with opened.writing() as journal:
            set_up(journal, "main")
        tasks = SomeTasks(task(MAIN, "running", TableState.CANCELLED))
        tasks.resume = lambda *_, **__: None  # type: ignore[method-assign]
        tasks.await_following = lambda identifier, **_: tasks.known[identifier]  # type: ignore[attr-defined]
        fed_by(opened, tasks)
        with pytest.raises(SaysNo, match=r"does not feed shop\.t0 \(Table cancelled\)"):
            replicate.resume(opened)
