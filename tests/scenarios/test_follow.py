"""`validate --follow` beside an application: logs stay short, a kill loses nothing, a cutover may begin any time."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.scenarios.complaint import ended
from tests.scenarios.theatre import LONG, Staged

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("follow")]


@contextlib.contextmanager
def following(staged: Staged, *more: str) -> Iterator[subprocess.Popen[str]]:
    process = staged.start("validate", "--follow", "--every", "0.2", *more)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def wait(seen: Callable[[], Any], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONG
    while not seen():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def followed(staged: Staged) -> list[dict[str, Any]]:
    """Facts of every round that the journal tells of."""
    file = staged.home / ".aurora-migrate/state.db"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as state:
        rows = state.execute("SELECT body FROM aurora_migrate_journal WHERE run = 'follow' ORDER BY seq").fetchall()
    found = [json.loads(body) for (body,) in rows]
    return [body["facts"] for body in found if "left_keys" in body.get("facts", {})]


def held(staged: Staged) -> set[tuple[str, str]]:
    """Witness slots of both sides, and where each stands."""
    found = set()
    for side in ("source", "target"):
        with psycopg.connect(**staged.login(side)) as database:
            for name, lsn in database.execute(
                "SELECT slot_name::text, confirmed_flush_lsn::text FROM pg_replication_slots"
                " WHERE slot_name LIKE '%witness%'"
            ):
                found.add((f"{side} {name}", lsn))
    return found


def test_the_slots_move_on_while_the_application_writes(ready: Staged) -> None:
    before, entries = held(ready), len(followed(ready))
    with ready.application() as application, following(ready, "--format", "json") as process:
        application.write(30)
        wait(lambda: not held(ready) & before, process)
        once = held(ready)
        wait(lambda: not held(ready) & once, process)
        os.kill(process.pid, signal.SIGINT)
        ran = ended(process)
    assert ran.code == 0, ran.err
    assert ran.json["scope"] == "delta"
    rounds = re.findall(r"round \d+: (match|unknown); ", ran.err)
    assert len(rounds) >= 2, ran.err
    assert "stopped: what was proven is kept" in ran.err
    assert len(followed(ready)) - entries <= len(rounds)


def test_stopped_before_the_first_round_is_an_interruption(ready: Staged) -> None:
    sabotage = "import os, signal\nimport migrate.stages.validate.witness as w\n"
    sabotage += "w.Witness.look = lambda self: os.kill(os.getpid(), signal.SIGINT)\n"
    assert ready.run("validate", "--follow", sabotage=sabotage).code == 130


STOPPED_IN_A_WRITE = """
import os, signal
import migrate.operations.follow as follow
import migrate.state.journal as journal
from migrate.signals import shielded
follow.Told.due = lambda *_: True
recorded, rounds = journal.StoredJournal.record, []
def record(*arguments, **named):
    with shielded():
        rounds.append(1)
        if len(rounds) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return recorded(*arguments, **named)
journal.StoredJournal.record = record
"""


def test_stopped_while_a_round_is_written_down_it_ends_as_well(ready: Staged) -> None:
    """The signal waits for the end of the write, and is another exception then."""
    ran = ready.run("validate", "--follow", "--every", "0.2", sabotage=STOPPED_IN_A_WRITE)
    assert ran.code == 0, ran.err
    assert "stopped: what was proven is kept" in ran.err


DIES = """
import os, signal
import migrate.stages.validate.witness as witness
import migrate.state.residue as residue
import migrate.engines.postgres.changelog as log
import migrate.state.journal as journal
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def after(held, times=1):
    count = []
    def then(*arguments, **named):
        held(*arguments, **named)
        count.append(1)
        if len(count) == times:
            die()
    return then
"""
POINTS = {
    "after the look": "witness.Witness.prove = die",
    "after the comparison": "residue.StoredResidue.save = die",
    "after the leftovers are kept": "residue.StoredResidue.save = after(residue.StoredResidue.save)",
    "after one slot moved": "log.PostgresChangeLog.advance_slot = after(log.PostgresChangeLog.advance_slot)",
    "after both moved": "log.PostgresChangeLog.advance_slot = after(log.PostgresChangeLog.advance_slot, 2)",
    "before the evidence": "journal.StoredJournal.record = die",
}


NAME = """UPDATE ledger."Branch Office" SET "Display Name" = {} || "Display Name" WHERE "branchNo" = 1"""


@contextlib.contextmanager
def stray(staged: Staged) -> Iterator[None]:
    """A row that somebody changed on the target alone; mended, and validated anew, when the block ends."""
    with psycopg.connect(**staged.login("target"), autocommit=True) as database:
        (named,) = database.execute('SELECT "Display Name" FROM ledger."Branch Office" WHERE "branchNo" = 1').fetchone()
        database.execute(NAME.format("'stray '"))
        yield
        database.execute('UPDATE ledger."Branch Office" SET "Display Name" = %s WHERE "branchNo" = 1', [named])
    staged.must("validate")


def test_killed_at_any_point_nothing_is_lost(ready: Staged) -> None:
    """A kill at every point while the application writes, then a cutover: it proves all that was left."""
    with ready.application() as application:
        application.write(30)
        for point in POINTS.values():
            ran = ready.run("validate", "--follow", sabotage=f"{DIES}{point}\n")
            assert ran.code == -signal.SIGKILL, ran.err
            application.write(10)
        with stray(ready):
            for name in ("after the look", "before the evidence"):
                assert ready.run("validate", "--follow", sabotage=f"{DIES}{POINTS[name]}\n").code == -signal.SIGKILL
            ran = ready.run("validate", "--follow", "--format", "json")
            assert ran.code == 3, ran.err
            (found,) = [table for table in ran.json["tables"] if table["differences"]]
            assert found["differences"][0]["columns"] == ["Display Name"]


def test_a_difference_closes_the_gate_until_a_validation_is_clean(ready: Staged) -> None:
    with ready.application() as application:
        application.write(30)
        with stray(ready):
            assert ready.run("validate", "--follow").code == 3
            ready.must("cutover", "approve", "--by", "scenario")
            ran = ready.run("cutover", "run")
            assert ran.code == 3
            assert "differ" in ran.err
            again = ready.run("validate", "--follow", "--format", "json")
            assert (again.code, again.json["code"]) == (3, "VAL-005")
    assert ready.status()["owner"] == "source"


def test_a_backlog_over_the_limit_keeps_the_gate_closed(ready: Staged) -> None:
    config = ready.home / "migration.toml"
    before = config.read_text()
    assert "[limits]\n" in before
    config.write_text(before.replace("[limits]\n", "[limits]\ndelta_bytes = 1\n"))
    with ready.application() as application:
        application.write(30)
        ready.must("cutover", "approve", "--by", "scenario")
        ran = ready.run("cutover", "run")
    config.write_text(before)
    assert ran.code == 3, ran.err
    assert "delta-backlog" in ran.err
    assert "bytes of log" in ran.err


def test_a_cutover_begins_beside_it_and_ends_it(ready: Staged) -> None:
    with ready.application() as application:
        application.write(30)
        with following(ready) as process:
            wait(lambda: followed(ready), process)
            ready.must("cutover", "approve", "--by", "scenario")
            ready.must("cutover", "run")
            ran = ended(process)
        assert ran.code == 0, ran.err
        assert "has begun: it proves what is left, following ends" in ran.err
        application.write(30)
        with following(ready) as process:
            entries = len(followed(ready))
            wait(lambda: len(followed(ready)) > entries, process)
            ready.must("rollback")
            assert ended(process).code == 0
        application.write(30)
    assert ready.judge("source")["verdict"] == "kept"
