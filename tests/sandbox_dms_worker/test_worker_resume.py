"""Stop, kill, lose servers, come back: nothing lost, nothing applied twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.postgres import PostgresServer
from tests.patience import PATIENCE
from tests.sandbox_dms_worker.driving import wait_for
from tests.sandbox_dms_worker.holding import held_at

pytestmark = [pytest.mark.server, pytest.mark.slow]

NO_KEY = "CREATE TABLE journal (id int, v text)"
"""Without a key a change applied twice shows as a double row."""


def burst(stage: Any, first: int, count: int) -> None:
    for number in range(first, first + count):
        stage.source.execute("INSERT INTO journal VALUES (%s, 'x')", [number])


def test_stop_and_resume_loses_nothing_and_doubles_nothing(stage: Any) -> None:
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
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("journal")


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3])
def test_a_killed_worker_resumes_exactly_once(stage: Any, pause: float) -> None:
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


def test_killed_while_loading_then_resumed(stage: Any) -> None:
    """The finished table is kept, the unfinished one is loaded again in a later snapshot, both end up exact."""
    stage.make(NO_KEY, "CREATE TABLE large (id int, pad text)", "CREATE TABLE small (id int, v int)")
    stage.source.execute("INSERT INTO large SELECT g, repeat('p', 100) FROM generate_series(1, 400000) g")
    stage.source.execute("INSERT INTO small VALUES (1, 1)")
    with held_at(stage, "large", 200_000) as held:
        worker = stage.run()
        worker.loaded("small", "journal")
        held()
        stage.source.execute("INSERT INTO small VALUES (2, 2)")
        stage.source.execute("INSERT INTO large VALUES (-1, 'during')")
        assert worker.table("large")["state"] == "Full load"
        worker.kill()
    stage.source.execute("INSERT INTO small VALUES (3, 3)")
    stage.source.execute("INSERT INTO large VALUES (-2, 'between')")
    worker = stage.resume(worker)
    stage.source.execute("INSERT INTO large VALUES (-3, 'after')")
    worker.loaded("large")
    stage.source.execute("INSERT INTO small VALUES (4, 4)")
    stage.source.execute("INSERT INTO large VALUES (-4, 'caught up')")
    stage.settle(worker)
    stage.equal("small", "large")
    assert worker.states("small") == ["Table completed"]
    worker.kill()
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("small", "large")


def test_a_load_that_was_committed_but_never_reported_is_not_doubled(stage: Any) -> None:
    stage.make(NO_KEY)
    burst(stage, 0, 10)
    worker = stage.run()
    worker.loaded("journal")
    worker.kill()
    worker = stage.run(start_type="resume-processing", checkpoint=worker.checkpoint())
    worker.loaded("journal")
    stage.settle(worker)
    stage.equal("journal")


def test_stop_while_loading_does_not_wait_for_the_table_and_is_resumable(stage: Any) -> None:
    stage.make("CREATE TABLE large (id int, pad text)")
    stage.source.execute("INSERT INTO large SELECT g, repeat('p', 100) FROM generate_series(1, 400000) g")
    with held_at(stage, "large", 200_000) as held:
        worker = stage.run()
        held()
        assert worker.stop()["reason"] == "NORMAL"
        assert worker.table("large")["state"] == "Table cancelled"
    worker = stage.resume(worker)
    worker.loaded("large")
    stage.settle(worker)
    stage.equal("large")


def test_pause_after_the_load_keeps_every_change(stage: Any) -> None:
    stage.make(NO_KEY)
    burst(stage, 0, 10)
    pause = {"FullLoadSettings": {"StopTaskCachedChangesNotApplied": True}}
    worker = stage.run(settings=pause)
    assert worker.last() == {"event": "stopped", "reason": "STOPPED_AFTER_FULL_LOAD"}
    assert worker.checkpoint()
    burst(stage, 100, 30)
    assert len(stage.rows(stage.target, "journal")) == 10
    stage.target.execute("CREATE INDEX ON journal (id)")
    worker = stage.resume(worker, settings=pause)
    stage.settle(worker)
    stage.equal("journal")
    assert worker.stop()["reason"] == "NORMAL"


def test_stop_after_the_cached_changes(stage: Any) -> None:
    stage.make(NO_KEY)
    burst(stage, 0, 10)
    worker = stage.run(settings={"FullLoadSettings": {"StopTaskCachedChangesApplied": True}})
    assert worker.last() == {"event": "stopped", "reason": "STOPPED_AFTER_CACHED_EVENTS"}
    stage.equal("journal")


def test_a_restart_recreates_the_slot_and_reloads(stage: Any) -> None:
    stage.make("CREATE TABLE again (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("again")
    before = stage.source.execute("SELECT slot_name, restart_lsn FROM pg_replication_slots").fetchall()
    worker.stop()
    stage.source.execute("INSERT INTO again VALUES (1)")
    worker = stage.run(
        start_type="reload-target", settings={"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}
    )
    worker.loaded("again")
    stage.settle(worker)
    stage.equal("again")
    after = stage.source.execute("SELECT slot_name, restart_lsn FROM pg_replication_slots").fetchall()
    assert [one[0] for one in after] == [one[0] for one in before]
    assert after != before
    worker.stop()
    stays = "SELECT active FROM pg_replication_slots"
    wait_for(lambda: stage.source.execute(stays).fetchall() == [(False,)], "a stopped task keeps its slot, unread")


def test_an_idle_task_confirms_the_log_so_that_the_source_can_stop(stage: Any) -> None:
    worker = stage.run()
    worker.loaded("marker")
    stage.settle(worker)
    position = stage.source.execute("SELECT pg_logical_emit_message(true, 'x', 'not for us')::text").fetchone()[0]

    deadline = time.monotonic() + PATIENCE
    while True:
        (passed,) = stage.source.execute(
            "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots", [position]
        ).fetchone()
        if passed:
            break
        stage.source.execute("CHECKPOINT")
        assert time.monotonic() < deadline, "the slot stands still"
        time.sleep(0.1)


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that the test may kill."""
    with PostgresServer(Path(tmp_path_factory.mktemp("own-server"))) as server:
        server.create_master("mig_admin", "x")
        yield server


def test_a_killed_target_comes_back_and_nothing_is_lost_or_doubled(
    stage: Any, own_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]
) -> None:
    other = type(stage)(stage.source_server, own_server, stage.source_database, fresh_database(own_server))
    try:
        other.target.execute(other.source.execute("SELECT 1") and NO_KEY)
        other.target.execute("CREATE TABLE marker (token uuid PRIMARY KEY, at timestamptz)")
        other.source.execute(NO_KEY)
        other.grant()
        worker = other.run()
        worker.loaded("journal", "marker")
        burst(other, 0, 200)
        own_server.kill()
        burst(other, 500, 100)
        wait_for(lambda: any("trying again" in one["text"] for one in worker.of("log")), "the loss is noticed")
        own_server.start()
        burst(other, 1000, 10)
        other.target.close()
        other.target = own_server.connect(other.target_database)
        other.settle(worker)
        other.equal("journal")
        assert worker.stop()["reason"] == "NORMAL"
    finally:
        other.close()


def test_a_source_that_restarts_is_not_held_up_and_is_found_again(
    stage: Any, own_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]
) -> None:
    other = type(stage)(own_server, stage.target_server, fresh_database(own_server), stage.target_database)
    try:
        other.target.execute(NO_KEY)
        other.source.execute(NO_KEY)
        other.source.execute("CREATE TABLE marker (token uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz)")
        other.grant()
        worker = other.run()
        worker.loaded("journal", "marker")
        burst(other, 0, 100)
        began = time.monotonic()
        own_server.stop()
        assert time.monotonic() - began < 10, "the stream kept the source from stopping"
        own_server.start()
        other.source.close()
        other.source = own_server.connect(other.source_database)
        burst(other, 100, 100)
        other.settle(worker)
        other.equal("journal")
        own_server.kill()
        own_server.start()
        other.source = own_server.connect(other.source_database)
        burst(other, 300, 10)
        other.settle(worker)
        other.equal("journal")
        assert worker.stop()["reason"] == "NORMAL"
    finally:
        other.close()


def test_retries_end_after_the_count(stage: Any) -> None:
    task = stage.task(settings={"ErrorBehavior": {"RecoverableErrorCount": 1, "RecoverableErrorInterval": 0}})
    task["target"]["port"] = 1
    worker = stage.run(target=task["target"], settings=task["settings"])
    last = worker.last()
    assert last["event"] == "failed"
    assert last["message"].endswith("Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE")


def test_a_wrong_password_fails_at_once_and_is_not_shown(stage: Any) -> None:
    target = {**stage.task()["target"], "password": "wr0ng-and-secret"}
    worker = stage.run(target=target)
    last = worker.last()
    assert last["event"] == "failed"
    assert "FATAL" in last["message"]
    assert "wr0ng" not in str(worker.events)


def test_resume_without_the_slot_fails(stage: Any) -> None:
    worker = stage.run()
    worker.loaded("marker")
    worker.stop()
    stage.source.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
    last = stage.resume(worker).last()
    assert last["event"] == "failed"
    assert "does not exist" in last["message"]


def test_a_stop_is_heard_while_the_target_lets_the_apply_wait(stage: Any) -> None:
    stage.make("CREATE TABLE held (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("held", "marker")
    stage.settle(worker)
    waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'held'::regclass"
    with stage.target_server.connect(stage.target_database) as other:
        other.autocommit = False
        other.execute("LOCK TABLE held")
        stage.source.execute("INSERT INTO held VALUES (1)")
        wait_for(lambda: stage.target.execute(waits).fetchall(), "the apply at the lock")
        assert worker.stop() == {"event": "stopped", "reason": "NORMAL"}
        other.rollback()
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("held")
    assert stage.exceptions() == []
    worker.stop()
