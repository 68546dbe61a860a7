"""Long work tells how far it is and how long it may still take: as a bar for a person, as lines for a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from migrate.events import APPLICATION, Progressed, StageFinished, StepFinished, StepStarted
from migrate.ui.pace import Pace, in_words
from migrate.ui.quiet import EVERY_SECONDS, Lines, Warnings
from migrate.ui.terminal import Terminal


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_what_is_left_follows_from_the_pace_so_far() -> None:
    watch = Watch()
    pace = Pace(watch)
    assert pace.left("load", 0, 1000) is None, "nothing is known at the first look"
    watch.seconds += 10
    assert pace.left("load", 100, 1000) == pytest.approx(90)
    watch.seconds += 10
    assert pace.left("load", 100, 1000) == pytest.approx(180), "it slows down"
    assert pace.left("load", 1000, 1000) is None
    assert pace.left("load", 1100, None) is None
    assert pace.left("load", 5, 1000) is None, "begun anew"


def test_work_that_goes_on_after_an_interruption_is_judged_by_what_was_seen_of_it() -> None:
    watch = Watch()
    pace = Pace(watch)
    pace.left("load", 900, 1000)
    watch.seconds += 10
    assert pace.left("load", 950, 1000) == pytest.approx(10)


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, ""), (4.4, "0:04 left"), (65, "1:05 left"), (7380, "2:03:00 left")]
)
def test_in_words(seconds: float | None, said: str) -> None:
    assert in_words(seconds) == said


def test_a_wait_is_told_now_and_then_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    lines = Lines(watch)
    for _ in range(2):
        for waited in range(40):
            lines(Progressed("cluster: available", waited, None, "s"))
            watch.seconds += 1
    told = capsys.readouterr().err.splitlines()
    assert told == [f"cluster: available: {seconds} s so far" for seconds in (15, 30, 15, 30)]
    for _ in range(9):
        lines(Progressed("another, over at once", 0.002, None, "s"))
        lines(Progressed("application", 390, None, "transactions/s"))
        watch.seconds += 20
    assert capsys.readouterr().err == ""


def test_a_log_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    lines = Lines(watch)
    for done in range(0, 1000, 10):
        lines(Progressed("full load of main", done, 1000, "rows"))
        watch.seconds += 1
    lines(Progressed("full load of main", 1000, 1000, "rows"))
    lines(Progressed("application", 77, None, "acknowledged"))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"full load of main: {10 * EVERY_SECONDS:,.0f}/1,000 rows, 1:25 left"
    assert len(told) == 99 // EVERY_SECONDS


def test_who_asks_for_quiet_is_told_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    quiet = Warnings(watch)
    for done in (0, 1, 2):
        quiet(Progressed("load", done, 9, "rows"))
        watch.seconds += 60
    assert capsys.readouterr().err == ""


def test_what_a_step_waited_for_ends_with_it_and_the_application_goes_on() -> None:
    screen = io.StringIO()
    with Terminal(Console(file=screen, force_terminal=True, width=80, color_system=None)) as ui:
        ui(Progressed(APPLICATION, 40, None, "acknowledged"))
        ui(StepStarted("replicate", "dms/endpoints:main", "Make the endpoints"))
        ui(Progressed("endpoint am-source: active", 10, None, "s"))
        ui(Progressed("endpoint am-target: active", 5, None, "s"))
        assert len(ui._progress.tasks) == 4
        ui(StepFinished("replicate", "dms/endpoints:main", "Make the endpoints", 15.0, False, False))
        assert [bar.description for bar in ui._progress.tasks] == [APPLICATION]
        ui(StageFinished("replicate", "done", 16.0))
        assert ui._progress.tasks == []


def test_a_bar_on_eighty_columns_shows_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    monkeypatch.setattr("migrate.ui.terminal.Pace", lambda: Pace(watch))
    screen = io.StringIO()
    with Terminal(Console(file=screen, force_terminal=True, width=80, color_system=None)) as ui:
        for done in (0, 250_000):
            ui(Progressed("compare tables", done, 1_000_000, "rows"))
            watch.seconds += 30
        ui._progress.refresh()
        ui(StepFinished("validate", "compare", "Compare", 1.0, False, False))
    assert "0:90" not in screen.getvalue()
    assert "1:30 left" in screen.getvalue()
