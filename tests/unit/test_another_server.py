"""A place in MySQL's log means nothing on a server that was promoted in the source's place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrate.errors import SaysNo
from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.model.replication import ReplicationTask
from migrate.model.watching import LogStanding
from migrate.operations import watch
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written


@pytest.fixture(params=["mysql", "postgres"])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """After a load that was read from the server `first`; no task is asked for."""
    text = GOOD
    if request.param == "mysql":
        text = text.replace('"postgres"', '"mysql"').replace("aurora-postgresql", "aurora-mysql")
        text = text.replace('version = "17.5"', 'version = "8.0.mysql_aurora.3.08.0"')
    with Session(load(written(tmp_path, text)), clock=HandClock()) as opened:
        opened.__dict__["source"] = SimpleNamespace(server="first", identity=lambda: SimpleNamespace(server=answers[0]))
        opened.__dict__["tasks"] = SimpleNamespace(describe=lambda _: None)
        with opened.writing() as journal:
            journal.append(
                Kind.PLANNED,
                run="replicate-1",
                body={"stage": "replicate", "request": {"tasks": [{"name": "main", "tables": []}]}},
            )
            journal.append(Kind.INTENT, run="replicate-1", step="dms/start-load:main", body={"server": "first"})
            journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
        yield opened


answers = ["first"]


def asked(session: Session, server: str) -> None:
    answers[0] = server
    watch.refuse_gaps(session)


def test_only_the_server_that_was_read_is_gone_on_with(session: Session) -> None:
    asked(session, "first")
    if session.settings.source.engine == "postgres":
        asked(session, "second")  # there the slot tells: it is on one server alone
        return
    with pytest.raises(SaysNo) as told:
        asked(session, "second")
    assert told.value.code == "REP-085"
    assert "(second)" in str(told.value)


def test_since_a_rollback_it_is_the_server_on_which_the_place_was_noted_then(session: Session) -> None:
    if session.settings.source.engine == "postgres":
        return
    with session.writing() as journal:
        journal.append(Kind.PLANNED, run="rollback-2", body={"stage": "rollback", "request": {}})
        journal.append(Kind.DONE, run="rollback-2", step="close/capture-position:main", body={"server": "second"})
        journal.append(Kind.DONE, run="rollback-2", step="switch/secret")
        journal.append(Kind.OUTCOME, run="rollback-2", body={"outcome": "done"})
    asked(session, "second")
    with pytest.raises(SaysNo, match="another server"):
        asked(session, "first")


def test_neither_where_a_slot_tells_nor_of_aurora_is_one_server_insisted_on(session: Session) -> None:
    slotless = session.settings.source.engine == "mysql"
    assert watch.read_server(session, Side.SOURCE) == ("first" if slotless else None)
    assert watch.read_server(session, Side.TARGET) is None


def test_a_single_task_is_asked_for_its_own_log_alone(session: Session) -> None:
    answers[0] = "first"
    session.source.__dict__["feed"] = SimpleNamespace(
        log=lambda *_: LogStanding(held_bytes=0, held_by="", gap="begun anew", silent=True)
    )
    session.tasks.__dict__["describe"] = lambda name: ReplicationTask(identifier=name, arn="arn", status="stopped")
    watch.refuse_gaps(session, "orders-other-forward-0")
    with pytest.raises(SaysNo, match="orders-main-forward-0 must not be resumed: begun anew"):
        watch.refuse_gaps(session, "orders-main-forward-0")
