"""The harness itself: its cases, its sample, its lock, its page."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checks.route import Engine
from tests.chaos.case import RUNS, Trouble, every_case, steps
from tests.chaos.knife import waits_for_the_lock
from tests.chaos.page import page
from tests.chaos.results import Results
from tests.chaos.sample import sample
from tests.chaos.tape import Hold, Tape
from tests.chaos.trial import Result
from tests.patience import PATIENCE

WAITS = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=30).execute('BEGIN IMMEDIATE')"
SLEEPS = "import time; time.sleep(30)"
JOURNAL = "CREATE TABLE aurora_migrate_journal (seq INTEGER, run TEXT, kind TEXT, step TEXT)"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A journal without entries, in a file like the toolkit's."""
    with sqlite3.connect(tmp_path / "state.db") as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(JOURNAL)
    return tmp_path / "state.db"


def write(file: Path, *entries: tuple[int, str, str, str]) -> None:
    with sqlite3.connect(file) as database:
        database.executemany("INSERT INTO aurora_migrate_journal VALUES (?, ?, ?, ?)", entries)


def test_every_step_of_every_run_meets_every_kill() -> None:
    cases = list(every_case(Engine.POSTGRES))
    assert len({case.name for case in cases}) == len(cases)
    for run in RUNS:
        for step in steps(run):
            met = {case.trouble for case in cases if (case.run, case.step) == (run, step)}
            assert met >= {trouble for trouble in Trouble if trouble.kills_the_runner}


def test_a_sample_is_the_same_for_a_seed_and_leaves_no_kind_of_trouble_out() -> None:
    cases = list(every_case(Engine.MYSQL))
    kinds = {(case.run, case.trouble) for case in cases}
    drawn = sample(cases, len(kinds), seed=1)
    assert {(case.run, case.trouble) for case in drawn} == kinds
    assert drawn == sample(cases, len(kinds), seed=1)
    assert drawn != sample(cases, len(kinds), seed=2)


def test_who_waits_for_the_lock_is_told_from_who_sleeps(file: Path) -> None:
    hold = Hold(file)
    hold.take()
    waiting, sleeping = (subprocess.Popen([sys.executable, "-c", program, str(file)]) for program in (WAITS, SLEEPS))
    try:
        deadline = time.monotonic() + PATIENCE
        while not waits_for_the_lock(waiting.pid):
            assert time.monotonic() < deadline, Path(f"/proc/{waiting.pid}/syscall").read_text()
            time.sleep(0.002)
        assert not any(waits_for_the_lock(sleeping.pid) for _ in range(100))
        hold.release()
        assert waiting.wait(PATIENCE) == 0
    finally:
        hold.close()
        for process in (waiting, sleeping):
            process.kill()
            process.wait()


def test_nobody_writes_while_the_lock_is_held(file: Path) -> None:
    hold, tape = Hold(file), Tape(file)
    write(file, (1, "cutover-1", "planned", ""))
    hold.take()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite3.connect(file, timeout=0).execute("INSERT INTO aurora_migrate_journal VALUES (2, '', '', '')")
    hold.release()
    write(file, (2, "cutover-1", "intent", "drain/marker:main"))
    assert tape.open_run() == "cutover-1"
    assert tape.since(1)[0].says("intent", "drain/marker")
    write(file, (3, "cutover-1", "outcome", ""))
    assert tape.open_run() is None
    tape.close()
    hold.close()


def test_what_was_missed_is_played_again_and_what_failed_is_printed(tmp_path: Path) -> None:
    results = Results(tmp_path / "postgres.jsonl")
    first, second, third = list(every_case(Engine.POSTGRES))[:3]
    conditions = {"date": "2026-01-02", "servers": "source postgres 17", "machine": "Linux"}
    results.add(Result(first.name, 1, outcome="missed"), conditions)
    results.add(Result(second.name, 1, outcome="resumed", exits=[0]), conditions)
    results.add(Result(third.name, 1, outcome="FAILED: 1 lost, 0 twice", lost=1, codes=["CUT-051"]), conditions)
    assert results.done() == {second.name, third.name}
    told = page({Engine.POSTGRES: results.latest()})
    assert "**FAILED: 1 lost, 0 twice (CUT-051)**" in told
    assert "| PostgreSQL | 2 | " in told
