"""The applications of the MySQL family and their judge, on real servers: a calm run, a crash, a move."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymysql
import pytest
from pymysql.cursors import Cursor

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.mysql_sessions import connected
from tests.samples.staged import PRESS, SHOP

pytestmark = [pytest.mark.server, pytest.mark.slow]

SAMPLES = [
    pytest.param(SHOP, "mysql_server", id="shop"),
    pytest.param(PRESS, "mariadb_server", id="press"),
    pytest.param(PRESS, "mysql_server", id="press-moved"),
]

KINDS = {
    "shop": {
        *(("order", act) for act in ("place", "pay", "ship", "cancel")),
        *(("product", act) for act in ("offer", "price")),
        *(("customer", act) for act in ("register", "leave")),
        *((kind, None) for kind in ("delivery", "review", "cart", "gift card")),
    },
    "press": {
        *(("author", act) for act in ("join", "leave")),
        *(("article", act) for act in ("write", "revise", "publish", "retract")),
        *(("comment", act) for act in ("write", "remove")),
        *(("subscription", act) for act in ("subscribe", "end")),
    },
}


def _end_sessions(sample: Any, cursor: Cursor) -> None:
    for session in [one for one in connected(cursor, sample.server.flavor) if one.user == sample.application]:
        with contextlib.suppress(pymysql.MySQLError):  # it may have ended by itself
            cursor.execute(f"KILL {session.number:d}")


def _clean(verdict: dict[str, Any]) -> bool:
    return (verdict["verdict"], verdict["lost"], verdict["duplicated"], verdict["contradictions"]) == ("kept", 0, 0, [])


@pytest.mark.parametrize(("folder", "server"), SAMPLES)
def test_a_calm_run_keeps_everything(
    request: pytest.FixtureRequest,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
    folder: Path,
    server: str,
) -> None:
    sample = make_sample(request.getfixturevalue(server), folder=folder)
    secrets_stand_in.point_to(sample)
    workload = run_workload(folder, sessions=8, rate=200)
    workload.acknowledge(1500)
    assert workload.stop() == 0
    verdict = sample.judge(workload.ledger)
    assert _clean(verdict), verdict
    assert verdict["acknowledged"] >= 1500
    assert verdict["indeterminate"] == 0
    assert workload.lines[-1]["event"] == "stopped"
    assert workload.lines[-1]["acknowledged"] == verdict["acknowledged"]
    kinds = {(line["kind"], line["effects"].get("act")) for line in workload.noted("begun")}
    assert kinds == KINDS[folder.name]
    assert sum(second["acknowledged"] for second in verdict["per_second"]) == verdict["acknowledged"]


@pytest.mark.parametrize(
    ("folder", "flavor"),
    [pytest.param(SHOP, Flavor.MYSQL, id="shop"), pytest.param(PRESS, Flavor.MARIADB, id="press")],
)
def test_a_crash_of_the_server_leaves_nothing_unexplained(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
    folder: Path,
    flavor: Flavor,
) -> None:
    request.getfixturevalue(f"{flavor}_server")  # says so where there is no such server
    with MySqlServer(tmp_path / "server", flavor=flavor) as server:
        sample = make_sample(server, folder=folder)
        secrets_stand_in.point_to(sample)
        workload = run_workload(folder, sessions=8, rate=200)
        for _ in range(2):
            workload.acknowledge(200)
            failed = workload.status["connection_failures"]
            server.kill()
            time.sleep(0.3)
            workload.wait_for(lambda status, before=failed: status["connection_failures"] > before)
            server.start()
        workload.acknowledge(200)
        assert workload.stop() == 0
        verdict = sample.judge(workload.ledger)
        server.drop_database(sample.database)
        assert _clean(verdict), verdict
        assert verdict["refused"] + verdict["indeterminate"] > 0
        assert verdict["longest_write_gap_seconds"] > 0.3
        assert workload.status["connection_failures"] > 0


@pytest.mark.parametrize(("folder", "server"), SAMPLES)
def test_sessions_that_are_killed_leave_nothing_unexplained(
    request: pytest.FixtureRequest,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
    folder: Path,
    server: str,
) -> None:
    """As a fence does it: account locked, sessions ended, opened again."""
    sample = make_sample(request.getfixturevalue(server), folder=folder)
    secrets_stand_in.point_to(sample)
    workload = run_workload(folder, sessions=8, rate=300)
    with sample.connect() as admin, admin.cursor() as cursor:
        for _ in range(10):
            workload.acknowledge(60)
            cursor.execute("ALTER USER %s ACCOUNT LOCK", (sample.application,))
            _end_sessions(sample, cursor)
            cursor.execute("ALTER USER %s ACCOUNT UNLOCK", (sample.application,))
    workload.acknowledge(60)
    assert workload.stop() == 0
    verdict = sample.judge(workload.ledger)
    assert _clean(verdict), verdict
    assert verdict["refused"] + verdict["indeterminate"] > 0


def test_it_follows_the_secret_to_another_server(
    mysql_pair: tuple[MySqlServer, MySqlServer],
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> None:
    """Two unrelated copies: what was written to the first is missing on the second, and the judge must say so."""
    first, second = (make_sample(server, folder=SHOP) for server in mysql_pair)
    secrets_stand_in.point_to(first)
    workload = run_workload(SHOP)
    workload.acknowledge(100)
    secrets_stand_in.point_to(second)
    with first.connect() as admin, admin.cursor() as cursor:
        _end_sessions(first, cursor)
    workload.wait_for(lambda status: status["port"] == second.server.port)
    workload.acknowledge(100)
    assert workload.stop() == 0
    verdict = second.judge(workload.ledger)
    ports = [(gap["from_port"], gap["to_port"]) for gap in verdict["write_gaps"]]
    assert ports
    assert ports[0] == (first.server.port, second.server.port)
    assert verdict["lost"] >= 100
    assert verdict["verdict"] == "broken"
