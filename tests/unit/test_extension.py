"""The end of the reverse window is moved only for a way back that works now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrate.errors import SaysNo, StateConflict
from migrate.events import Event, ReverseWindowOpened
from migrate.model.journal import Kind
from migrate.operations import cutover, extension, history
from migrate.operations.control_room import clocks
from migrate.operations.status import standing
from migrate.ports.journal import Journal
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


class Feed:
    """The task of the way back: what is written on the target is seen on the source, while it runs."""

    def __init__(self) -> None:
        self.running = self.passes = True
        self.told: list[Event] = []
        self.kept: list[int] = []
        """Hours that a log was asked to be kept for."""
        self._rows: set[tuple[str, str]] = set()

    def describe(self, identifier: str) -> SimpleNamespace:
        return SimpleNamespace(status="running" if self.running else "failed")

    def write(self, marker: str, token: str) -> None:
        assert marker == "reverse_main"
        if self.passes:
            self._rows.add((marker, token))

    def seen(self, marker: str, token: str) -> bool:
        return (marker, token) in self._rows


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def session(tmp_path: Path, clock: HandClock, feed: Feed) -> Iterator[Session]:
    """After a cutover whose reverse window is open for a day."""
    with Session(load(written(tmp_path, GOOD)), clock=clock) as opened:
        side = SimpleNamespace(markers=feed, log=SimpleNamespace(keep=feed.kept.append))
        opened.__dict__ |= {"source": side, "target": side, "tasks": feed, "announce": feed.told.append}
        with opened.writing() as journal:
            switched(journal)
            proven(journal)
        yield opened


def switched(journal: Journal) -> None:
    journal.append(Kind.PLANNED, run="cutover-1", body={"stage": "cutover"})
    journal.append(Kind.INTENT, run="cutover-1", step="freeze/fence")
    journal.append(Kind.DONE, run="cutover-1", step="switch/secret")
    journal.append(Kind.DONE, run="cutover-1", step="open/fence")


def proven(journal: Journal) -> None:
    journal.record(history.WINDOW, run="cutover-1", expires_at=NOW + timedelta(hours=24), facts={"tasks": ["main"]})
    journal.append(Kind.OUTCOME, run="cutover-1", body={"outcome": "done"})


def hours_left(session: Session, clock: HandClock) -> float:
    until = history.deadline(session.history)
    assert until is not None
    assert standing(session.history, "orders", clock.now()).reverse_window_until == until.isoformat()
    way = clocks.way_back(session.history)
    assert way is not None
    assert way.until == until, "the control room says the same"
    return (until - clock.now()).total_seconds() / 3600


def next_command(session: Session, clock: HandClock) -> str:
    return standing(session.history, "orders", clock.now()).next_command


def test_hours_are_added_to_the_end_and_everybody_is_told(session: Session, clock: HandClock, feed: Feed) -> None:
    clock.sleep(3600)
    moved = extension.extend(session, 48, "ann")
    assert (moved.before, moved.until) == (NOW + timedelta(hours=24), NOW + timedelta(hours=72))
    assert hours_left(session, clock) == 71
    assert feed.told == [ReverseWindowOpened(moved.until)]
    assert feed.kept == [72 + 24] * 2, "both logs, and a day to mend a feed in"
    assert session.history.evidence(history.WINDOW)[-1].facts["extended_by"] == "ann"


def test_a_window_that_has_ended_is_open_again_from_now(session: Session, clock: HandClock) -> None:
    assert next_command(session, clock) == "aurora-migrate cutover finalize (or: rollback)"
    clock.sleep(30 * 3600)
    with pytest.raises(SaysNo) as told:
        cutover.rollback(session)
    assert (told.value.code, "cutover extend" in told.value.hint) == ("CUT-005", True)
    assert "cutover extend --hours 24, then: rollback" in next_command(session, clock)
    extension.extend(session, 2, "ann")
    assert next_command(session, clock) == "aurora-migrate cutover finalize (or: rollback)"
    assert hours_left(session, clock) == 2
    with pytest.raises(SaysNo, match="replication was not set up"):
        cutover.rollback(session)


def test_a_way_back_that_feeds_nobody_is_not_made_longer(session: Session, clock: HandClock, feed: Feed) -> None:
    feed.passes = False
    with pytest.raises(SaysNo, match="did not arrive"):
        extension.extend(session, 48, "ann")
    feed.running = False
    with pytest.raises(SaysNo, match="no marker can arrive"):
        extension.extend(session, 48, "ann")
    assert history.deadline(session.history) == NOW + timedelta(hours=24)
    assert feed.told == []


def test_before_the_way_back_is_proven_there_is_nothing_to_make_longer(tmp_path: Path, clock: HandClock) -> None:
    with Session(load(written(tmp_path, GOOD)), clock=clock) as opened:
        with pytest.raises(SaysNo, match="does not run on the target"):
            extension.extend(opened, 1, "ann")
        with opened.writing() as journal:
            switched(journal)
        with pytest.raises(StateConflict, match="a handover is open"):
            extension.extend(opened, 1, "ann")
        with opened.writing() as journal:
            journal.append(Kind.OUTCOME, run="cutover-1", body={"outcome": "done"})
        with pytest.raises(SaysNo) as told:
            extension.extend(opened, 1, "ann")
        assert told.value.code == "CUT-022"


def test_what_a_rollback_takes_is_told_by_the_handover_that_was_measured(session: Session, clock: HandClock) -> None:
    found = standing(session.history, "orders", clock.now()).rollback
    assert found is not None
    assert found["basis"] == "cutover-1 of 2026-11-28 02:00 UTC: no rollback was measured yet"
    with session.writing() as journal:
        journal.append(Kind.PLANNED, run="rollback-2", body={"stage": "rollback"})
        journal.append(Kind.INTENT, run="rollback-2", step="freeze/fence")
        clock.sleep(2.5)
        journal.append(Kind.DONE, run="rollback-2", step="switch/secret")
        journal.append(Kind.DONE, run="rollback-2", step="open/fence")
        journal.append(Kind.OUTCOME, run="rollback-2", body={"outcome": "done"})
        assert standing(session.history, "orders", clock.now()).rollback is None, "the application is on the source"
        journal.append(Kind.PLANNED, run="cutover-3", body={"stage": "cutover"})
        journal.append(Kind.DONE, run="cutover-3", step="switch/secret")
        journal.record(history.WINDOW, run="cutover-3", expires_at=NOW + timedelta(hours=24), facts={"tasks": ["main"]})
        journal.append(Kind.OUTCOME, run="cutover-3", body={"outcome": "done"})
    found = standing(session.history, "orders", clock.now()).rollback
    assert found is not None
    assert (found["freeze_seconds"], found["basis"]) == (2.5, "rollback-2 of 2026-11-28 02:00 UTC")
