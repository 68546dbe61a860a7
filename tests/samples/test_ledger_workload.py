"""The application and its judge, on real servers: a calm run, a crash, a move to another server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.postgres import PostgresServer

pytestmark = [pytest.mark.server, pytest.mark.slow]


def _clean(verdict: dict[str, Any]) -> bool:
    return (verdict["verdict"], verdict["lost"], verdict["duplicated"], verdict["contradictions"]) == ("kept", 0, 0, [])


def test_a_calm_run_keeps_everything(
    postgres_server: PostgresServer,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> None:
    sample = make_sample(postgres_server)
    secrets_stand_in.point_to(sample)
    workload = run_workload()
    workload.acknowledge(400)
    assert workload.stop() == 0
    verdict = sample.judge(workload.ledger)
    assert _clean(verdict), verdict
    assert verdict["acknowledged"] >= 400
    assert verdict["indeterminate"] == 0
    assert workload.lines[-1]["event"] == "stopped"
    assert workload.lines[-1]["acknowledged"] == verdict["acknowledged"]
    kinds = {(line.get("kind"), line["effects"].get("act")) for line in _lines(workload.ledger, "begun")}
    assert kinds >= {("transfer", None), ("hold", "insert"), ("hold", "update"), ("hold", "delete")}
    assert kinds >= {("document", "write"), ("document", "touch"), ("statement", None)}
    assert sum(second["acknowledged"] for second in verdict["per_second"]) == verdict["acknowledged"]


def test_it_stops_when_its_starter_hangs_up(
    postgres_server: PostgresServer,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> None:
    sample = make_sample(postgres_server)
    secrets_stand_in.point_to(sample)
    workload = run_workload()
    workload.acknowledge(50)
    assert workload.hang_up() == 0
    assert _lines(workload.ledger, "stop")
    assert _clean(sample.judge(workload.ledger))


def test_a_killed_application_leaves_a_ledger_that_can_be_judged(
    postgres_server: PostgresServer,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> None:
    sample = make_sample(postgres_server)
    secrets_stand_in.point_to(sample)
    workload = run_workload()
    workload.acknowledge(100)
    workload.kill()
    with workload.ledger.open("ab") as torn:
        torn.write(b'{"state":"acknow')
    assert _clean(sample.judge(workload.ledger))


def test_a_crash_of_the_server_leaves_nothing_unexplained(
    tmp_path: Path,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> None:
    with PostgresServer(tmp_path / "server") as server:
        sample = make_sample(server)
        secrets_stand_in.point_to(sample)
        workload = run_workload(sessions=8, rate=400)
        for _ in range(3):
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
        assert verdict["longest_read_gap_seconds"] > 0.3
        assert workload.status["connection_failures"] > 0


def test_it_follows_the_secret_to_another_server(
    postgres_pair: tuple[PostgresServer, PostgresServer],
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> None:
    """Two unrelated copies: what was written to the first is missing on the second, and the judge must say so."""
    first, second = (make_sample(server) for server in postgres_pair)
    secrets_stand_in.point_to(first)
    workload = run_workload()
    workload.acknowledge(100)
    secrets_stand_in.point_to(second)
    with first.connect() as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ledger_app'")
    workload.wait_for(lambda status: status["port"] == second.server.port)
    workload.acknowledge(100)
    assert workload.stop() == 0
    verdict = second.judge(workload.ledger)
    ports = [(gap["from_port"], gap["to_port"]) for gap in verdict["write_gaps"]]
    assert ports
    assert ports[0] == (first.server.port, second.server.port)
    assert verdict["lost"] >= 100
    assert verdict["verdict"] == "broken"


def test_a_wrong_configuration_is_one_line() -> None:
    sample = Path(__file__).resolve().parents[2] / "sample_schemas"
    done = subprocess.run(
        [sys.executable, str(sample / "postgres" / "ledger" / "workload.py")],
        input='{"secrets": 1}\n',
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    judged = subprocess.run(
        [sys.executable, str(sample / "judge.py")], input="{}", capture_output=True, text=True, check=False
    )
    assert judged.returncode == 2
    assert judged.stdout == ""


def _lines(ledger: Path, state: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    return [line for line in lines if line["state"] == state]
