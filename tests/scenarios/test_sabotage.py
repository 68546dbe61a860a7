"""Take a protection out, from outside, and something turns red: the protocol refuses, or the ledger shows the loss.

Each test tells what it took out and what turned red; `python -m tests.scenarios.sabotage_page` makes a page of it.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.scenarios.conftest import Tell
from tests.scenarios.sabotages import (
    A_DAY_LATER,
    ACCOUNT_LEFT_OPEN,
    GO_ON,
    LATE_FEED,
    LATE_WAY_BACK,
    NO_FENCE,
    NO_FENCE_AND_NO_PROOF,
    NO_MARKER,
    NO_PREFLIGHT_GATES,
    NO_PROOF,
    NO_ROOM_FOR_NUMBERS,
    STANDS_STILL,
    TRIGGERS_LEFT_ASLEEP,
)
from tests.scenarios.theatre import LONG, Application, Staged, replicated, stage, stands_still_after

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("sabotage")]
RATE = 30.0
"""Transactions offered per second: what a busy machine still carries over without a lag that closes a gate."""
REFUSED = "refused before the switch ({}), unwound, nothing lost"


@pytest.fixture
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A stage of its own: what a sabotage leaves behind must not reach another test."""
    for found in stage(tmp_path_factory.mktemp("sabotaged")):
        yield replicated(found)


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A stage for sabotages that leave nothing behind, or can be mended."""
    for found in stage(tmp_path_factory.mktemp("worn")):
        yield replicated(found)


def cut_over(staged: Staged, application: Application | None, sabotage: str) -> tuple[int, str]:
    """The application, if there is one, writes on wherever the sabotage lets the cutover stand still."""
    staged.must("cutover", "approve", "--by", "saboteur")
    stands_still, go_on = staged.home / STANDS_STILL, staged.home / GO_ON
    process = staged.start("cutover", "run", sabotage=sabotage)
    while STANDS_STILL in sabotage and process.poll() is None and not go_on.exists():
        if application is not None and stands_still.exists():
            application.write(20)
            go_on.touch()
        time.sleep(0.01)
    _, told = process.communicate(timeout=LONG)
    for file in (stands_still, go_on):
        file.unlink(missing_ok=True)
    return process.returncode, told


def refused(staged: Staged, sabotage: str, code: str, words: str) -> None:
    """The cutover says no and unwinds: the application goes on at the source, and has lost nothing."""
    with staged.application(RATE) as application:
        application.write(30)
        exit_code, told = cut_over(staged, application, sabotage)
        assert exit_code == 3, told
        assert code in told
        assert words in told
        application.write(30)
    assert staged.status()["owner"] == "source"
    assert staged.judge("source")["verdict"] == "kept"


@contextlib.contextmanager
def one_row_lost(staged: Staged) -> Iterator[None]:
    """The target lacks the amount of the last transfer that the application made."""
    newest = "SELECT id FROM ledger.transfers WHERE origin LIKE 'run-%' ORDER BY recorded_at DESC LIMIT 1"
    change = "UPDATE ledger.transfers SET amount = amount + %s WHERE id = %s"
    with psycopg.connect(**staged.login("target"), autocommit=True) as target:
        target.execute("SET session_replication_role = replica")
        (transfer,) = target.execute(newest).fetchone() or (None,)
        assert target.execute(change, [1, transfer]).rowcount == 1
        try:
            yield
        finally:
            target.execute(change, [-1, transfer])


def test_without_a_fence_the_proof_refuses_and_unwinds(ready: Staged, tell: Tell) -> None:
    refused(ready, NO_FENCE, "CUT-030", "not fenced")
    tell("the fence on the source", REFUSED.format("CUT-030: the source is not fenced"))


def test_with_the_account_left_open_the_proof_refuses_and_unwinds(ready: Staged, tell: Tell) -> None:
    refused(ready, ACCOUNT_LEFT_OPEN, "CUT-070", "can still write on the target")
    tell("the lock on the forward feed's account", REFUSED.format("CUT-070: it can still write on the target"))


def test_without_a_marker_the_proof_of_equality_refuses(ready: Staged, tell: Tell) -> None:
    """The freeze begins before the feed has caught up: what is underway is missing on the target."""
    refused(ready, NO_MARKER + LATE_FEED, "CUT-051", "the sides differ")
    tell("the marker, while the feed lags", REFUSED.format("CUT-051: the sides differ"))


def test_a_row_lost_between_kill_and_resume_is_caught(ready: Staged, tell: Tell) -> None:
    """Both proofs had passed when it was killed; the resume does not rely on that."""
    with ready.application(RATE) as application:
        application.write(60)
        ready.must("cutover", "approve", "--by", "saboteur")
        held = stands_still_after("prove/equal")
        ready.kill_after(ready.start("cutover", "run", sabotage=held), "prove/equal")
        with one_row_lost(ready):
            ran = ready.run("cutover", "resume")
            assert ran.code == 3, ran.err
            assert "CUT-051" in ran.err
            assert "ledger.transfers" in ran.err
        application.write(30)
    assert ready.status()["owner"] == "source"
    assert ready.judge("source")["verdict"] == "kept"
    tell("one row on the target, between a kill after the proof and the resume", REFUSED.format("CUT-051: they differ"))


def test_a_writer_who_passed_the_fence_is_caught(ready: Staged, tell: Tell) -> None:
    """A friend of the freeze writes while the runner is dead. The feed carries it over: only the log tells of it."""
    with ready.application(RATE) as application:
        application.write(30)
        ready.must("cutover", "approve", "--by", "saboteur")
        held = stands_still_after("freeze/prove-fenced")
        ready.kill_after(ready.start("cutover", "run", sabotage=held), "freeze/prove-fenced")
        with psycopg.connect(**ready.login("source"), autocommit=True) as source:
            source.execute(
                "UPDATE ledger.customers SET email = email WHERE id = (SELECT min(id) FROM ledger.customers)"
            )
        ran = ready.run("cutover", "resume")
        assert ran.code == 3, ran.err
        assert "CUT-050" in ran.err
        application.write(30)
    assert ready.judge("source")["verdict"] == "kept"
    tell("nothing, but somebody writes under the freeze", REFUSED.format("CUT-050: rows were written under the freeze"))


def test_edited_evidence_is_not_believed(ready: Staged, tell: Tell) -> None:
    edit = "UPDATE aurora_migrate_journal SET body = replace(body, ?, ?) WHERE kind = 'evidence' AND run = 'validate'"
    guards = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'aurora_migrate_journal'"

    def rewrite(one: str, other: str) -> None:
        """Whoever can write the file can drop the triggers that keep the journal append-only, too."""
        state = ready.home / ".aurora-migrate/state.db"
        with contextlib.closing(sqlite3.connect(state, timeout=10)) as database, database:
            kept = database.execute(guards).fetchall()
            for name, _ in kept:
                database.execute(f'DROP TRIGGER "{name}"')
            assert database.execute(edit, [one, other]).rowcount
            for _, guard in kept:
                database.execute(guard)

    ready.must("cutover", "approve", "--by", "saboteur")
    rewrite('"match"', '"matcH"')
    try:
        ran = ready.run("cutover", "run")
    finally:
        rewrite('"matcH"', '"match"')
    assert ran.code == 4
    assert "STA-022" in ran.err
    tell("the truth of a piece of evidence: one letter of the journal is changed", "refused before anything (STA-022)")


def test_an_approval_of_another_plan_opens_nothing(ready: Staged, tell: Tell) -> None:
    config = ready.home / "migration.toml"
    before = config.read_text()
    ready.must("cutover", "approve", "--by", "saboteur")
    config.write_text(before.replace("lag_seconds = 20.0", "lag_seconds = 19.0"))
    try:
        ran = ready.run("cutover", "run")
    finally:
        config.write_text(before)
    assert ran.code == 3
    assert "gate approved is closed" in " ".join(ran.err.split())
    tell("the plan that was approved: a limit is changed afterwards", "refused before the freeze (gate approved)")


def test_without_room_for_new_numbers_the_check_refuses(worn: Staged, tell: Tell) -> None:
    refused(worn, NO_ROOM_FOR_NUMBERS + NO_PREFLIGHT_GATES, "CUT-060", "stand behind")
    tell(
        "the raising of sequences, and every gate before the freeze", REFUSED.format("CUT-060: sequences stand behind")
    )


def test_stale_evidence_opens_nothing(worn: Staged, tell: Tell) -> None:
    code, told = cut_over(worn, None, A_DAY_LATER)
    assert code == 3
    for gate in ("validation-clean-and-fresh", "approved"):
        assert f"gate {gate} is closed" in " ".join(told.split())
    tell("the freshness of evidence: everything is a day old", "refused before the freeze (gates validation, approved)")


def test_triggers_left_asleep_show_in_the_ledger(staging: Staged, tell: Tell) -> None:
    """What the application's triggers write for it is part of what it was promised."""
    with staging.application(RATE) as application:
        application.write(60)
        code, told = cut_over(staging, application, TRIGGERS_LEFT_ASLEEP)
        assert code == 0, told
        application.write(120)
    verdict = staging.judge("target")
    assert verdict["lost"] > 0
    assert {found["kind"] for found in verdict["contradictions"]} == {"document"}
    tell("the waking of triggers on the target", "ledger: what they write is missing")


def test_without_the_delta_proof_the_ledger_shows_the_loss(worn: Staged, tell: Tell) -> None:
    with worn.application(RATE) as application:
        application.write(120)
        worn.must("cutover", "approve", "--by", "saboteur")
        held = stands_still_after("gates/frozen")
        worn.kill_after(worn.start("cutover", "run", sabotage=held), "gates/frozen")
    with one_row_lost(worn):
        ran = worn.run("cutover", "resume", sabotage=NO_PROOF)
        assert ran.code == 0, ran.err
        assert worn.judge("target")["lost"] == 1
        tell("the delta proof, and one row on the target", "ledger: 1 lost")
    worn.must("rollback")


def test_a_way_back_that_began_late_bars_the_rollback(worn: Staged, tell: Tell) -> None:
    """Last on this stage: what the way back left out is missing on the source for good."""
    with worn.application(RATE) as application:
        application.write(30)
        code, told = cut_over(worn, application, LATE_WAY_BACK)
        assert code == 0, told
        application.write(30)
        ran = worn.run("rollback")
        assert ran.code == 3, ran.err
        assert "the sides differ" in ran.err
        application.write(30)
    assert worn.status()["owner"] == "target"
    assert worn.judge("target")["verdict"] == "kept"
    tell("the noted position: the way back starts some writes late", "rollback refused (CUT-011), nothing lost")


def test_without_fence_and_proofs_the_ledger_shows_the_loss(staging: Staged, tell: Tell) -> None:
    with staging.application(RATE) as application, staging.doors() as doors:
        application.write(100)
        code, told = cut_over(staging, application, NO_FENCE_AND_NO_PROOF)
        assert code == 0, told
        application.write(200)
    verdict = staging.judge("target")
    assert verdict["verdict"] == "broken"
    assert verdict["lost"] > 0
    assert doors.both_open > 0
    tell("the fence and every proof of it", "ledger: acknowledged writes lost; both doors open at one moment")


def test_without_marker_and_proofs_the_ledger_shows_the_loss(staging: Staged, tell: Tell) -> None:
    with staging.application(RATE) as application:
        application.write(100)
        code, told = cut_over(staging, application, NO_MARKER + NO_PROOF + LATE_FEED)
        assert code == 0, told
        application.write(100)
    verdict = staging.judge("target")
    assert verdict["verdict"] == "broken"
    assert verdict["lost"] > 0
    tell("the marker and the delta proof, while the feed lags", "ledger: acknowledged writes lost")
