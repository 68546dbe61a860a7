"""ReloadTables: a running worker loads tables again while it follows the others."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.sandbox_dms_worker.driving import wait_for
from tests.sandbox_dms_worker.holding import held_at

pytestmark = [pytest.mark.server, pytest.mark.slow]

RELOADING, COMPLETED = "Table is being reloaded", "Table completed"


@contextmanager
def busy(write: Callable[[int], None]) -> Any:
    """Somebody writes all the while. Raises what ended it."""
    finished = threading.Event()

    def work() -> None:
        for number in itertools.count(1):
            if finished.is_set():
                return
            write(number)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(work)
        try:
            yield
        finally:
            finished.set()
    writer.result()


def test_postgres_reloads_under_writers(stage: Any) -> None:
    stage.make(
        "CREATE TABLE acc (id int PRIMARY KEY, v int)",
        "CREATE TABLE led (id bigint PRIMARY KEY, note text)",
        "CREATE TABLE other (id bigint PRIMARY KEY)",
    )
    stage.source.execute("INSERT INTO acc SELECT g, 0 FROM generate_series(1, 500) g")
    stage.source.execute("INSERT INTO led SELECT g, 'old' FROM generate_series(1, 30000) g")
    worker = stage.run()
    worker.loaded("acc", "led", "other", "marker")
    stage.target.execute("DELETE FROM acc WHERE id < 100")
    stage.target.execute("UPDATE led SET note = 'spoiled' WHERE id % 7 = 0")

    def write(number: int) -> None:
        with writer.transaction():
            writer.execute("UPDATE acc SET v = v + 1 WHERE id = %s", [number % 400 + 100])
            writer.execute("INSERT INTO led VALUES (%s, 'new')", [100_000 + number])
            writer.execute("DELETE FROM led WHERE id = %s", [number])
            writer.execute("INSERT INTO other VALUES (%s)", [number])

    with stage.source_server.connect(stage.source_database) as writer, busy(write):
        worker.send({"command": "reload", "tables": [["public", "acc"], ["public", "led"]]})
        wait_for(lambda: worker.states("led")[-2:] == [RELOADING, COMPLETED], "led loaded again")
        stage.settle(worker)
    stage.settle(worker)
    stage.equal("acc", "led", "other")
    assert worker.states("other") == ["Before load", "Full load", COMPLETED]
    assert stage.exceptions() == []
    final = worker.table("led")
    assert final["full_load_rows"] > 29_000
    worker.stop()


def test_a_suspended_table_is_followed_again_after_its_reload(stage: Any) -> None:
    stage.make("CREATE TABLE strict (id int PRIMARY KEY, v text)")
    worker = stage.run(settings={"ErrorBehavior": {"ApplyErrorInsertPolicy": "SUSPEND_TABLE"}})
    worker.loaded("strict", "marker")
    stage.settle(worker)
    stage.target.execute("INSERT INTO strict VALUES (1, 'in the way')")
    stage.source.execute("INSERT INTO strict VALUES (1, 'conflict')")
    stage.settle(worker)
    assert worker.table("strict")["state"] == "Table error"
    stage.source.execute("INSERT INTO strict VALUES (2, 'lost until the reload')")
    worker.send({"command": "reload", "tables": [["public", "strict"]]})
    wait_for(lambda: worker.table("strict")["state"] == COMPLETED, "strict loaded again")
    stage.source.execute("UPDATE strict SET v = 'followed' WHERE id = 2")
    stage.settle(worker)
    stage.equal("strict")
    assert stage.target.execute("SELECT 1 FROM awsdms_control.awsdms_suspended_tables").fetchall() == []
    worker.stop()


def test_a_stop_during_a_reload_leaves_the_table_to_the_resume(stage: Any) -> None:
    stage.make("CREATE TABLE big (id int PRIMARY KEY, v text)")
    stage.source.execute("INSERT INTO big SELECT g, 'x' FROM generate_series(1, 1000) g")
    worker = stage.run()
    worker.loaded("big", "marker")
    stage.settle(worker)
    # An open transaction of the source keeps the reload's snapshot waiting.
    with stage.source_server.connect(stage.source_database) as other:
        other.autocommit = False
        other.execute("INSERT INTO marker DEFAULT VALUES")
        worker.send({"command": "reload", "tables": [["public", "big"]]})
        wait_for(lambda: worker.table("big")["state"] == RELOADING, "the reload's begin")
        stage.source.execute("INSERT INTO big VALUES (5000, 'meanwhile')")
        stage.settle(worker)
        assert stage.target.execute("SELECT 1 FROM big WHERE id = 5000").fetchall() == []
        assert worker.stop() == {"event": "stopped", "reason": "NORMAL"}
        other.rollback()
    assert ["public", "big"] not in worker.completed()
    worker = stage.resume(worker)
    worker.loaded("big", "marker")
    stage.settle(worker)
    stage.equal("big")
    worker.stop()


def test_a_target_lost_during_a_reload_is_loaded_again_by_the_next_attempt(stage: Any) -> None:
    stage.make("CREATE TABLE big (id int PRIMARY KEY, v text)")
    stage.source.execute("INSERT INTO big SELECT g, 'x' FROM generate_series(1, 1000) g")
    pauses = {"StopTaskCachedChangesNotApplied": True}
    first = stage.run(settings={"FullLoadSettings": pauses})
    assert first.last()["reason"] == "STOPPED_AFTER_FULL_LOAD"
    worker = stage.resume(first, settings={"FullLoadSettings": pauses})
    stage.settle(worker)
    with stage.source_server.connect(stage.source_database) as other:
        other.autocommit = False
        other.execute("INSERT INTO marker DEFAULT VALUES")
        worker.send({"command": "reload", "tables": [["public", "big"]]})
        wait_for(lambda: worker.table("big")["state"] == RELOADING, "the reload's begin")
        stage.target.execute("DELETE FROM big")
        stage.target.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dms_worker_test'")
        other.commit()
    stage.source.execute("INSERT INTO big VALUES (5000, 'meanwhile')")
    wait_for(lambda: worker.table("big")["state"] == COMPLETED, "big loaded again")
    stage.settle(worker)
    stage.equal("big")
    worker.stop()


def test_a_full_load_task_loads_again_what_the_rows_are_now(stage: Any) -> None:
    stage.make("CREATE TABLE small (id int PRIMARY KEY, v int)", "CREATE TABLE large (id int PRIMARY KEY)")
    stage.source.execute("INSERT INTO small VALUES (1, 1); INSERT INTO large VALUES (1)")
    settings = {"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}
    with held_at(stage, "large", 1) as standing:
        worker = stage.run(migration_type="full-load", settings=settings)
        worker.loaded("small")
        standing()
        stage.source.execute("UPDATE small SET v = 2")
        worker.send({"command": "reload", "tables": [["public", "small"]]})
        worker.heard()
    assert worker.last() == {"event": "stopped", "reason": "FULL_LOAD_ONLY_FINISHED"}
    assert RELOADING in worker.states("small")
    stage.equal("small", "large")


def test_a_full_load_task_loads_again_what_is_asked_for_while_it_validates(stage: Any) -> None:
    stage.make("CREATE TABLE small (id int PRIMARY KEY, v int)", "CREATE TABLE large (id int PRIMARY KEY)")
    stage.source.execute("INSERT INTO small VALUES (1, 1); INSERT INTO large VALUES (1)")
    settings = {
        "FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"},
        "ValidationSettings": {"EnableValidation": True},
    }
    waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'small'::regclass"
    with stage.target_server.connect(stage.target_database) as other:
        other.autocommit = False
        with held_at(stage, "large", 1):
            worker = stage.run(migration_type="full-load", settings=settings)
            worker.loaded("small")
            other.execute("LOCK TABLE small")
        wait_for(lambda: stage.target.execute(waits).fetchall(), "the comparison of small")
        stage.source.execute("UPDATE small SET v = 2")
        worker.send({"command": "reload", "tables": [["public", "small"]]})
        worker.heard()
        other.rollback()
    assert worker.last() == {"event": "stopped", "reason": "FULL_LOAD_ONLY_FINISHED"}
    stage.equal("small", "large")
    assert worker.table("small")["validation_state"] == "Validated"


def test_mysql_reloads_under_writers(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(
        "CREATE TABLE acc (id int PRIMARY KEY, v int)",
        "CREATE TABLE jotted (a int, d int)",
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)",
    )
    stage.on_source("INSERT INTO acc VALUES " + ", ".join(f"({n}, 0)" for n in range(1, 501)))
    stage.on_source("INSERT INTO parent VALUES " + ", ".join(f"({n})" for n in range(1, 501)))
    stage.on_source("INSERT INTO child VALUES " + ", ".join(f"({n}, {n})" for n in range(1, 501)))
    for _ in range(10):
        stage.on_source("INSERT INTO jotted VALUES " + ", ".join(f"({n}, 0)" for n in range(2000)))
    worker = stage.run()
    worker.loaded("acc", "jotted", "parent", "child", "marker")
    stage.on_target("DELETE FROM acc WHERE id < 100")
    stage.on_target("DELETE FROM jotted LIMIT 50")

    def write(number: int) -> None:
        cursor.execute("UPDATE acc SET v = v + 1 WHERE id = %s", [number % 400 + 100])
        cursor.execute("INSERT INTO jotted VALUES (-1, %s)", [number])
        cursor.execute("DELETE FROM parent WHERE id = %s", [number])
        connection.commit()

    tables = [[stage.database, one] for one in ("acc", "jotted", "parent")]
    connection = stage.source_server.connect(stage.database, autocommit=False)
    with connection, connection.cursor() as cursor, busy(write):
        worker.send({"command": "reload", "tables": tables})
        for table in ("acc", "jotted", "parent", "child"):
            wait_for(lambda one=table: worker.states(one)[-2:] == [RELOADING, COMPLETED], f"{table} loaded again")
        stage.settle(worker)
    stage.settle(worker)
    stage.equal("acc", "jotted", "parent", "child")
    assert stage.exceptions() == []
    worker.stop()
