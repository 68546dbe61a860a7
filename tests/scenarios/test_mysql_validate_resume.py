"""A validation from MySQL and from MariaDB that is broken off: it goes on from the same place in the log."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator

import pymysql
import pytest

from migrate.sandbox import client
from tests.scenarios.complaint import ended
from tests.scenarios.doors import mysql_connection
from tests.scenarios.test_validate_resume import STOPS_BEFORE_THE_ROWS, compared, finished, tables, target_server, until
from tests.scenarios.theatre import LONG, Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow]
POSITIONS = "SELECT name, position FROM aurora_migrate.positions WHERE name LIKE '%witness%'"
SAMPLES = {"mysql/shop": "shop.event_log", "mariadb/press": "press.activity"}
"""With the table that is kept from being read: it has no key, so that it is asked for as long as it takes."""


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(f"resume-{name}")) for name in SAMPLES]
)
def validated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Staged, str]]:
    for staged in stage(tmp_path_factory.mktemp("resumed"), sample=request.param, scale=0.01):
        with (staged.home / "migration.toml").open("a") as file:
            file.write("\n[validation]\nrows_per_chunk = 100\n")
        yield replicated(staged), SAMPLES[request.param]


@contextlib.contextmanager
def stuck(staged: Staged, last: str, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A validation that has compared all tables but `last`, which nobody reads on the target until the block ends; and
    how many these are."""
    mark, go_on = staged.home / "before-the-rows", staged.home / "go-on"
    wanted = tables(staged) - 1
    for file in (mark, go_on):
        file.unlink(missing_ok=True)
    process = staged.start("validate", *more, sabotage=STOPS_BEFORE_THE_ROWS)
    until(mark.exists, process)
    holder = mysql_connection(staged.login("target"))
    try:
        with holder.cursor() as cursor:
            cursor.execute(f"LOCK TABLES {last} WRITE")
        go_on.touch()
        until(lambda: finished(staged) == wanted, process)
        yield process, wanted
    finally:
        with contextlib.suppress(pymysql.Error):  # somebody may have ended it
            holder.close()


def held(staged: Staged, side: str) -> dict[str, str]:
    """Witness slots with the place from which each is read."""
    with mysql_connection(staged.login(side)) as connection, connection.cursor() as cursor:
        cursor.execute(POSITIONS)
        return dict(cursor.fetchall())


def test_a_killed_validation_goes_on_where_it_was(validated: tuple[Staged, str]) -> None:
    staged, last = validated
    with stuck(staged, last) as (process, count):
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=LONG)
    slots = {side: held(staged, side) for side in ("source", "target")}
    assert all(len(found) == 2 for found in slots.values())
    ran = staged.must("validate", "--format", "json")
    assert f"{count} of {count + 1} tables were compared before" in ran.err
    assert ran.json["facts"]["resumed_tables"] >= count
    for side, before in slots.items():
        (kept,) = held(staged, side).items()
        assert kept in before.items(), "the witness still begins where the killed run began"
    assert not compared(staged), "progress goes with the verdict"


def test_a_server_that_goes_away_leaves_an_unknown_that_goes_on(validated: tuple[Staged, str]) -> None:
    staged, last = validated
    with stuck(staged, last, "--format", "json") as (process, count):
        client.fault(staged.sandbox.control_url, "kill-server", target_server(staged))
        ran = ended(process)
    assert ran.code == 3, ran.err
    assert ran.json["summary"]["verdict"] == "unknown"
    (lost,) = [table for table in ran.json["tables"] if table["table"] == last]
    assert lost["verdict"] == "unknown"
    assert "run it again to go on" in ran.err
    client.fault(staged.sandbox.control_url, "start-server", target_server(staged))
    ran = staged.must("validate")
    assert f"{count} of {count + 1} tables were compared before" in ran.err
