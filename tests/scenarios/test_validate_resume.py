"""A validation that is broken off, by whatever: it goes on where it was, on the same slot, and says so."""

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

from migrate.sandbox import client
from tests.scenarios.complaint import ended
from tests.scenarios.theatre import LONG, Staged

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("validate-resume")]

LAST = "ledger.event_log"
"""The table that is kept from being read: it has no key, so that it is asked for as long as it takes."""


@pytest.fixture(autouse=True)
def fine_granules(ready: Staged) -> None:
    """The sample is small: cut it so that its tables are not compared in a single question."""
    config = ready.home / "migration.toml"
    if "[validation]" not in config.read_text():
        with config.open("a") as file:
            file.write("\n[validation]\nrows_per_chunk = 100\n")


STOPS_BEFORE_THE_ROWS = """
import pathlib, time
from migrate.operations import validate
compare = validate.compare
def stopped(*arguments, **named):
    pathlib.Path("before-the-rows").touch()
    while not pathlib.Path("go-on").exists():
        time.sleep(0.01)
    return compare(*arguments, **named)
validate.compare = stopped
"""


@contextlib.contextmanager
def stuck(staged: Staged, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A validation that has compared all tables but LAST, which nobody reads on the target until the block ends; and
    how many these are. The lock comes after the slots, for making one waits for it."""
    mark, signal_ = staged.home / "before-the-rows", staged.home / "go-on"
    wanted = tables(staged) - 1
    for file in (mark, signal_):
        file.unlink(missing_ok=True)
    process = staged.start("validate", *more, sabotage=STOPS_BEFORE_THE_ROWS)
    until(mark.exists, process)
    holder = psycopg.connect(**staged.login("target"))
    try:
        holder.execute(f"LOCK TABLE {LAST} IN ACCESS EXCLUSIVE MODE")
        signal_.touch()
        until(lambda: finished(staged) == wanted, process)
        yield process, wanted
    finally:
        with contextlib.suppress(psycopg.OperationalError):  # somebody may have ended it
            holder.rollback()
        holder.close()


def until(seen: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONG
    while not seen():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def compared(staged: Staged) -> dict[str, Any]:
    """How far each table is, from the state's own file."""
    file = staged.home / ".aurora-migrate/state.db"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as state:
        rows = state.execute("SELECT table_schema, table_name, body FROM aurora_migrate_compared").fetchall()
    return {f"{schema}.{name}": json.loads(body) for schema, name, body in rows}


def tables(staged: Staged) -> int:
    """How many the migration moves."""
    return int(staged.status()["evidence"]["validation"]["tables"])


def target_server(staged: Staged) -> str:
    (name,) = [one["name"] for one in client.status(staged.sandbox.control_url)["servers"] if one["role"] == "cluster"]
    return f"cluster/{name}"


def finished(staged: Staged) -> int:
    return sum(table["finished"] for table in compared(staged).values())


def held(staged: Staged, side: str) -> dict[str, str]:
    """Witness slots with the place from which each holds the log."""
    with psycopg.connect(**staged.login(side)) as database:
        rows = database.execute(
            "SELECT slot_name::text, confirmed_flush_lsn::text FROM pg_replication_slots"
            " WHERE slot_name LIKE '%witness%'"
        ).fetchall()
    return dict(rows)


def broken_off(staged: Staged) -> int:
    """Kill a validation when all but one of its tables are compared; return how many these are."""
    with stuck(staged) as (process, count):
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=LONG)
    return count


def test_a_killed_validation_goes_on_where_it_was(ready: Staged) -> None:
    count = broken_off(ready)
    slots = {side: held(ready, side) for side in ("source", "target")}
    assert all(len(found) == 2 for found in slots.values())
    ran = ready.must("validate", "--format", "json")
    assert f"{count} of {count + 1} tables were compared before" in ran.err
    assert ran.json["facts"]["resumed_tables"] >= count
    assert ran.json["summary"]["rows"] > 1000, "rows compared before are counted"
    for side, before in slots.items():
        (kept,) = held(ready, side).items()
        assert kept in before.items(), "the witness still begins where the killed run began"
    assert not compared(ready), "progress goes with the verdict"
    assert "compared before" not in ready.must("validate").err


def test_a_pressed_key_keeps_what_was_compared(ready: Staged) -> None:
    with stuck(ready, "--format", "json") as (process, count):
        os.kill(process.pid, signal.SIGINT)
        ran = ended(process)
    assert ran.code == 130
    assert ran.json["code"] == "RUN-005"
    assert "Run it again to go on" in ran.json["hint"]
    assert f"{count} of {count + 1} tables were compared before" in ready.must("validate").err


def test_whoever_wants_to_begins_anew(ready: Staged) -> None:
    broken_off(ready)
    ran = ready.must("validate", "--restart", "--format", "json")
    assert "begins anew, as asked for" in ran.err
    assert ran.json["facts"]["resumed_tables"] == 0


@pytest.mark.parametrize("side", ["source", "target"])
def test_without_the_log_since_then_it_begins_anew(ready: Staged, side: str) -> None:
    before = set(held(ready, side))
    broken_off(ready)
    (slot,) = set(held(ready, side)) - before
    with psycopg.connect(**ready.login(side), autocommit=True) as database:
        database.execute("SELECT pg_drop_replication_slot(%s)", [slot])
    ran = ready.must("validate", "--format", "json")
    assert f"begins anew: the {side} no longer holds the log" in ran.err
    assert ran.json["facts"]["resumed_tables"] == 0


def test_what_another_version_compared_does_not_count(ready: Staged) -> None:
    broken_off(ready)
    with contextlib.closing(sqlite3.connect(ready.home / ".aurora-migrate/state.db")) as state, state:
        state.execute("UPDATE aurora_migrate_compared SET terms = 'of another version'")
    ran = ready.must("validate", "--format", "json")
    assert "begins anew: the last run was of other tables, databases or of another version" in ran.err
    assert ran.json["facts"]["resumed_tables"] == 0


def test_a_server_that_goes_away_leaves_an_unknown_that_goes_on(ready: Staged) -> None:
    with stuck(ready, "--format", "json") as (process, count):
        client.fault(ready.sandbox.control_url, "kill-server", target_server(ready))
        ran = ended(process)
        assert ran.code == 3, ran.err
        document = ran.json
        assert document["summary"]["verdict"] == "unknown"
        (lost,) = [table for table in document["tables"] if table["table"] == LAST]
        assert lost["verdict"] == "unknown"
        assert "run it again to go on" in ran.err
    assert ready.status()["next_command"] == "aurora-migrate validate"
    client.fault(ready.sandbox.control_url, "start-server", target_server(ready))
    ran = ready.must("validate")
    assert f"{count} of {count + 1} tables were compared before" in ran.err


def test_some_tables_leave_no_trace(ready: Staged) -> None:
    before = ready.journal()
    ran = ready.must("validate", "--tables", "ledger.accounts,customers", "--format", "json")
    assert {table["table"] for table in ran.json["tables"]} == {"ledger.accounts", "ledger.customers"}
    assert "no evidence" in ready.must("validate", "--exclude", "event_log").out
    assert ready.journal() == before
    assert len(held(ready, "source")) == 1


def test_the_proofs_of_a_migration_inform_of_what_a_cutover_will_mend(ready: Staged) -> None:
    found = ready.must("validate", "--format", "json").json
    proofs = {proof["name"]: proof for proof in found["proofs"]}
    assert proofs["schema"]["verdict"] == proofs["constraints"]["verdict"] == "match"
    assert proofs["sequences"]["decides"] is False
    assert "cutover run raises them" in proofs["sequences"]["reason"]
    assert re.search("not enabled", proofs["DMS validation"]["reason"])


def test_a_snapshot_is_no_help_while_changes_flow(ready: Staged) -> None:
    ran = ready.run("validate", "--snapshot", "--format", "json")
    assert (ran.code, ran.json["code"]) == (2, "CFG-052")
