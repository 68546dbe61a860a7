"""Killed between AWS's yes to the switch and its note in the journal: nobody says where the application runs, and
nothing is decided by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from migrate.errors import SaysNo, StateConflict
from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.model.stored import Stored
from migrate.operations import approval, cutover, destroy, finalize, history, replicate, retire
from migrate.operations.control_room.assemble import control_room
from migrate.operations.rehearsal.permission import refuse_begun
from migrate.operations.status import standing
from migrate.operations.validate import validate
from migrate.ports.journal import Journal
from migrate.report.control_room.page import Pages
from migrate.report.control_room.text import lines
from migrate.report.documents import document, schema
from migrate.report.owner import told
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import BEGINNING, HandClock
from tests.unit.test_settings import GOOD, written

SWITCH = "switch/secret"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(load(written(tmp_path, GOOD)), clock=HandClock()) as opened:
        yield opened


def switching(journal: Journal, stage: str = "cutover", run: str = "cutover-1") -> None:
    journal.append(Kind.PLANNED, run=run, body={"stage": stage})
    journal.append(Kind.INTENT, run=run, step=SWITCH)


def switched(journal: Journal, stage: str = "cutover", run: str = "cutover-1") -> None:
    switching(journal, stage, run)
    journal.append(Kind.DONE, run=run, step=SWITCH)
    journal.append(Kind.OUTCOME, run=run, body={"outcome": "done"})


def test_status_opens_no_side(session: Session) -> None:
    with session.writing() as journal:
        switching(journal)
    found = standing(session.history, "orders", session.clock.now())
    assert (found.owner, found.next_command) == ("unknown", "aurora-migrate cutover resume")
    assert told(found.owner) == "a switch was under way: open neither side by hand"
    assert told("source") == "the application runs on the source"


def test_nor_does_it_within_a_rollback(session: Session) -> None:
    with session.writing() as journal:
        switched(journal)
        assert history.known_owner(journal) is Side.TARGET
        switching(journal, "rollback", "rollback-2")
    found = standing(session.history, "orders", session.clock.now())
    assert (found.owner, found.reverse_window_until) == ("unknown", None)


def test_the_control_room_says_so_too(session: Session) -> None:
    with session.writing() as journal:
        switched(journal)
        switched(journal, "rollback", "rollback-2")
        switching(journal, run="cutover-3")
    room = control_room(Stored(entries=tuple(session.history.entries())), "orders", BEGINNING)
    assert (room.owner, room.way_back) == ("unknown", None)
    jsonschema.validate(document(room), schema("control-room"))
    [head, *_] = lines(room)
    assert ("bad", " a switch was under way: open neither side by hand") in head
    panels = Pages().panels(room).html
    assert "runs on the" not in panels["head"] + panels["way_back"]
    assert "open neither side by hand" in panels["head"]


@pytest.mark.parametrize("end", ["done", "unwound"])
def test_once_it_is_settled_it_is_known(session: Session, end: str) -> None:
    with session.writing() as journal:
        switching(journal)
        if end == "done":
            journal.append(Kind.DONE, run="cutover-1", step=SWITCH)
        else:
            journal.append(Kind.UNDO, run="cutover-1", step=SWITCH)
            journal.append(Kind.UNDONE, run="cutover-1", step=SWITCH)
        assert history.owner(journal) is (Side.TARGET if end == "done" else Side.SOURCE)
        journal.append(Kind.INTENT, run="cutover-1", step=SWITCH)
        journal.append(Kind.OUTCOME, run="cutover-1", body={"outcome": end})
        assert history.owner(journal) is (Side.TARGET if end == "done" else Side.SOURCE)


DECIDERS = {
    "replicate destroy": lambda session: retire.destroy(session, "orders"),
    "cleanup": lambda session: retire.cleanup(session, "orders", abandon=True),
    "provision destroy": lambda session: destroy.destroy(session, session.settings.target.stack, lift_protection=True),
    "finalize": finalize.run,
    "approve the finalize": lambda session: approval.approve(session, "ann", finalizing=True),
    "validate": validate,
    "replicate stop": replicate.stop,
    "replicate resume": replicate.resume,
    "cutover run": lambda session: cutover.run(session, "cutover"),
    "rehearse": lambda session: refuse_begun(session.history),
    "whoever asks": lambda session: history.owner(session.history),
}


@pytest.mark.parametrize("decide", DECIDERS.values(), ids=DECIDERS)
def test_nothing_is_decided_by_it(session: Session, decide: Callable[[Session], object]) -> None:
    with session.writing() as journal:
        journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate"})
        journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
        switching(journal)
    with pytest.raises((SaysNo, StateConflict)) as refused:
        decide(session)
    assert refused.value.hint
