"""Which feed is looked at while a handover is open: from the start of its ways back on, theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.model.replication import ReplicationTask
from migrate.operations import feed_changes, history, replicate, watch
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written
from tests.watching.recorded import AT, TASK
from tests.watching.test_looking import Aws, End

TWO_TASKS = GOOD + '[[tasks]]\nname = "main"\ninclude = ["app.a"]\n[[tasks]]\nname = "rest"\ninclude = ["app.b"]\n'
BACK = ["orders-main-reverse-1", "orders-rest-reverse-1"]
STARTED = ("switch/secret", "after/start-way-back:main", "after/start-way-back:rest")


@dataclass
class Dms(Aws):
    """Knows these tasks and no others, and runs them."""

    there: list[str] = field(default_factory=list)
    changes = SimpleNamespace(instance_differing=list)

    def describe(self, identifier: str) -> ReplicationTask | None:
        return replace(TASK, identifier=identifier) if identifier in self.there else None


@pytest.fixture
def dms() -> Dms:
    return Dms()


@pytest.fixture
def session(tmp_path: Path, dms: Dms) -> Iterator[Session]:
    with Session(load(written(tmp_path, TWO_TASKS)), clock=HandClock(AT)) as opened:
        opened.__dict__ |= {"source": End(), "target": End(), "tasks": dms, "task_watch": dms}
        tasks = [
            {"name": name, "tables": [{"schema": "app", "name": table}]}
            for name, table in (("main", "a"), ("rest", "b"))
        ]
        begun(opened, "replicate", "replicate-1", {"tasks": tasks}, "done")
        yield opened


def begun(session: Session, stage: str, run: str, request: Any, outcome: str = "", steps: tuple[str, ...] = ()) -> None:
    with session.writing() as journal:
        journal.append(Kind.PLANNED, run=run, body={"stage": stage, "request": request})
        for step in steps:
            journal.append(Kind.DONE, run=run, step=step)
        if outcome:
            journal.append(Kind.OUTCOME, run=run, body={"outcome": outcome})


FEEDS = {"feeds": [{"name": "main"}, {"name": "rest"}]}


def seen(session: Session) -> tuple[Side, list[str], list[str]]:
    """Which side is read, by which tasks, and what is wrong with them as a whole."""
    report = watch.once(session, watch.WatchRequest())
    return (
        report.leaving,
        [feed.task for feed in report.feeds],
        [one.code for one in report.findings if one.code == "DMS101"],
    )


def test_a_run_that_was_killed_once_its_feed_was_retired_is_no_reason_to_load_anew(session: Session, dms: Dms) -> None:
    begun(session, "cutover", "cutover-1", FEEDS, steps=(*STARTED, "after/retire-feed:main", "after/retire-feed:rest"))
    dms.there = BACK
    assert seen(session) == (Side.TARGET, BACK, [])
    assert [task.identifier for task in replicate.status(session)] == BACK
    assert feed_changes.differing(session) == {}, "no task of the set-up feeds any more"


def test_nor_is_that_of_a_rollback(session: Session, dms: Dms) -> None:
    begun(session, "cutover", "cutover-1", FEEDS, "done", STARTED)
    begun(session, "rollback", "rollback-2", FEEDS, steps=STARTED)
    dms.there = forth = ["orders-main-forward-2", "orders-rest-forward-2"]
    assert seen(session) == (Side.SOURCE, forth, [])


def test_until_every_way_back_is_started_the_old_feed_is_what_there_is(session: Session, dms: Dms) -> None:
    begun(session, "cutover", "cutover-1", FEEDS, steps=STARTED[:-1])
    dms.there = forth = ["orders-main-forward-0", "orders-rest-forward-0"]
    assert seen(session) == (Side.SOURCE, forth, [])


def test_a_way_back_that_is_gone_is_told(session: Session, dms: Dms) -> None:
    begun(session, "cutover", "cutover-1", FEEDS, steps=STARTED)
    dms.there = BACK[:1]
    assert seen(session) == (Side.TARGET, BACK, ["DMS101"])


def test_a_finalize_that_waits_for_the_source_has_no_feed_to_look_at(session: Session) -> None:
    """It has retired the tasks, and is open."""
    begun(session, "cutover", "cutover-1", FEEDS, "done", STARTED)
    with session.writing() as journal:
        journal.append(Kind.PLANNED, run="finalize-1", body={"stage": "finalize"})
        journal.append(Kind.INTENT, run="finalize-1", step="retire/tasks")
    assert history.gave_up(session.history) is not None
    assert seen(session) == (Side.TARGET, [], [])
