"""When the disk of the side that is read will be full: told by whoever has watched its log for long enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from migrate.model.feed_status import LogStatus, ReplicationReport
from migrate.model.journal import Kind
from migrate.model.watching import LogStanding
from migrate.operations import watch
from migrate.settings import load
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written
from tests.watching.recorded import AT
from tests.watching.test_looking import Aws, End

MEGABYTE = 1_000_000


@dataclass
class Writing(End):
    """A source in the midst of a burst, as far as a single status sees: a megabyte a second."""

    clock: HandClock | None = None

    def log(self, slot: str | None, checkpoint: str, ours: str) -> LogStanding:
        assert self.clock is not None
        seconds = self.clock.monotonic() - AT.timestamp()
        return LogStanding(held_bytes=int(seconds) * MEGABYTE, held_by="slot x")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A gigabyte of log is what the source's disk bears: 17 minutes of the burst."""
    clock, aws = HandClock(AT), Aws()
    with Session(load(written(tmp_path, f"{GOOD}[limits]\nsource_log_gb = 1\n")), clock=clock) as opened:
        opened.__dict__ |= {"source": Writing(clock=clock), "target": End(), "tasks": aws, "task_watch": aws}
        tasks = [{"name": "main", "tables": [{"schema": "shop", "name": "orders"}]}]
        with opened.writing() as journal:
            journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate", "request": {"tasks": tasks}})
            journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
        yield opened


def log_of(report: ReplicationReport) -> LogStatus:
    assert report.feeds[0].log is not None
    return report.feeds[0].log


def warned(report: ReplicationReport) -> bool:
    return "DMS191" in [one.code for one in report.findings]


def test_a_single_status_foresees_nothing_from_the_second_that_it_saw(session: Session) -> None:
    report = watch.once(session, watch.WatchRequest())
    assert (log_of(report).growth, log_of(report).hours_left) == (MEGABYTE, None)
    assert log_of(report).free_bytes == 999 * MEGABYTE
    assert not warned(report)


def test_who_watches_is_warned_once_it_has_gone_on_for_a_minute(session: Session) -> None:
    reports = list(islice(watch.watch(session, watch.WatchRequest(every=20.0)), 4))
    assert [warned(report) for report in reports] == [False, False, False, True]
    assert log_of(reports[-1]).hours_left == pytest.approx(940 / 3600)


def test_who_looks_but_every_quarter_of_an_hour_is_told_rates_too(session: Session) -> None:
    _, second = islice(watch.watch(session, watch.WatchRequest(every=900.0)), 2)
    assert second.seconds == 900.0
    assert warned(second)
