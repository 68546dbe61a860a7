"""Reloads one after the other: when a table counts as loaded, told without servers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrate.sandbox.dms.mappings import Selection
from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.engine import Progress
from migrate.sandbox.dms.worker.processing import Barrier
from migrate.sandbox.dms.worker.reloading import Reloads
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.requests import Requests
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.tables import Table
from tests.sandbox_dms_worker.driving import wait_for

NAME = ("public", "good")
AHEAD = 100


class Stream:
    """The followed stream, far behind every snapshot until `arrive`."""

    def __init__(self) -> None:
        self.reload: Any = None
        self.barriers: list[Barrier] = []
        self.loaded_up_to: dict[Any, int] = {}

    def catch_up(self, *_: Any) -> None:
        raise AssertionError("nothing was set aside")

    def caught_up(self) -> None:
        return

    def after(self, barrier: Barrier) -> None:
        self.barriers.append(barrier)

    def arrive(self) -> None:
        self.barriers.pop().reached()


class Story:
    """One table, its reloads, and what was said of it."""

    def __init__(self) -> None:
        self.stream, self.requests = Stream(), Requests()
        self.completed: list[bool] = []
        reporter = Reporter(lambda line: None)
        table: Table[Any] = Table(*NAME, columns=(), key=(), identity=(), full_identity=False, size=0)
        self.route: Route[Any] = Route(Selection(*NAME, *NAME), table, None, reporter.table(*NAME))
        closed = {"close": lambda: None}
        snapshot = SimpleNamespace(**closed, until=AHEAD, loaded_up_to=lambda route: AHEAD)
        engine: Any = SimpleNamespace(
            groups=lambda source, routes: [[one] for one in routes],
            connect_source=lambda endpoint: SimpleNamespace(**closed),
            driver_error=OSError,
        )
        anything: Any = SimpleNamespace(source=None, overlapping=set(), snapshot=lambda *_, fresh: snapshot)
        load: Any = SimpleNamespace(run=lambda *_, again, loaded: None, abandon=lambda error: None)
        stream: Any = self.stream
        self.reloads = Reloads(
            engine,
            anything,
            None,
            anything,
            anything,
            anything,
            stream,
            {NAME: self.route},
            Progress(),
            reporter,
            self.requests,
            load=lambda: load,
            completed=lambda route: self.completed.append(self.stream.reload is None),
        )

    def ask(self) -> None:
        self.requests.reload([NAME])
        self.reloads.look()

    def load(self) -> None:
        wait_for(lambda: self.stream.reload.finished, "the load")
        self.reloads.look()


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_second_reload_waits_until_the_first_is_told(story: Story) -> None:
    story.ask()
    story.load()
    story.ask()
    assert story.stream.reload is None
    story.stream.arrive()
    assert story.completed == [True]
    story.reloads.look()
    assert story.route.statistics.state == reporting.RELOADING
    story.load()
    story.stream.arrive()
    assert story.completed == [True, True]


def test_a_table_suspended_behind_its_load_is_not_completed(story: Story) -> None:
    story.ask()
    story.load()
    story.route.suspended = True
    story.stream.arrive()
    assert story.completed == []
