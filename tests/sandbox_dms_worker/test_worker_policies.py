"""ErrorBehavior: what happens to a change that cannot be applied."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.server

TABLE = "CREATE TABLE strict (id int PRIMARY KEY, v text)"
CONFLICTS = {"ErrorBehavior": {"FullLoadIgnoreConflicts": False}}


def started(stage: Any, **errors: str) -> Any:
    stage.make(TABLE)
    stage.source.execute("INSERT INTO strict SELECT g, 'x' FROM generate_series(1, 10) g")
    worker = stage.run(settings={"ErrorBehavior": {"FullLoadIgnoreConflicts": False, **errors}})
    worker.loaded("strict", "marker")
    stage.settle(worker)
    return worker


def test_a_logged_error_leaves_the_rest_of_its_transaction(stage: Any) -> None:
    worker = started(stage)
    stage.target.execute("INSERT INTO strict VALUES (20, 'in the way')")
    stage.target.execute("DELETE FROM strict WHERE id IN (1, 2)")
    with stage.source.transaction():
        stage.source.execute("INSERT INTO strict VALUES (19, 'before')")
        stage.source.execute("INSERT INTO strict VALUES (20, 'conflict')")
        stage.source.execute("UPDATE strict SET v = 'gone' WHERE id = 1")
        stage.source.execute("DELETE FROM strict WHERE id = 2")
        stage.source.execute("UPDATE strict SET v = 'fine' WHERE id = 3")
    stage.settle(worker)
    assert stage.target.execute("SELECT id, v FROM strict WHERE id IN (1, 2, 3, 19, 20) ORDER BY id").fetchall() == [
        (3, "fine"),
        (19, "before"),
        (20, "in the way"),
    ]
    errors = [error for table, error in stage.exceptions() if table == "strict"]
    assert len(errors) == 3
    assert any("duplicate key" in error for error in errors)
    assert sum("0 rows" in error for error in errors) == 2
    statements = stage.target.execute('SELECT "STATEMENT" FROM awsdms_control.awsdms_apply_exceptions').fetchall()
    assert any("'conflict'" in one for (one,) in statements)
    worker.stop()
    final = worker.table("strict")
    assert (final["inserts"], final["applied_inserts"]) == (2, 1)
    assert (final["updates"], final["applied_updates"]) == (2, 1)
    assert (final["deletes"], final["applied_deletes"]) == (1, 0)


def test_missing_rows_alone_are_found_too(stage: Any) -> None:
    worker = started(stage)
    stage.target.execute("DELETE FROM strict WHERE id = 1")
    stage.source.execute("UPDATE strict SET v = 'gone' WHERE id = 1")
    stage.settle(worker)
    assert [table for table, _ in stage.exceptions()] == ["strict"]
    worker.stop()
    assert worker.table("strict")["applied_updates"] == 0


def test_a_suspended_table_is_an_error_and_the_others_go_on(stage: Any) -> None:
    worker = started(stage, ApplyErrorInsertPolicy="SUSPEND_TABLE")
    stage.target.execute("INSERT INTO strict VALUES (20, 'in the way')")
    stage.source.execute("INSERT INTO strict VALUES (20, 'conflict')")
    stage.source.execute("INSERT INTO strict VALUES (21, 'later')")
    stage.settle(worker)
    assert worker.table("strict")["state"] == "Table error"
    assert worker.of("progress")[-1]["tables_errored"] == 1
    assert stage.target.execute("SELECT 1 FROM strict WHERE id = 21").fetchone() is None
    suspended = stage.target.execute("SELECT table_name FROM awsdms_control.awsdms_suspended_tables").fetchall()
    assert suspended == [("strict",)]
    worker.stop()


def test_a_resume_reloads_the_suspended_table(stage: Any) -> None:
    worker = started(stage, ApplyErrorInsertPolicy="SUSPEND_TABLE")
    stage.target.execute("INSERT INTO strict VALUES (20, 'in the way')")
    stage.source.execute("INSERT INTO strict VALUES (20, 'conflict')")
    stage.settle(worker)
    worker.stop()
    worker = stage.resume(worker)
    worker.loaded("strict")
    stage.source.execute("UPDATE strict SET v = 'z' WHERE id = 20")
    stage.settle(worker)
    stage.equal("strict")


def test_stop_task(stage: Any) -> None:
    worker = started(stage, ApplyErrorInsertPolicy="STOP_TASK")
    stage.target.execute("INSERT INTO strict VALUES (20, 'in the way')")
    stage.source.execute("INSERT INTO strict VALUES (20, 'conflict')")
    last = worker.last()
    assert last["event"] == "failed"
    assert "duplicate key" in last["message"]


def test_overwriting_and_inserting_policies(stage: Any) -> None:
    worker = started(stage, ApplyErrorInsertPolicy="INSERT_RECORD", ApplyErrorUpdatePolicy="UPDATE_RECORD")
    stage.target.execute("INSERT INTO strict VALUES (20, 'in the way')")
    stage.target.execute("DELETE FROM strict WHERE id = 1")
    with stage.source.transaction():
        stage.source.execute("INSERT INTO strict VALUES (20, 'overwrites')")
        stage.source.execute("UPDATE strict SET v = 'once' WHERE id = 1")
        stage.source.execute("UPDATE strict SET v = 'twice' WHERE id = 1")
    stage.settle(worker)
    stage.equal("strict")
    assert stage.exceptions() == []
    worker.stop()


def test_a_missing_target_table_is_suspended(stage: Any) -> None:
    worker = started(stage)
    stage.target.execute("DROP TABLE strict")
    stage.source.execute("INSERT INTO strict VALUES (20, 'nowhere')")
    stage.settle(worker)
    assert worker.table("strict")["state"] == "Table error"
    worker.stop()


def test_a_large_transaction_with_an_error_in_its_middle(stage: Any) -> None:
    worker = started(stage)
    stage.target.execute("INSERT INTO strict VALUES (3000, 'in the way')")
    with stage.source.transaction():
        stage.source.execute("INSERT INTO strict SELECT g, 'bulk' FROM generate_series(100, 6000) g")
        stage.source.execute("UPDATE strict SET v = 'end' WHERE id = 6000")
    stage.settle(worker)
    count = stage.target.execute("SELECT count(*) FROM strict WHERE v IN ('bulk', 'end')").fetchone()
    assert count == (5900,)
    assert [table for table, _ in stage.exceptions()] == ["strict"]
    worker.stop()


def test_a_failing_connect_script_ends_the_task(stage: Any) -> None:
    worker = stage.run(target_settings={"AfterConnectScript": "SET no_such_setting = 1"})
    last = worker.last()
    assert last["event"] == "failed"
    assert "AfterConnectScript" in last["message"]
