"""Settings of endpoints and of LOBs that a migration is advised to set, and what they do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_dms_worker.conftest import DMS_USER
from tests.sandbox_dms_worker.driving import wait_for

pytestmark = pytest.mark.server

FULL = {"TargetMetadata": {"FullLobMode": True, "LimitedSizeLobMode": False}}


def test_a_heartbeat_moves_the_log_of_an_idle_source(stage: Any) -> None:
    stage.source.execute(f"GRANT CREATE ON SCHEMA public TO {DMS_USER}")
    worker = stage.run(source_settings={"HeartbeatEnable": True, "HeartbeatFrequency": 0.001})
    worker.loaded("marker")

    def beats() -> Any:
        there = stage.source.execute("SELECT to_regclass('public.awsdms_heartbeat')").fetchone()
        if there == (None,):
            return None
        return stage.source.execute("SELECT hb_key, hb_last_heartbeat_at FROM awsdms_heartbeat").fetchone()

    first = wait_for(beats, "the first heartbeat")
    assert first[0] == "TASK1"
    wait_for(lambda: beats()[1] > first[1], "another heartbeat")
    worker.stop()
    assert worker.states("awsdms_heartbeat") == []
    worker = stage.run(source_settings={"HeartbeatEnable": True, "HeartbeatSchema": "nowhere"}, task_id="TASK2")
    stage.target.execute("TRUNCATE marker")
    wait_for(lambda: any("heartbeat was refused" in one["text"] for one in worker.of("log")), "the refusal")
    worker.stop()


def test_full_lob_mode_wants_nullable_lobs(stage: Any) -> None:
    stage.make(
        "CREATE TABLE strict (id int PRIMARY KEY, t text NOT NULL)", "CREATE TABLE lax (id int PRIMARY KEY, t text)"
    )
    stage.source.execute("INSERT INTO strict VALUES (1, repeat('x', 100000))")
    stage.source.execute("INSERT INTO lax VALUES (1, repeat('x', 100000))")
    worker = stage.run(settings=FULL)
    worker.loaded("lax", "marker")
    stage.settle(worker)
    stage.equal("lax")
    assert worker.table("strict")["state"] == "Table error"
    stage.target.execute("ALTER TABLE strict ALTER t DROP NOT NULL")
    worker.stop()
    worker = stage.resume(worker, settings=FULL)
    worker.loaded("strict")
    stage.settle(worker)
    stage.equal("strict")
    worker.stop()


@pytest.mark.parametrize("stop_position", [None, "server_time:2999-01-01T00:00:00"])
def test_a_transaction_larger_than_memory_shall_take_arrives_whole(stage: Any, stop_position: str | None) -> None:
    """With a stop position a transaction is held until its commit, in a file when it is large."""
    stage.make("CREATE TABLE big (id int PRIMARY KEY, v text)")
    worker = stage.run(stop_position=stop_position)
    worker.loaded("big", "marker")
    with stage.source.transaction():
        stage.source.execute("INSERT INTO big SELECT g, repeat('x', 2000) FROM generate_series(1, 30000) g")
        stage.source.execute("DELETE FROM big WHERE id % 3 = 0")
    stage.settle(worker)
    stage.equal("big")
    worker.stop()
    assert worker.table("big")["applied_deletes"] == 10_000


def test_a_transaction_larger_than_memory_shall_take_arrives_whole_on_mysql(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE big (id int PRIMARY KEY, v text)")
    worker = stage.run(stop_position="server_time:2999-01-01T00:00:00")
    worker.loaded("big", "marker")
    stage.on_source("SET SESSION cte_max_recursion_depth = 100000")
    numbers = "WITH RECURSIVE n (g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < 25000)"
    stage.on_source("BEGIN")
    stage.on_source(f"INSERT INTO big {numbers} SELECT g, REPEAT('x', 2000) FROM n")
    stage.on_source("DELETE FROM big WHERE MOD(id, 5) = 0")
    stage.on_source("COMMIT")
    stage.settle(worker)
    stage.equal("big")
    worker.stop()
    assert worker.table("big")["applied_deletes"] == 5_000
