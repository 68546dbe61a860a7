"""ErrorBehavior between MySQL servers: what happens to a change that cannot be applied."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_dms_worker.holding import mysql_held_at

pytestmark = pytest.mark.server

TABLE = "CREATE TABLE strict (id int PRIMARY KEY, v varchar(20))"


def started(stage: Any, **errors: str) -> Any:
    stage.make(TABLE)
    stage.on_source("INSERT INTO strict VALUES " + ", ".join(f"({n}, 'x')" for n in range(1, 11)))
    worker = stage.run(settings={"ErrorBehavior": {"FullLoadIgnoreConflicts": False, **errors}})
    worker.loaded("strict", "marker")
    stage.settle(worker)
    return worker


def in_one_transaction(stage: Any, *statements: str) -> None:
    stage.on_source("BEGIN")
    for statement in statements:
        stage.on_source(statement)
    stage.on_source("COMMIT")


def test_a_logged_error_leaves_the_rest_of_its_transaction(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage)
    stage.on_target("INSERT INTO strict VALUES (20, 'in the way')")
    stage.on_target("DELETE FROM strict WHERE id IN (1, 2)")
    in_one_transaction(
        stage,
        "INSERT INTO strict VALUES (19, 'before'), (20, 'conflict')",
        "UPDATE strict SET v = 'gone' WHERE id = 1",
        "DELETE FROM strict WHERE id = 2",
        "UPDATE strict SET v = 'fine' WHERE id = 3",
    )
    stage.settle(worker)
    assert stage.on_target("SELECT id, v FROM strict WHERE id IN (1, 2, 3, 19, 20) ORDER BY id") == [
        (3, "fine"),
        (19, "before"),
        (20, "in the way"),
    ]
    errors = [error for table, error in stage.exceptions() if table == "strict"]
    assert len(errors) == 3
    assert any("Duplicate entry" in error for error in errors)
    assert sum("0 rows" in error for error in errors) == 2
    statements = stage.on_target("SELECT statement FROM awsdms_control.awsdms_apply_exceptions")
    assert any("'conflict'" in one for (one,) in statements)
    worker.stop()
    final = worker.table("strict")
    assert (final["inserts"], final["applied_inserts"]) == (2, 1)
    assert (final["updates"], final["applied_updates"]) == (2, 1)
    assert (final["deletes"], final["applied_deletes"]) == (1, 0)


def test_an_update_that_changes_nothing_is_no_missing_row(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage)
    stage.on_target("UPDATE strict SET v = 'same' WHERE id = 1")
    stage.on_source("UPDATE strict SET v = 'same' WHERE id = 1")
    stage.settle(worker)
    assert stage.exceptions() == []
    worker.stop()
    assert worker.table("strict")["applied_updates"] == 1


def test_a_suspended_table_is_an_error_and_is_reloaded_by_a_resume(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage, ApplyErrorInsertPolicy="SUSPEND_TABLE")
    stage.on_target("INSERT INTO strict VALUES (20, 'in the way')")
    stage.on_source("INSERT INTO strict VALUES (20, 'conflict')")
    stage.on_source("INSERT INTO strict VALUES (21, 'later')")
    stage.settle(worker)
    assert worker.table("strict")["state"] == "Table error"
    assert worker.of("progress")[-1]["tables_errored"] == 1
    assert stage.on_target("SELECT 1 FROM strict WHERE id = 21") == []
    assert stage.on_target("SELECT table_name FROM awsdms_control.awsdms_suspended_tables") == [("strict",)]
    worker.stop()
    worker = stage.resume(worker)
    worker.loaded("strict")
    stage.on_source("UPDATE strict SET v = 'z' WHERE id = 20")
    stage.settle(worker)
    stage.equal("strict")


def test_stop_task(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage, ApplyErrorInsertPolicy="STOP_TASK")
    stage.on_target("INSERT INTO strict VALUES (20, 'in the way')")
    stage.on_source("INSERT INTO strict VALUES (20, 'conflict')")
    last = worker.last()
    assert last["event"] == "failed"
    assert "Duplicate entry" in last["message"]


def test_overwriting_and_inserting_policies(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage, ApplyErrorInsertPolicy="INSERT_RECORD", ApplyErrorUpdatePolicy="UPDATE_RECORD")
    stage.on_target("INSERT INTO strict VALUES (20, 'in the way')")
    stage.on_target("DELETE FROM strict WHERE id = 1")
    in_one_transaction(
        stage,
        "INSERT INTO strict VALUES (20, 'overwrites')",
        "UPDATE strict SET v = 'once' WHERE id = 1",
        "UPDATE strict SET v = 'twice' WHERE id = 1",
    )
    stage.settle(worker)
    stage.equal("strict")
    assert stage.exceptions() == []
    worker.stop()


def test_a_missing_target_table_is_suspended(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage)
    stage.on_target("DROP TABLE strict")
    stage.on_source("INSERT INTO strict VALUES (20, 'nowhere')")
    stage.settle(worker)
    assert worker.table("strict")["state"] == "Table error"
    worker.stop()


def test_a_large_transaction_with_an_error_in_its_middle(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage)
    stage.on_target("INSERT INTO strict VALUES (3000, 'in the way')")
    rows = ", ".join(f"({n}, 'bulk')" for n in range(100, 6001))
    in_one_transaction(stage, f"INSERT INTO strict VALUES {rows}", "UPDATE strict SET v = 'end' WHERE id = 6000")
    stage.settle(worker)
    assert stage.on_target("SELECT count(*) FROM strict WHERE v IN ('bulk', 'end')") == [(5900,)]
    assert [table for table, _ in stage.exceptions()] == ["strict"]
    worker.stop()


def test_a_value_too_long_follows_its_own_policy(mysql_stage: Any) -> None:
    stage = mysql_stage
    worker = started(stage, DataTruncationErrorPolicy="SUSPEND_TABLE")
    stage.on_target("ALTER TABLE strict MODIFY v varchar(2)")
    stage.on_source("UPDATE strict SET v = 'longer' WHERE id = 1")
    stage.settle(worker)
    assert worker.table("strict")["state"] == "Table error"
    assert stage.on_target("SELECT v FROM strict WHERE id = 1") == [("x",)]
    worker.stop()


def test_a_load_that_would_cut_values_is_a_table_error(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(TABLE)
    stage.on_target("ALTER TABLE strict MODIFY v varchar(2)")
    stage.on_source("INSERT INTO strict VALUES (1, 'longer')")
    worker = stage.run()
    worker.loaded("marker")
    stage.settle(worker)
    assert worker.table("strict")["state"] == "Table error"
    worker.stop()


def test_a_load_onto_rows_that_are_there_goes_unnoticed(mysql_stage: Any) -> None:
    """As the service's does: LOAD DATA LOCAL skips them (mysql-compatibility.md §7.19)."""
    stage = mysql_stage
    stage.make(TABLE)
    stage.on_source("INSERT INTO strict VALUES (1, 'a'), (2, 'b')")
    stage.on_target("INSERT INTO strict VALUES (1, 'old')")
    worker = stage.run()
    worker.loaded("strict")
    assert stage.on_target("SELECT v FROM strict ORDER BY id") == [("old",), ("b",)]
    worker.stop()


def test_a_failing_connect_script_is_said_and_the_task_goes_on(mysql_stage: Any) -> None:
    worker = mysql_stage.run(target_settings={"AfterConnectScript": "SET no_such_setting = 1"})
    worker.loaded("marker")
    mysql_stage.settle(worker)
    worker.stop()
    assert any("AfterConnectScript failed" in one["text"] for one in worker.of("log"))


def test_a_foreign_key_bites_while_following(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE parent (id int PRIMARY KEY)", "CREATE TABLE child (id int PRIMARY KEY, p int)")
    stage.on_target("ALTER TABLE child ADD FOREIGN KEY (p) REFERENCES parent (id)")
    worker = stage.run()
    worker.loaded("parent", "child")
    stage.settle(worker)
    stage.on_source("INSERT INTO child VALUES (1, 99)")
    stage.settle(worker)
    assert [table for table, _ in stage.exceptions()] == ["child"]
    worker.stop()
    worker = stage.run(target_settings={"Initstmt": "SET FOREIGN_KEY_CHECKS=0"}, start_type="reload-target")
    worker.loaded("child")
    stage.on_source("INSERT INTO child VALUES (2, 99)")
    stage.settle(worker)
    stage.equal("child")
    worker.stop()


def test_a_row_refused_among_the_cached_changes_leaves_its_trace(mysql_stage: Any) -> None:
    """FullLoadIgnoreConflicts ignores duplicates and missing rows (dms.md §5.2), not a refused row."""
    stage = mysql_stage
    stage.make(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY, p int)",
        "CREATE TABLE large (id int PRIMARY KEY)",
    )
    stage.on_target("ALTER TABLE child ADD FOREIGN KEY (p) REFERENCES parent (id)")
    stage.on_source("INSERT INTO large VALUES (1)")
    with mysql_held_at(stage, "large", 1) as standing:
        worker = stage.run()
        worker.loaded("child")
        standing()
        stage.on_source("INSERT INTO child VALUES (1, 99)")
    worker.loaded("large")
    stage.settle(worker)
    assert [table for table, _ in stage.exceptions()] == ["child"]
    worker.stop()
