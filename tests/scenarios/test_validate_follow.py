"""`validate --follow`: rounds after a clean pass, which leave little to prove, see a difference, and survive a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import psycopg
import pytest

from tests.scenarios.theatre import LONG, Staged

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("validate-follow")]


def rounds(staged: Staged) -> int:
    return sum(run == "follow" for run, _, _ in staged.journal())


def follow(staged: Staged, enough: int = 1) -> subprocess.Popen[str]:
    """A following whose evidence of at least `enough` rounds is in the journal."""
    known = rounds(staged)
    process = staged.start("validate", "--follow", "--every", "0.2")
    deadline = time.monotonic() + LONG
    while rounds(staged) < known + enough:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def end(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=LONG)
    return process.returncode, err


def test_what_is_written_is_proven_while_it_is_written_and_little_is_left(ready: Staged) -> None:
    with ready.application() as application:
        application.write(200)
        process = follow(ready)
        application.write(400)
        code, err = end(process, signal.SIGINT)
    assert code == 130
    assert "what they proved stays proven" in err
    assert "all equal" in err or "kept changing" in err
    assert "the sides differ" not in err


def test_a_kill_at_any_time_loses_nothing_and_the_next_one_goes_on(ready: Staged) -> None:
    with ready.application() as application:
        for _ in range(4):
            process = follow(ready)
            application.write(50)
            end(process, signal.SIGKILL)
    with psycopg.connect(**ready.login("target")) as target:
        target.execute("UPDATE ledger.accounts SET balance = balance WHERE false")
    code, err = end(follow(ready), signal.SIGTERM)
    assert code == 130, err


def test_a_cutover_that_is_being_run_ends_it(ready: Staged) -> None:
    """Two at once would move the same slots: the lease keeps them apart, and the follower says who holds it."""
    process = follow(ready)
    try:
        ready.must("cutover", "approve", "--by", "anna")
        ready.must("cutover", "run")
        ready.must("rollback")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=LONG)
    assert process.returncode in (4, 130), err


def test_a_row_that_is_changed_behind_the_feed_is_named_and_closes_the_gate(ready: Staged) -> None:
    with psycopg.connect(**ready.login("target")) as target:
        row = target.execute("SELECT id FROM ledger.accounts ORDER BY id LIMIT 1").fetchone()
        assert row is not None
        target.execute("UPDATE ledger.accounts SET balance = balance + 1 WHERE id = %s", [row[0]])
    ran = ready.run("validate", "--follow", "--every", "0.2", "--format", "json")
    assert ran.code == 3, ran.err
    [different] = [table for table in ran.json["tables"] if table["verdict"] == "differs"]
    assert (different["table"], different["differences"][0]["key"]) == ("ledger.accounts", [str(row[0])])
    assert different["differences"][0]["columns"] == ["balance"]
    refused = ready.run("cutover", "approve", "--by", "anna")
    assert refused.code in (0, 3)
    attempt = ready.run("cutover", "run")
    assert attempt.code == 3
    assert "validation-clean-and-fresh" in attempt.err + attempt.out or "differ" in attempt.err


def test_it_needs_a_clean_pass_and_takes_no_other_options(ready: Staged) -> None:
    for more in (("--tables", "ledger.accounts"), ("--source", "postgresql://a@b/c", "--target", "postgresql://a@b/c")):
        ran = ready.run("validate", "--follow", *more)
        assert (ran.code, "CFG-054" in ran.err) == (2, True), ran.err
