"""Whoever reads what is told may go away: nothing ends because of it, and no exit code changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from migrate.events import Noted, Progressed, StageFinished, StageStarted
from migrate.ui import results
from migrate.ui.quiet import Lines
from migrate.ui.terminal import Terminal

TOLD = [StageStarted("s"), Progressed("w", 1, 2, "rows"), Noted("a line"), StageFinished("s", "done", 1.0)]


@pytest.fixture
def broken_pipe() -> Iterator[IO[str]]:
    """Its reader is gone."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        yield pipe


def test_events_are_told_into_a_broken_pipe(broken_pipe: IO[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", broken_pipe)
    with Lines() as ui:
        for event in TOLD:
            ui(event)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_events_are_told_to_a_terminal_that_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that draws the bars may end with it."""
    here, there = os.openpty()
    with os.fdopen(there, "w") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        with Terminal() as ui:
            ui(TOLD[0])
            os.close(here)
            for event in TOLD:
                ui(event)


def test_a_result_goes_to_its_file_while_the_terminal_shows_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = os.openpty()
    with os.fdopen(there, "w") as stderr, (tmp_path / "result").open("w") as stdout:
        monkeypatch.setattr(sys, "stderr", stderr)
        monkeypatch.setattr(sys, "stdout", stdout)
        with Terminal():
            results.document({"a": 1})
    os.close(here)
    assert json.loads((tmp_path / "result").read_text()) == {"a": 1}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("checks", "list"), 0),
        (("checks", "list", "--format", "json"), 0),
        (("status", "-c", "nowhere.toml"), 2),
        (("status", "-c", "nowhere.toml", "--format", "json"), 2),
    ],
)
def test_a_command_that_nobody_reads_ends_with_its_own_exit_code(
    arguments: tuple[str, ...], code: int, broken_pipe: IO[str]
) -> None:
    command = [sys.executable, "-m", "migrate", *arguments]
    assert subprocess.run(command, stdout=broken_pipe, stderr=broken_pipe, check=False).returncode == code


def test_a_result_that_finds_no_room_is_an_error() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ran = subprocess.run([sys.executable, "-m", "migrate", "checks", "list"], stdout=full, check=False)
    assert ran.returncode != 0


LIBRARY_LOGS = """
import logging, sys
from migrate.cli import app
app.app = lambda **_: logging.getLogger("some.package").error("it holds data: 4711")
app.main()
"""


def test_what_a_library_logs_is_not_told() -> None:
    ran = subprocess.run([sys.executable, "-c", LIBRARY_LOGS], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
