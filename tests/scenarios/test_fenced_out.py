"""A runner sleeps in the middle of an act, another operator takes over from another machine, and then it wakes up."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tests.scenarios.conftest import Tell
from tests.scenarios.sabotages import NO_FENCING_NUMBER
from tests.scenarios.theatre import LONG, Staged

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("fenced-out")]

ASLEEP = """
import os, signal
from {module} import {owner}
act = {owner}.{method}
def asleep(self, *arguments):
    {owner}.{method} = act
    os.kill(os.getpid(), signal.SIGSTOP)
    return act(self, *arguments)
{owner}.{method} = asleep
"""
OPENING = ASLEEP.format(module="migrate.engines.postgres.fence", owner="PostgresFence", method="open")
SWITCHING = ASLEEP.format(module="migrate.aws.traffic", owner="SecretTraffic", method="_move")


def sleeping(staged: Staged, *command: str, asleep: str) -> subprocess.Popen[str]:
    """The command, once it sleeps."""
    process = staged.start(*command, sabotage=asleep)
    deadline = time.monotonic() + LONG
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def moved_to_another_machine(staged: Staged) -> None:
    """As if its machine slept with it: the lease was not renewed, and nobody here knows the process."""
    with contextlib.closing(sqlite3.connect(staged.home / ".aurora-migrate/state.db", timeout=10)) as state, state:
        state.execute(
            "UPDATE aurora_migrate_migration SET holder_host = 'elsewhere', holder_machine = 'elsewhere',"
            " expires_at = '2020-01-01T00:00:00.000000+00:00'"
        )


def woken(process: subprocess.Popen[str]) -> tuple[int, str]:
    os.kill(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=LONG)
    return process.returncode, err


def kept(staged: Staged, side: str) -> None:
    verdict = staged.judge(side)
    assert (verdict["lost"], verdict["duplicated"], verdict["contradictions"]) == (0, 0, [])


def test_it_cannot_open_a_side_that_was_closed_since(ready: Staged) -> None:
    """It was about to let applications in on the target; meanwhile they went there, and came back."""
    with ready.application() as application, ready.doors() as doors:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = sleeping(ready, "cutover", "run", asleep=OPENING)
        moved_to_another_machine(ready)
        ready.must("cutover", "resume")
        application.write(60)
        ready.must("rollback")
        application.write(60)
        code, err = woken(process)
        assert code in (4, 7), err
        application.write(60)
    assert ready.status()["owner"] == "source"
    assert doors.both_open == 0
    kept(ready, "source")


def test_it_cannot_switch_an_application_that_was_let_in_again(ready: Staged) -> None:
    """It was about to move the secret; meanwhile the cutover was taken back."""
    with ready.application() as application, ready.doors() as doors:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = sleeping(ready, "cutover", "run", asleep=SWITCHING)
        moved_to_another_machine(ready)
        ready.must("rollback")
        application.write(60)
        code, err = woken(process)
        assert code == 4, err
        assert "STA-021" in err
        application.write(60)
    assert ready.secret()["port"] == str(ready.source.port)
    assert doors.both_open == 0
    kept(ready, "source")


def test_without_its_number_it_opens_a_second_side(ready: Staged, tell: Tell) -> None:
    """The last of these stories: it leaves both sides open."""
    ready.must("cutover", "approve", "--by", "scenario")
    process = sleeping(ready, "cutover", "run", asleep=NO_FENCING_NUMBER + OPENING)
    moved_to_another_machine(ready)
    for command in (("cutover", "resume"), ("rollback",)):
        ran = ready.run(*command, sabotage=NO_FENCING_NUMBER)
        assert ran.code == 0, ran.err
    with ready.doors() as doors:
        woken(process)
        doors.look_again()
    assert doors.both_open > 0
    tell("fencing number", "a runner that was replaced in its sleep opens the second side")
