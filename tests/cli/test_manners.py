"""How every command behaves: its help has examples that are right, colour and width are the reader's."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from migrate.cli import options
from migrate.cli.app import app
from migrate.events import Noted, StageStarted
from migrate.ui import results

PROGRAM = "aurora-migrate"
TOP = typer.main.get_command(app)
ESCAPE = re.compile(r"\x1b\[[\d;]*m")


def leaves(command: Any, name: str = PROGRAM) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    for short in command.list_commands(None):
        yield from leaves(command.get_command(None, short), f"{name} {short}")


LEAVES = dict(leaves(TOP))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    command = [sys.executable, "-m", "migrate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**known, **environment})


@pytest.mark.parametrize("name", LEAVES)
def test_help_ends_with_examples_of_this_very_command_that_it_would_take(name: str) -> None:
    command = LEAVES[name]
    _, found, tail = (command.help or "").partition("Examples:")
    examples = [line.strip() for line in tail.splitlines() if line.strip()]
    assert found, f"{name} --help shows no examples"
    assert examples
    takes = {option for parameter in command.params for option in parameter.opts}
    for example in examples:
        assert example.startswith(name), example
        words = shlex.split(example.partition(" > ")[0])[len(name.split()) :]
        assert {word for word in words if word.startswith("-")} <= takes, example


@pytest.mark.parametrize("name", LEAVES)
def test_help_has_nothing_that_is_taken_for_markup(name: str) -> None:
    """What stands in brackets would not be shown."""
    command = LEAVES[name]
    texts = [command.help or "", *(parameter.help or "" for parameter in command.params)]
    assert not [text for text in texts if re.search(r"\[[a-z/]", text)]


def test_on_eighty_columns_a_table_is_folded_and_in_a_pipe_it_is_not() -> None:
    terminal = run("checks", "list", FORCE_COLOR="1", COLUMNS="80")
    assert max(len(ESCAPE.sub("", line)) for line in terminal.stdout.splitlines()) <= 80
    help_text = run("validate", "--help", COLUMNS="80")
    assert max(map(len, help_text.stdout.splitlines())) <= 80
    piped = run("checks", "list")
    assert "…" not in piped.stdout
    assert len(piped.stdout.splitlines()) <= len(terminal.stdout.splitlines())


def test_colour_is_for_terminals_and_for_nobody_who_does_not_want_it() -> None:
    wrong = ("explain", "NO-SUCH")
    assert ESCAPE.search(run(*wrong, FORCE_COLOR="1").stderr)
    assert not ESCAPE.search(run(*wrong).stderr)
    assert "\x1b[3" not in run(*wrong, FORCE_COLOR="1", NO_COLOR="1").stderr


def test_quiet_keeps_warnings_and_drops_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, told in (
        (["validate"], "validate: started\nwarning: w\n"),
        (["validate", "--quiet"], "warning: w\n"),
    ):
        monkeypatch.setattr(sys, "argv", [PROGRAM, *arguments])
        with options.watching() as ui:
            ui(StageStarted("validate"))
            ui(Noted("w", warning=True))
        assert capsys.readouterr().err == told


@pytest.mark.parametrize("arguments", [("--quiet", "explain", "CFG-090"), ("explain", "CFG-090", "--quiet")])
def test_quiet_is_taken_anywhere_and_results_come_all_the_same(arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.returncode, said.stderr) == (0, "")
    assert "CFG-090" in said.stdout


def test_the_shell_completes_commands() -> None:
    program = "from migrate.cli.app import main; main()"
    asked = {"_AURORA_MIGRATE_COMPLETE": "complete_bash", "COMP_WORDS": "aurora-migrate cutover re", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env={**os.environ, **asked}
    )
    assert done.stdout.split() == ["revoke", "resume"]


def test_in_a_pipe_a_table_is_as_wide_as_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody may search it: a name is found whole however long its row is."""
    names = ["n" * 200, "m" * 200]
    results.table(("one", "two"), [names])
    rows = [line for line in capsys.readouterr().out.splitlines() if "n" * 3 in line]
    assert [row.split() for row in rows] == [names]
