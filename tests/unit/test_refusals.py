"""What the journal alone forbids: neither a database nor AWS is asked, and nothing is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import SaysNo, StateConflict
from migrate.model.database import Credentials, Side
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.operations import approval, cutover, cutover_plan, history, replicate
from migrate.operations.status import standing
from migrate.operations.validate import validate
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written

ASSESSED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(ASSESSED)


@pytest.fixture
def session(tmp_path: Path, clock: HandClock) -> Session:
    return Session(load(written(tmp_path, GOOD)), clock=clock)


def test_an_assessment_that_expired_starts_no_replication(session: Session, clock: HandClock) -> None:
    with session, session.writing() as journal:
        journal.record("assessment", run="assess", expires_at=ASSESSED + WEEK, facts={"blockers": 0})
    clock.instant = ASSESSED + WEEK
    with session, pytest.raises(SaysNo, match="expired at 2026-11-30 02:00 UTC") as refused:
        replicate.start(session)
    assert refused.value.code == "REP-005"


EVERYTHING_ELSE = pytest.mark.parametrize(
    "command",
    [
        validate,
        cutover.rollback,
        lambda session: cutover.run(session, "cutover"),
        cutover_plan.shown,
        lambda session: cutover_plan.shown(session, "rollback"),
        lambda session: approval.approve(session, "ann"),
    ],
    ids=["validate", "rollback", "cutover run", "cutover plan", "plan of a rollback", "cutover approve"],
)


@EVERYTHING_ELSE
def test_a_finalize_that_has_retired_something_is_gone_on_with_and_nothing_else(
    session: Session, command: Callable[[Session], object]
) -> None:
    with session, session.writing() as journal:
        journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate"})
        journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
        journal.append(Kind.PLANNED, run="finalize-1", body={"stage": "finalize"})
        journal.append(Kind.INTENT, run="finalize-1", step="retire/tasks")
    with session, pytest.raises(StateConflict, match="finalize-1") as refused:
        command(session)
    assert refused.value.code == "STA-015"
    assert "cutover finalize" in refused.value.hint


@EVERYTHING_ELSE
def test_a_finalize_that_was_broken_off_before_it_retired_anything_forbids_nothing(
    session: Session, command: Callable[[Session], object]
) -> None:
    with session, session.writing() as journal:
        journal.append(Kind.PLANNED, run="finalize-1", body={"stage": "finalize"})
        journal.append(Kind.INTENT, run="finalize-1", step="gates/finalize")
        journal.append(Kind.DONE, run="finalize-1", step="gates/finalize")
    with session, pytest.raises(SaysNo, match="replication was not set up"):
        command(session)


@EVERYTHING_ELSE
def test_after_a_finalize_nothing_is_begun_any_more(session: Session, command: Callable[[Session], object]) -> None:
    with session, session.writing() as journal:
        journal.append(Kind.PLANNED, run="finalize-1", body={"stage": "finalize"})
        journal.append(Kind.OUTCOME, run="finalize-1", body={"outcome": "done"})
    with session, pytest.raises(SaysNo, match="finalize-1 gave up the way back") as refused:
        command(session)
    assert refused.value.code == "CUT-012"
    assert "this migration has ended" in refused.value.message
    assert "aurora-migrate cleanup" in refused.value.hint
    assert "rollback" not in refused.value.hint


def test_after_a_finalize_the_status_names_the_cleanup_until_that_has_ended(session: Session) -> None:
    told = []
    with session, session.writing() as journal:
        for stage in ("finalize", history.CLEANUP):
            journal.append(Kind.PLANNED, run=f"{stage}-1", body={"stage": stage})
            journal.append(Kind.OUTCOME, run=f"{stage}-1", body={"outcome": "done"})
            told.append(standing(journal, "shop", session.clock.now()).next_command)
    assert told == ["aurora-migrate cleanup", "nothing is left to do"]


@dataclass
class SecretOf:
    """Stands for the traffic and for both fences: who the application is, and where no fence holds it."""

    user: str
    beyond: tuple[Side, ...] = ()

    def credentials(self) -> Credentials:
        return Credentials(self.user, "of no use here")

    def side(self, side: Side) -> Any:
        return SimpleNamespace(side=side, fence=SimpleNamespace(passed_by=lambda user: side in self.beyond))


@pytest.mark.parametrize(
    ("application", "code", "told"),
    [
        (SecretOf("shop", (Side.SOURCE,)), "CUT-009", "whom no fence holds on the source"),
        (SecretOf("shop", (Side.TARGET,)), "CUT-009", "whom no fence holds on the target"),
        (SecretOf("aurora_migrate_feed"), "CUT-008", "stays connected through a freeze"),
    ],
    ids=["superuser on the source", "superuser on the target", "one who stays connected"],
)
def test_an_application_that_no_fence_holds_is_not_cut_over(
    session: Session, application: SecretOf, code: str, told: str
) -> None:
    request: Facts = {"tasks": [{"name": "main", "tables": []}]}
    with session, session.writing() as journal:
        journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate", "request": request})
        journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
        journal.record("validation", run="validate", expires_at=ASSESSED + WEEK, facts={"witness": "w"})
    session.__dict__ |= {side.value: application.side(side) for side in Side} | {"traffic": application}
    with session, pytest.raises(SaysNo, match=told) as refused:
        cutover.run(session, "cutover")
    assert refused.value.code == code


def test_a_run_that_asked_anew_is_known_by_its_last_request(session: Session) -> None:
    with session, session.writing() as journal:
        for slot in ("first", "second"):
            body = {"stage": "finalize", "request": {"source_slots": [slot]}}
            journal.append(Kind.PLANNED, run="finalize-1", body=body)
        begun = history.open_run(journal, "finalize")
    assert begun is not None
    assert begun.request == {"source_slots": ["second"]}
