"""Which approvals stand: the journal's order decides, for the clocks of two machines never quite agree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from migrate.errors import StateConflict
from migrate.model.journal import Kind
from migrate.model.stored import Stored
from migrate.operations import approval, history
from migrate.operations.control_room.assemble import control_room
from migrate.operations.read_entries import ReadEntries
from migrate.ports.journal import Journal
from migrate.settings import load
from migrate.stages.cutover.consent import APPROVAL, REVOCATION, consented_to, standing, valid
from migrate.state.lease import hold
from migrate.state.store import Store
from migrate.wiring.session import Session
from tests.clocks import BEGINNING, HandClock
from tests.unit.test_settings import GOOD, written

DAY = timedelta(days=1)
BEHIND = -180.0
"""Seconds by which the clock of another machine is behind."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/state.db")
    yield opened
    opened.close()


@pytest.fixture
def journal(store: Store, clock: HandClock) -> Iterator[Journal]:
    with hold(store, "shop", "test", clock=clock) as lease:
        yield store.journal("shop", lease)


def approve(journal: Journal, by: str = "ann") -> None:
    facts = {"by": by, "digest": "d"}
    journal.record(APPROVAL, run="cutover-1", expires_at=BEGINNING + DAY, facts=facts)


def revoke(journal: Journal, by: str = "ann") -> None:
    journal.record(REVOCATION, run="approval", expires_at=BEGINNING + DAY, facts={"by": by})


def gate(journal: Journal, answer: str) -> None:
    journal.append(Kind.GATE, run="cutover-1", body={"gate": "lag-small", "answer": answer})


def stand(journal: Journal) -> list[str]:
    return [str(one.facts["by"]) for one in standing(journal, "cutover-1")]


def test_a_revocation_from_a_machine_whose_clock_is_behind_counts(journal: Journal, clock: HandClock) -> None:
    approve(journal)
    clock.sleep(BEHIND)
    revoke(journal)
    assert stand(journal) == []
    assert not valid(journal, "cutover-1", "d", clock.now())


def test_an_approval_after_a_revocation_stands_though_its_clock_is_behind(journal: Journal, clock: HandClock) -> None:
    approve(journal)
    revoke(journal)
    clock.sleep(BEHIND)
    approve(journal)
    assert stand(journal) == ["ann"]


def test_a_gate_that_was_refused_by_a_clock_that_is_behind_ends_the_approvals(
    journal: Journal, clock: HandClock
) -> None:
    approve(journal)
    clock.sleep(BEHIND)
    gate(journal, "closed")
    assert stand(journal) == []
    clock.sleep(BEHIND)
    approve(journal)
    assert stand(journal) == ["ann"], "the plan was approved after it was refused"


def test_what_is_agreed_to_is_the_handover_that_can_begin_where_the_application_runs(journal: Journal) -> None:
    told = [history.next_handover(journal)]
    for run in ("cutover-1", "rollback-2"):
        journal.append(Kind.PLANNED, run=run, body={"stage": run.partition("-")[0]})
        told.append(history.next_handover(journal))
        journal.append(Kind.INTENT, run=run, step=history.SWITCH)
        told.append(history.next_handover(journal))
        journal.append(Kind.DONE, run=run, step=history.SWITCH)
        journal.append(Kind.OUTCOME, run=run, body={"outcome": "done"})
        told.append(history.next_handover(journal))
    assert told == ["cutover", "cutover", "cutover", "rollback", "rollback", "rollback", "cutover"]


def test_what_cannot_be_revoked_while_it_is_acted_on_can_be_stopped(tmp_path: Path) -> None:
    with Session(load(written(tmp_path, GOOD)), clock=HandClock()) as session:
        cutover = hold(session.store, "orders", "cutover run", clock=session.clock)
        with cutover, pytest.raises(StateConflict) as held:
            approval.revoke(session, "ann")
        assert held.value.code == "STA-020"
        assert "Stop a cutover that is under way" in held.value.hint
        assert f"kill {os.getpid()}" in held.value.hint


def test_two_approvals_of_one_instant_are_two(journal: Journal) -> None:
    approve(journal, "ann")
    approve(journal, "bob")
    entries = tuple(journal.entries())
    assert stand(ReadEntries(entries)) == ["ann", "bob"]
    room = control_room(Stored(entries=entries), "shop", BEGINNING)
    assert sorted(one.by for one in room.approvals) == ["ann", "bob"]


def test_what_is_waived_since_was_not_consented_to(journal: Journal, clock: HandClock) -> None:
    """The blockers are as few as they were; what somebody answers for is more."""

    def assessed(waived: str | None) -> None:
        facts = {"blockers": 0, "waived": waived}
        journal.record("assessment", run="assess-1", expires_at=BEGINNING + DAY, facts=facts)

    assessed(None)
    facts = {"by": "ann", "digest": "d", "consented_to": consented_to(journal)}
    journal.record(APPROVAL, run="cutover-1", expires_at=BEGINNING + DAY, facts=facts)
    assert valid(journal, "cutover-1", "d", clock.now())
    assessed("1f2e")
    assert not valid(journal, "cutover-1", "d", clock.now())


def test_an_answer_that_changed_and_changed_back_is_not_the_one_that_was_consented_to(
    journal: Journal, clock: HandClock
) -> None:
    """A blocker came, and somebody waived it: whoever approved before saw neither."""

    def assessed(blockers: int) -> None:
        journal.record("assessment", run="assess-1", expires_at=BEGINNING + DAY, facts={"blockers": blockers})

    def approved() -> None:
        facts = {"by": "ann", "digest": "d", "consented_to": consented_to(journal)}
        journal.record(APPROVAL, run="cutover-1", expires_at=BEGINNING + DAY, facts=facts)

    assessed(0)
    approved()
    assessed(0)
    assert valid(journal, "cutover-1", "d", clock.now()), "the same answer, asked for once more"
    assessed(1)
    assert not valid(journal, "cutover-1", "d", clock.now())
    assessed(0)
    assert not valid(journal, "cutover-1", "d", clock.now())
    assert stand(journal) == [], "the gate asks what stands"
    approved()
    assert valid(journal, "cutover-1", "d", clock.now())
