"""What can stand in a binary log beside plain rows: XA, savepoints, other engines, DDL, log files cut off."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.sandbox_dms_worker.driving import wait_for

pytestmark = pytest.mark.server


def test_xa_transactions_are_applied_at_their_commit(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE x (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("x")
    for name, number in (("a", 1), ("b", 2), ("c", 3)):
        stage.on_source(f"XA START '{name}'")
        stage.on_source("INSERT INTO x VALUES (%s)", [number])
        stage.on_source(f"XA END '{name}'")
        stage.on_source(f"XA COMMIT '{name}' ONE PHASE" if name == "c" else f"XA PREPARE '{name}'")
    stage.settle(worker)
    assert stage.rows(stage.target, "x") == [(3,)]
    worker.stop()
    stage.on_source("FLUSH BINARY LOGS")
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.on_source("XA COMMIT 'a'")
    stage.on_source("XA ROLLBACK 'b'")
    stage.settle(worker)
    assert stage.rows(stage.target, "x") == [(1,), (3,)]
    worker.stop()


def test_an_xa_transaction_is_recovered_from_a_log_that_begins_inside_another(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE x (id int PRIMARY KEY)")

    def prepared(name: str, number: int) -> None:
        for statement in (f"XA START '{name}'", f"INSERT INTO x VALUES ({number})", f"XA END '{name}'"):
            stage.on_source(statement)
        stage.on_source(f"XA PREPARE '{name}'")

    prepared("cut off", 1)
    stage.forget_the_log()
    prepared("whole", 2)
    stage.on_source("XA COMMIT 'cut off'")
    worker = stage.run(migration_type="cdc")
    wait_for(lambda: worker.of("checkpoint"), "the position from which changes are captured")
    stage.on_source("XA COMMIT 'whole'")
    stage.settle(worker)
    assert stage.rows(stage.target, "x") == [(2,)]
    worker.stop()


def test_savepoints_and_other_engines(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE x (id int PRIMARY KEY)", "CREATE TABLE my (id int PRIMARY KEY)")
    stage.on_source("ALTER TABLE my ENGINE=MyISAM")
    worker = stage.run()
    worker.loaded("x", "my")
    for statement in (
        "BEGIN",
        "INSERT INTO x VALUES (1)",
        "SAVEPOINT s",
        "INSERT INTO x VALUES (2)",
        "ROLLBACK TO SAVEPOINT s",
        "INSERT INTO x VALUES (3)",
        "COMMIT",
        "INSERT INTO my VALUES (1), (2)",
        "BEGIN",
        "INSERT INTO x VALUES (4)",
        "ROLLBACK",
    ):
        stage.on_source(statement)
    stage.settle(worker)
    stage.equal("x", "my")
    worker.stop()


def test_a_table_altered_on_both_sides_is_read_anew(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE grows (id int PRIMARY KEY, e enum('a'))")
    worker = stage.run()
    worker.loaded("grows")
    stage.on_source("INSERT INTO grows VALUES (1, 'a')")
    stage.settle(worker)
    for connection in (stage.target, stage.source):
        stage.run_sql(connection, "ALTER TABLE grows ADD n int, MODIFY e enum('b', 'a')")
    stage.on_source("INSERT INTO grows VALUES (2, 'b', 7)")
    stage.on_source("UPDATE grows SET n = 8 WHERE id = 1")
    stage.settle(worker)
    stage.equal("grows")
    worker.stop()


def test_a_table_altered_before_its_rows_are_read_is_an_error_and_said(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE grows (id int PRIMARY KEY, v int)")
    worker = stage.run()
    worker.loaded("grows")
    stage.settle(worker)
    worker.stop()
    stage.on_source("INSERT INTO grows VALUES (1, 1)")
    stage.on_source("ALTER TABLE grows DROP v")
    worker = stage.resume(worker)
    stage.settle(worker)
    wait_for(lambda: worker.table("grows")["state"] == "Table error", "the table error")
    assert any("the log shows 2 columns" in one["text"] for one in worker.of("log"))
    worker.stop()


@pytest.mark.parametrize("carried", [True, False])
def test_truncate_follows_the_ddl_policy(mysql_stage: Any, carried: bool) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE cut (id int PRIMARY KEY)")
    stage.on_source("INSERT INTO cut VALUES (1)")
    worker = stage.run(settings={"ChangeProcessingDdlHandlingPolicy": {"HandleSourceTableTruncated": carried}})
    worker.loaded("cut")
    stage.on_source("INSERT INTO cut VALUES (2)")
    stage.on_source("TRUNCATE TABLE cut")
    stage.on_source("INSERT INTO cut VALUES (3)")
    stage.settle(worker)
    assert stage.rows(stage.target, "cut") == ([(3,)] if carried else [(1,), (2,), (3,)])
    worker.stop()
    assert carried or any("TRUNCATE" in one["text"] for one in worker.of("log"))


def test_a_value_that_is_no_label_survives(mysql_stage: Any) -> None:
    """Sessions that are not strict leave number 0 in an enum; a strict one cannot write it."""
    stage = mysql_stage
    stage.make("CREATE TABLE odd (id int PRIMARY KEY, e enum('a', 'b'))")
    stage.on_source("SET SESSION sql_mode = ''")
    stage.on_source("INSERT INTO odd VALUES (1, 'none')")
    worker = stage.run()
    worker.loaded("odd")
    assert stage.on_target("SELECT e + 0 FROM odd") == [(0,)]
    stage.on_source("INSERT INTO odd VALUES (2, 'none'), (3, 'b')")
    stage.on_source("UPDATE odd SET e = 'b' WHERE id = 1")
    stage.on_source("UPDATE odd SET e = 'none' WHERE id = 3")
    stage.settle(worker)
    assert stage.on_target("SELECT id, e + 0 FROM odd ORDER BY id") == [(1, 2), (2, 0), (3, 0)]
    assert stage.exceptions() == []
    worker.stop()


def test_the_load_waits_for_open_transactions(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE x (id int PRIMARY KEY)")
    with stage.source_server.connect(stage.database, autocommit=False) as writer, writer.cursor() as cursor:
        cursor.execute("INSERT INTO x VALUES (1)")
        worker = stage.run()
        worker.running()
        time.sleep(1.0)
        assert worker.states("x") == ["Before load"]
        writer.commit()
        worker.loaded("x")
        cursor.execute("INSERT INTO x VALUES (2)")
        impatient = stage.run(
            task_id="TASK2",
            start_type="reload-target",
            settings={
                "FullLoadSettings": {
                    "TransactionConsistencyTimeout": 1,
                    "TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD",
                }
            },
        )
        worker.stop()
        impatient.loaded("x")
        writer.commit()
    stage.settle(impatient)
    stage.equal("x")
    assert any("TransactionConsistencyTimeout" in one["text"] for one in impatient.of("log"))
    impatient.stop()


def test_a_change_too_large_for_the_target_is_an_exception_of_its_own(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE big (id int PRIMARY KEY, t longtext)")
    stage.target_server.execute("SET GLOBAL max_allowed_packet = 1048576")
    try:
        worker = stage.run()
        worker.loaded("big")
        stage.on_source("BEGIN")
        stage.on_source("INSERT INTO big VALUES (1, 'before')")
        stage.on_source("INSERT INTO big VALUES (2, REPEAT('x', 2000000))")
        stage.on_source("INSERT INTO big VALUES (3, 'after')")
        stage.on_source("COMMIT")
        stage.settle(worker)
        stage.on_target("INSERT INTO big VALUES (250, 'in the way')")
        rows = ", ".join(f"({number}, REPEAT('y', 9000))" for number in range(100, 600))
        stage.on_source(f"INSERT INTO big VALUES {rows}")
        stage.settle(worker)
    finally:
        stage.target_server.execute("SET GLOBAL max_allowed_packet = 67108864")
    assert stage.on_target("SELECT id FROM big WHERE id < 100 ORDER BY id") == [(1,), (3,)]
    assert stage.on_target("SELECT COUNT(*), SUM(LENGTH(t)) FROM big WHERE id >= 100") == [(500, 499 * 9000 + 10)]
    errors = [error for _, error in stage.exceptions()]
    assert len(errors) == 2
    assert "max_allowed_packet" in errors[0]
    assert "Duplicate entry" in errors[1]
    worker.stop()
