"""What was found once is not forgotten: by a killed validation, a resume, DDL, or a changed setting."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import psycopg
import pytest

from tests.scenarios.theatre import Staged, stands_still_after

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("evidence")]


@contextlib.contextmanager
def spoilt(staged: Staged, side: str) -> Iterator[None]:
    """One row of `side` is another than on the other side, as if its last change had been lost."""
    with psycopg.connect(**staged.login(side), autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        change = "UPDATE ledger.customers SET email = email || %s WHERE id = (SELECT min(id) FROM ledger.customers)"
        database.execute(change, [".spoilt"])
        try:
            yield
        finally:
            back = change.replace("email || %s", "replace(email, %s, '')")
            database.execute(back, [".spoilt"])


DIES_AFTER_ITS_EVIDENCE = """
import os, signal
from migrate.state.journal import StoredJournal
record = StoredJournal.record
def record_and_die(*arguments, **named):
    record(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
StoredJournal.record = record_and_die
"""


def approved(staged: Staged) -> None:
    staged.must("cutover", "approve", "--by", "scenario")


def test_a_validation_that_was_killed_leaves_the_last_clean_ones_witness(ready: Staged) -> None:
    with spoilt(ready, "target"):
        process = ready.start("validate")
        ready.kill_when(process, lambda: len(ready.slots("source", "witness")) > 1)
        approved(ready)
        ran = ready.run("cutover", "run")
        assert ran.code == 3
        assert "the sides differ" in ran.err
        assert "ledger.customers" in ran.err
    assert ready.status()["owner"] == "source"


def test_a_validation_that_differs_closes_the_gate_and_forgets_nothing(ready: Staged) -> None:
    with spoilt(ready, "target"):
        assert ready.run("validate").code == 3
        approved(ready)
        ran = ready.run("cutover", "run")
        assert ran.code == 3
    ready.must("validate")
    assert len(ready.slots("source", "witness")) == 1, "no witness is left behind"


def test_what_a_killed_validation_left_behind_is_dropped_by_the_next(ready: Staged) -> None:
    assert ready.run("validate", sabotage=DIES_AFTER_ITS_EVIDENCE).code == -signal.SIGKILL
    assert len(ready.slots("source", "witness")) == 2
    ready.must("validate")
    for side in ("source", "target"):
        assert len(ready.slots(side, "witness")) == 1


def test_the_gates_are_asked_again_on_resume(ready: Staged) -> None:
    approved(ready)
    ready.kill_after(ready.start("cutover", "run", sabotage=stands_still_after("gates/preflight")), "gates/preflight")
    with spoilt(ready, "target"):
        ran = ready.run("cutover", "resume")
        assert ran.code == 3
        assert "the sides differ" in ran.err
    assert ready.status()["open_run"] is None
    assert ready.secret()["port"] == str(ready.source.port)


def test_a_table_made_since_is_noticed(ready: Staged) -> None:
    with psycopg.connect(**ready.login("source"), autocommit=True) as source:
        source.execute("SET ROLE ledger_owner")
        source.execute("CREATE TABLE ledger.made_since (id int PRIMARY KEY)")
        try:
            approved(ready)
            ran = ready.run("cutover", "run")
        finally:
            source.execute("DROP TABLE ledger.made_since")
    assert ran.code == 3
    assert "ledger.made_since: only on the source" in ran.err
    assert "table ledger.made_since: added" in " ".join(ran.err.split())


def test_a_setting_that_changed_under_the_freeze_does_not_bar_the_way_back(ready: Staged) -> None:
    approved(ready)
    ready.kill_after(ready.start("cutover", "run"), "freeze/prove-fenced")
    config = ready.home / "migration.toml"
    before = config.read_text()
    config.write_text(before.replace("lag_seconds = 20.0", "lag_seconds = 19.0"))
    assert ready.run("cutover", "resume").code == 4
    ready.must("rollback")
    config.write_text(before)
    with psycopg.connect(**ready.login("source")) as source:
        (open_again,) = source.execute(
            "SELECT has_database_privilege('ledger_app', current_database(), 'CONNECT')"
        ).fetchone() or (False,)
    assert open_again


def test_a_row_that_the_way_back_lost_bars_the_rollback(ready: Staged) -> None:
    ready.must("validate")
    approved(ready)
    ready.must("cutover", "run")
    with spoilt(ready, "source"):
        assert ready.run("validate").code == 3
        ran = ready.run("rollback")
        assert ran.code == 3
        assert "the sides differ" in ran.err
        assert ready.status()["owner"] == "target"
    ready.must("rollback")


def test_finalize_asks_and_neither_a_refusal_nor_a_kill_is_for_ever(ready: Staged) -> None:
    ready.must("validate")
    approved(ready)
    ready.must("cutover", "run")
    assert ready.run("cutover", "finalize").code == 3
    ready.must("rollback")
    approved(ready)
    ready.must("cutover", "run")
    ready.must("cutover", "approve", "--finalize", "--by", "scenario")
    ready.kill_after(ready.start("cutover", "finalize"), "retire/tasks")
    for way in (("validate",), ("rollback",), ("cutover", "run")):
        ran = ready.run(*way)
        assert ran.code == 4
        assert "STA-015" in ran.err
    half_way = ready.status()
    assert half_way["next_command"] == "aurora-migrate cutover finalize"
    assert half_way["reverse_window_until"] is None
    with (ready.home / "migration.toml").open("a") as file:
        file.write('[replication]\nfeed_user = "somebody_else"\n')
    ready.must("cutover", "finalize")
    assert not ready.slots("source", "")
    assert not ready.slots("target", "")
    for side in ("source", "target"):
        with psycopg.connect(**ready.login(side)) as connection:
            assert not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'aurora_migrate'").fetchall()
    assert ready.status()["next_command"] == "aurora-migrate cleanup"
