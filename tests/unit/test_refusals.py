"""What the journal alone forbids: neither a database nor AWS is asked, and nothing is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from migrate.errors import SaysNo
from migrate.operations import replicate
from migrate.settings import load
from migrate.wiring import Session
from tests.unit.test_settings import GOOD, written

ASSESSED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@dataclass
class StoppedClock:
    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(ASSESSED)


@pytest.fixture
def session(tmp_path: Path, clock: StoppedClock) -> Session:
    return Session(load(written(tmp_path, GOOD)), clock=clock)


def test_an_assessment_that_expired_starts_no_replication(session: Session, clock: StoppedClock) -> None:
    with session, session.writing() as journal:
        journal.record("assessment", run="assess", expires_at=ASSESSED + WEEK, facts={"blockers": 0})
    clock.instant = ASSESSED + WEEK
    with session, pytest.raises(SaysNo, match="expired at 2026-11-30 02:00 UTC") as refused:
        replicate.start(session)
    assert refused.value.code == "REP-005"
