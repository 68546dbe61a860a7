"""A time is predicted from what this migration measured, and from nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from checks.facts import Catalog, Origin, Table, TableName
from checks.route import Engine
from migrate.model.assessment import Predictions
from migrate.model.journal import Kind
from migrate.operations.measured import measured
from migrate.ports.journal import Journal
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def session(tmp_path: Path, clock: HandClock) -> Session:
    return Session(load(written(tmp_path, GOOD)), clock=clock)


def catalog(*rows: int | None) -> Catalog:
    tables = tuple(Table(name=TableName("public", f"t{n}"), rows=count) for n, count in enumerate(rows))
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, tables=tables)


def replicated(journal: Journal, clock: HandClock, rows: int, seconds: float) -> None:
    """Two tasks: they load at once, so the second is waited for only when the first is loaded."""
    journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate", "request": {}})
    for step, share, loaded in (("start-load:main", 1, 0), ("full-load:main", 2, 3), ("full-load:rest", 1, 1)):
        journal.append(Kind.INTENT, run="replicate-1", step=f"dms/{step}")
        clock.instant += timedelta(seconds=seconds * share / 4)
        journal.append(Kind.DONE, run="replicate-1", step=f"dms/{step}", body={"rows": rows * loaded // 4})
    journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})


def test_nothing_is_predicted_before_anything_ran(session: Session) -> None:
    with session:
        assert measured(session.history, catalog(1000)) == Predictions(None, None)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [((1000, 1000), 40.0), ((500,), 10.0), ((None, 1000), 20.0)],
    ids=["twice the rows", "half the rows", "rows unknown: as measured"],
)
def test_a_full_load_is_predicted_by_its_rate(
    session: Session, clock: HandClock, now: tuple[int | None, ...], seconds: float
) -> None:
    with session:
        with session.writing() as journal:
            replicated(journal, clock, rows=1000, seconds=20)
        told = measured(session.history, catalog(*now)).full_load
    assert told is not None
    assert told.seconds == pytest.approx(seconds)
    assert "measured in replicate-1" in told.basis
    assert "1,000 rows in 20.0 s" in told.basis


def test_a_load_that_was_there_before_measures_nothing(session: Session) -> None:
    with session, session.writing() as journal:
        journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate"})
        journal.append(Kind.DONE, run="replicate-1", step="dms/full-load:main", body={"rows": 9, "already": True})
        journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
        assert measured(journal, catalog(9)).full_load is None


def test_the_longest_freeze_is_the_one_to_reckon_with(session: Session, clock: HandClock) -> None:
    with session, session.writing() as journal:
        for run, seconds in (("cutover-1", 3), ("cutover-2", 1)):
            journal.append(Kind.PLANNED, run=run, body={"stage": "cutover"})
            journal.append(Kind.INTENT, run=run, step="freeze/fence")
            clock.instant += timedelta(seconds=seconds)
            journal.append(Kind.DONE, run=run, step="open/fence")
        freeze = measured(journal, catalog()).freeze
    assert freeze is not None
    assert freeze.seconds == pytest.approx(3)
    assert "cutover-1" in freeze.basis
