"""Sabotage: take, double or change one thing that was acknowledged, and the judge must say so, and say which."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.postgres import PostgresServer

pytestmark = pytest.mark.server

TRANSFER = "(SELECT id FROM ledger.transfers WHERE origin <> 'seed' ORDER BY id LIMIT 1)"
UNDONE_BALANCES = f"""
UPDATE ledger.accounts SET balance = balance - entries.amount, version = version - 1
FROM ledger.entries WHERE account_id = accounts.id AND transfer_id = {TRANSFER}
"""

SABOTAGE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "an event is gone": (
        (f"DELETE FROM ledger.event_log WHERE event_id = {TRANSFER}",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a whole transfer is gone, without a trace in the balances": (
        (
            UNDONE_BALANCES,
            f"DELETE FROM ledger.event_log WHERE event_id = {TRANSFER}",
            f"DELETE FROM ledger.transfers WHERE id = {TRANSFER}",
        ),
        {"lost": 1, "duplicated": 0, "contradictions_total": 4},
    ),
    "a change of a balance is gone": (
        ("UPDATE ledger.accounts SET balance = balance - 1 WHERE id = 7",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "a change of a balance came twice, the same sum": (
        ("UPDATE ledger.accounts SET version = version + 1 WHERE id = 7",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "an event is there twice": (
        (f"INSERT INTO ledger.event_log SELECT * FROM ledger.event_log WHERE event_id = {TRANSFER}",),
        {"lost": 0, "duplicated": 1, "contradictions_total": 1},
    ),
    "a revision is there twice": (
        (
            "INSERT INTO ledger.document_revisions (path, revision) SELECT path, revision"
            " FROM ledger.document_revisions WHERE path LIKE 'app/%' ORDER BY id LIMIT 1",
        ),
        {"lost": 0, "duplicated": 1, "contradictions_total": 1},
    ),
    "an entry has another amount": (
        (f"UPDATE ledger.entries SET amount = amount + 5 WHERE transfer_id = {TRANSFER} AND amount > 0",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 4},
    ),
    "a statement is gone": (
        ("DELETE FROM ledger.statements WHERE id = (SELECT id FROM ledger.statements WHERE origin <> 'seed' LIMIT 1)",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "an update of a hold is gone": (
        (
            "UPDATE ledger.holds SET version = version - 1"
            " WHERE id = (SELECT id FROM ledger.holds WHERE origin <> 'seed' AND version > 1 ORDER BY id LIMIT 1)",
        ),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a wide body was overwritten": (
        (
            "UPDATE ledger.documents SET body = left(body, 7)"
            " WHERE path = (SELECT min(path) FROM ledger.documents WHERE origin <> 'seed')",
            "DELETE FROM ledger.document_revisions WHERE id = (SELECT max(id) FROM ledger.document_revisions)",
        ),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a write that the application never made": (
        (
            "INSERT INTO ledger.event_log (event_id, kind, subject, origin)"
            " SELECT gen_random_uuid(), 'transfer', 'x', origin FROM ledger.event_log WHERE origin <> 'seed' LIMIT 1",
        ),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
}


@pytest.fixture
def finished(
    postgres_server: PostgresServer,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> tuple[Any, Path]:
    """A sample after a calm run, and the run's ledger."""
    sample = make_sample(postgres_server)
    secrets_stand_in.point_to(sample)
    workload = run_workload(sessions=2, rate=300)
    workload.acknowledge(250)
    assert workload.stop() == 0
    return sample, workload.ledger


@pytest.mark.parametrize(("statements", "expected"), SABOTAGE.values(), ids=SABOTAGE.keys())
def test_sabotage_is_seen(finished: tuple[Any, Path], statements: tuple[str, ...], expected: dict[str, Any]) -> None:
    sample, ledger = finished
    assert sample.judge(ledger)["verdict"] == "kept"
    with sample.connect() as admin:
        for statement in statements:
            assert admin.execute(statement).rowcount >= 1
    verdict = sample.judge(ledger)
    assert verdict["verdict"] == "broken"
    assert {key: verdict[key] for key in expected} == expected, verdict["contradictions"]


def test_a_deleted_hold_that_came_back_is_a_lost_delete(finished: tuple[Any, Path]) -> None:
    sample, ledger = finished
    work = next(
        line
        for line in map(json.loads, ledger.read_text().splitlines())
        if line.get("effects", {}).get("act") == "delete"
    )
    with sample.connect() as admin:
        admin.execute(
            "INSERT INTO ledger.holds (id, account_id, amount, origin)"
            " SELECT %s, 1, 10, origin FROM ledger.event_log WHERE event_id = %s",
            (work["effects"]["hold"], work["id"]),
        )
    verdict = sample.judge(ledger)
    assert verdict["lost"] == 1
    assert [one["transaction"] for one in verdict["contradictions"]] == [work["id"]]
    assert "deleted and is there" in verdict["contradictions"][0]["problem"]


def test_a_refused_transaction_must_not_be_there(finished: tuple[Any, Path]) -> None:
    sample, ledger = finished
    refused = str(uuid.uuid4())
    _append(ledger, {"state": "refused", "id": refused, "session": 1, "port": 1, "reason": "57P01"})
    assert sample.judge(ledger)["verdict"] == "kept"
    with sample.connect() as admin:
        admin.execute(
            "INSERT INTO ledger.event_log SELECT %s, 'transfer', 'x', min(origin) FROM ledger.event_log", (refused,)
        )
    verdict = sample.judge(ledger)
    assert verdict["verdict"] == "broken"
    assert [one["outcome"] for one in verdict["contradictions"]] == ["refused"]


def test_an_indeterminate_one_may_be_there_or_not_but_never_in_part(finished: tuple[Any, Path]) -> None:
    sample, ledger = finished
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    kinds = {line["id"]: line["kind"] for line in lines if line["state"] == "begun"}
    last = [line for line in lines if line["state"] == "acknowledged" and kinds[line["id"]] == "transfer"][-1]
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines if line is not last))
    verdict = sample.judge(ledger)
    assert (verdict["verdict"], verdict["indeterminate"], verdict["indeterminate_present"]) == ("kept", 1, 1)
    with sample.connect() as admin:
        admin.execute(
            "UPDATE ledger.accounts SET balance = balance - entries.amount, version = version - 1 FROM ledger.entries"
            " WHERE account_id = accounts.id AND transfer_id = %s",
            (last["id"],),
        )
        admin.execute("DELETE FROM ledger.transfers WHERE id = %s", (last["id"],))
        half = sample.judge(ledger)
        assert (half["verdict"], half["lost"]) == ("broken", 0)
        admin.execute("DELETE FROM ledger.event_log WHERE event_id = %s", (last["id"],))
    verdict = sample.judge(ledger)
    assert (verdict["verdict"], verdict["indeterminate_present"]) == ("kept", 0)


def _append(ledger: Path, line: dict[str, Any]) -> None:
    stamp = {"at": time.monotonic(), "wall": time.time()}
    with ledger.open("a") as out:
        out.write(json.dumps(line | stamp) + "\n")
