"""Stop, kill, lose servers, come back between MySQL servers: nothing lost, nothing applied twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.mysql import MySqlServer
from tests.sandbox_dms_worker.driving import wait_for
from tests.sandbox_dms_worker.holding import mysql_held_at
from tests.sandbox_dms_worker.mysql_stage import MARKER, MySqlStage

pytestmark = [pytest.mark.server, pytest.mark.slow]

NO_KEY = "CREATE TABLE journal (id int, v varchar(9))"
"""Without a key a change applied twice shows as a double row."""
LARGE = "CREATE TABLE large (id int, pad varchar(200))"


def burst(stage: Any, first: int, count: int) -> None:
    for number in range(first, first + count):
        stage.on_source("INSERT INTO journal VALUES (%s, 'x')", [number])


def fill(stage: Any, rows: int = 200_000) -> None:
    stage.on_source("SET SESSION cte_max_recursion_depth = 1000000")
    stage.on_source(
        "INSERT INTO large WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
        " SELECT i, REPEAT('p', 100) FROM n",
        [rows],
    )


def test_stop_and_resume_loses_nothing_and_doubles_nothing(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(NO_KEY)
    burst(stage, 0, 20)
    worker = stage.run()
    worker.loaded("journal")
    burst(stage, 20, 50)
    assert worker.stop()["reason"] == "NORMAL"
    burst(stage, 100, 50)
    worker = stage.resume(worker)
    burst(stage, 200, 50)
    stage.settle(worker)
    stage.equal("journal")
    assert "Full load" not in worker.states("journal")
    worker.stop()
    stage.on_source("FLUSH BINARY LOGS")
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("journal")


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3])
def test_a_killed_worker_resumes_exactly_once(mysql_stage: Any, pause: float) -> None:
    stage = mysql_stage
    stage.make(NO_KEY)
    worker = stage.run()
    worker.loaded("journal")
    for round_ in range(3):
        burst(stage, 1000 * round_, 100)
        time.sleep(pause)
        worker.kill()
        burst(stage, 1000 * round_ + 500, 20)
        worker = stage.resume(worker)
        worker.running()
    stage.settle(worker)
    stage.equal("journal")


def test_killed_while_loading_then_resumed(mysql_stage: Any) -> None:
    """The finished table is kept, the unfinished one is loaded again in a later snapshot, both end up exact."""
    stage = mysql_stage
    stage.make(NO_KEY, LARGE, "CREATE TABLE small (id int, v int)")
    fill(stage)
    stage.on_source("INSERT INTO small VALUES (1, 1)")
    with mysql_held_at(stage, "large", 100_000) as held:
        worker = stage.run()
        worker.loaded("small", "journal")
        held()
        stage.on_source("INSERT INTO small VALUES (2, 2)")
        stage.on_source("INSERT INTO large VALUES (-1, 'during')")
        assert worker.table("large")["state"] == "Full load"
        worker.kill()
    stage.on_source("INSERT INTO small VALUES (3, 3)")
    stage.on_source("INSERT INTO large VALUES (-2, 'between')")
    worker = stage.resume(worker)
    worker.loaded("large")
    stage.on_source("INSERT INTO small VALUES (4, 4)")
    stage.on_source("INSERT INTO large VALUES (-4, 'caught up')")
    stage.settle(worker)
    stage.equal("small", "large")
    assert worker.states("small") == ["Table completed"]
    worker.kill()
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("small", "large")


def test_a_load_that_was_done_but_never_reported_is_not_doubled(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(NO_KEY)
    burst(stage, 0, 10)
    worker = stage.run()
    worker.loaded("journal")
    worker.kill()
    worker = stage.run(start_type="resume-processing", checkpoint=worker.checkpoint())
    worker.loaded("journal")
    stage.settle(worker)
    stage.equal("journal")


def test_stop_while_loading_does_not_wait_for_the_table_and_is_resumable(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(LARGE)
    fill(stage)
    with mysql_held_at(stage, "large", 100_000) as held:
        worker = stage.run()
        held()
        assert worker.stop()["reason"] == "NORMAL"
        assert worker.table("large")["state"] == "Table cancelled"
    worker = stage.resume(worker)
    worker.loaded("large")
    stage.settle(worker)
    stage.equal("large")


def test_pause_after_the_load_keeps_every_change(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(NO_KEY)
    burst(stage, 0, 10)
    pause = {"FullLoadSettings": {"StopTaskCachedChangesNotApplied": True}}
    worker = stage.run(settings=pause)
    assert worker.last() == {"event": "stopped", "reason": "STOPPED_AFTER_FULL_LOAD"}
    assert worker.checkpoint()
    burst(stage, 100, 30)
    assert len(stage.rows(stage.target, "journal")) == 10
    stage.on_target("CREATE INDEX i ON journal (id)")
    worker = stage.resume(worker, settings=pause)
    stage.settle(worker)
    stage.equal("journal")
    assert worker.stop()["reason"] == "NORMAL"


def test_stop_after_the_cached_changes(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(NO_KEY)
    burst(stage, 0, 10)
    worker = stage.run(settings={"FullLoadSettings": {"StopTaskCachedChangesApplied": True}})
    assert worker.last() == {"event": "stopped", "reason": "STOPPED_AFTER_CACHED_EVENTS"}
    stage.equal("journal")


def test_a_restart_reloads(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE again (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("again")
    worker.stop()
    stage.on_source("INSERT INTO again VALUES (1)")
    worker = stage.run(
        start_type="reload-target", settings={"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}
    )
    worker.loaded("again")
    stage.settle(worker)
    stage.equal("again")
    worker.stop()


def test_an_idle_task_follows_the_log_into_its_next_files(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = stage.run()
    worker.loaded("marker")
    stage.settle(worker)
    stage.on_source("FLUSH BINARY LOGS")
    stage.on_source("FLUSH BINARY LOGS")
    file = stage.position().partition(":")[0]
    wait_for(lambda: f"#{file}:" in str(worker.checkpoint()), "the checkpoint in the newest file")
    stage.on_source("PURGE BINARY LOGS TO %s", [file])
    stage.settle(worker)
    worker.stop()


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySqlServer]:
    """A server that the test may kill."""
    with MySqlServer(Path(tmp_path_factory.mktemp("own-server"))) as server:
        server.create_master("mig_admin", "x")
        yield server


def test_a_killed_target_comes_back_and_nothing_is_lost_or_doubled(
    mysql_server: MySqlServer, own_server: MySqlServer
) -> None:
    stage = MySqlStage(mysql_server, own_server, "target_dies")
    try:
        stage.make(NO_KEY, MARKER)
        worker = stage.run()
        worker.loaded("journal", "marker")
        burst(stage, 0, 200)
        own_server.kill()
        burst(stage, 500, 100)
        wait_for(lambda: any("trying again" in one["text"] for one in worker.of("log")), "the loss is noticed")
        own_server.start()
        burst(stage, 1000, 10)
        stage.target.close()
        stage.target = own_server.connect(stage.database)
        stage.settle(worker)
        stage.equal("journal")
        assert worker.stop()["reason"] == "NORMAL"
    finally:
        stage.close()


def test_a_source_that_restarts_is_found_again(mysql_server: MySqlServer, own_server: MySqlServer) -> None:
    stage = MySqlStage(own_server, mysql_server, "source_dies")
    try:
        stage.make(NO_KEY, MARKER)
        worker = stage.run()
        worker.loaded("journal", "marker")
        burst(stage, 0, 100)
        for ends in (own_server.stop, own_server.kill):
            ends()
            own_server.start()
            stage.source.close()
            stage.source = own_server.connect(stage.database)
            burst(stage, 100, 100)
            stage.settle(worker)
            stage.equal("journal")
        assert worker.stop()["reason"] == "NORMAL"
    finally:
        stage.close()


def test_retries_end_after_the_count(mysql_stage: Any) -> None:
    task = mysql_stage.task(settings={"ErrorBehavior": {"RecoverableErrorCount": 1, "RecoverableErrorInterval": 0}})
    task["target"]["port"] = 1
    worker = mysql_stage.run(target=task["target"], settings=task["settings"])
    last = worker.last()
    assert last["event"] == "failed"
    assert last["message"].endswith("Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE")


def test_a_wrong_password_fails_at_once_and_is_not_shown(mysql_stage: Any) -> None:
    target = {**mysql_stage.task()["target"], "password": "wr0ng-and-secret"}
    worker = mysql_stage.run(target=target)
    last = worker.last()
    assert last["event"] == "failed"
    assert "FATAL" in last["message"]
    assert "wr0ng" not in str(worker.events)


def test_a_purged_log_fails_the_resume(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = stage.run()
    worker.loaded("marker")
    worker.stop()
    stage.on_source("FLUSH BINARY LOGS")
    stage.on_source("PURGE BINARY LOGS TO %s", [stage.position().partition(":")[0]])
    last = stage.resume(worker).last()
    assert last["event"] == "failed"
    assert "1236" in last["message"]
    assert last["message"].endswith("Stop Reason FATAL_ERROR Error Level FATAL")


def test_a_stop_is_heard_while_the_target_lets_the_apply_wait(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE held (id int PRIMARY KEY, v int)")
    stage.on_source("INSERT INTO held VALUES (1, 1)")
    patient = {"Initstmt": "SET SESSION innodb_lock_wait_timeout = 3600"}
    worker = stage.run(target_settings=patient)
    worker.loaded("held", "marker")
    stage.settle(worker)

    def waiting() -> bool:
        # Not innodb_trx: that is made anew only for one who asks seldom.
        ((_, count),) = stage.on_target("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")
        return int(count) > 0

    with stage.target_server.connect(stage.database, autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("SELECT * FROM held FOR UPDATE")
        stage.on_source("UPDATE held SET v = 2")
        wait_for(waiting, "the apply at the lock")
        assert worker.stop() == {"event": "stopped", "reason": "NORMAL"}
        # Nothing of it waits on for the resume to run into.
        assert not waiting()
        other.rollback()
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("held")
    assert stage.exceptions() == []
    worker.stop()
