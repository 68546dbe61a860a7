"""The soak's page says what the runs had, and a run that the ledger contradicts is none."""

from __future__ import annotations

from typing import Any

import pytest

from checks.route import Engine
from tests.chaos.soak import is_server, run
from tests.chaos.soak_page import page

CONDITIONS = {"date": "2026-01-02", "servers": "source postgres 15.1", "machine": "Linux", "rate": 300.0, "scale": 0.02}


def switches(*freezes: float) -> list[dict[str, Any]]:
    sides = ("target", "source")
    return [
        {"to": sides[at % 2], "freeze_seconds": freeze, "seconds": 5.0, "sandbox_mib": 100 + at, "connections": 20}
        for at, freeze in enumerate(freezes)
    ]


def verdict(*gaps: float, lost: int = 0) -> dict[str, Any]:
    counted = {"acknowledged": 1000, "refused": 2, "indeterminate": 1, "lost": lost, "duplicated": 0}
    return {"write_gaps": [{"seconds": gap} for gap in gaps], "verdict": "broken" if lost else "kept", **counted}


def test_the_page_adds_up_runs_and_parts_the_directions() -> None:
    first = run(switches(0.4, 0.5), verdict(0.6, 0.7), Engine.POSTGRES) | CONDITIONS
    second = run(switches(0.8), verdict(0.9, lost=3), Engine.POSTGRES) | CONDITIONS
    told = page([first, second])
    assert "3 switches in 2 runs: 2,000 acknowledged transactions, 3 lost, 0 duplicated, 2 indeterminate" in told
    assert "| cutover | 2 | 0.60 s | 0.78 s | 0.80 s | 0.75 s | 0.89 s | 0.90 s |" in told
    assert "| rollback | 1 | 0.50 s | 0.50 s | 0.50 s | 0.70 s | 0.70 s | 0.70 s |" in told
    assert "100 MiB, 101 MiB | 20, 20 | kept |" in told
    assert "| broken |" in told


def test_a_switch_without_a_gap_in_the_ledger_is_no_result() -> None:
    with pytest.raises(SystemExit, match="2 switches, but the ledger knows 1"):
        run(switches(0.4, 0.5), verdict(0.6), Engine.MYSQL)


@pytest.mark.parametrize(
    ("words", "server"),
    [
        (["/usr/lib/postgresql/17/bin/postgres", "-D", "/data"], True),
        (["postgres: walsender mig 127.0.0.1(4711) idle", ""], True),
        (["/servers/ld-linux-x86-64.so.2", "--library-path", "/servers/lib", "/servers/sbin/mysqld", "--port=1"], True),
        (["/venv/bin/python", "-m", "migrate.sandbox", "--home", "/tmp/mysqld-home"], False),
    ],
)
def test_memory_is_counted_without_the_servers(words: list[str], server: bool) -> None:
    assert is_server(words) is server
