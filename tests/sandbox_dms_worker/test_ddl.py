"""DDL of the source while changes are followed: what the policy repeats, what is left out, and what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox_dms_worker.conftest import DMS_USER
from tests.sandbox_dms_worker.driving import wait_for

pytestmark = pytest.mark.server

COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
KEPT = {
    "ChangeProcessingDdlHandlingPolicy": dict.fromkeys(("HandleSourceTableAltered", "HandleSourceTableDropped"), False)
}


@pytest.fixture
def capturing(stage: Any) -> Iterator[Any]:
    """A stage whose DMS login may make event triggers on the source and owns what it alters on the target."""
    stage.source.execute(f"ALTER ROLE {DMS_USER} SUPERUSER")
    stage.target.execute(f"GRANT CREATE ON SCHEMA public TO {DMS_USER}")
    try:
        yield stage
    finally:
        stage.source.execute(f"ALTER ROLE {DMS_USER} NOSUPERUSER")


def made(stage: Any, table: str, columns: str) -> None:
    stage.make(f"CREATE TABLE {table} ({columns})")
    stage.target.execute(f"ALTER TABLE {table} OWNER TO {DMS_USER}")


def logged(worker: Any, text: str) -> bool:
    return any(text in one["text"] for one in worker.of("log"))


def test_postgres_alterations_are_repeated_in_their_transaction(capturing: Any) -> None:
    stage = capturing
    made(stage, "grows", "id int PRIMARY KEY, v varchar(9), old text")
    stage.source.execute("INSERT INTO grows VALUES (1, 'a', 'x')")
    worker = stage.run()
    worker.loaded("grows", "marker")
    with stage.source.transaction():
        stage.source.execute("INSERT INTO grows VALUES (2, 'before', 'y')")
        stage.source.execute("ALTER TABLE grows ADD COLUMN n int DEFAULT 7, ALTER COLUMN v TYPE varchar(40)")
        stage.source.execute("INSERT INTO grows VALUES (3, 'longer than nine', 'z', 8)")
    stage.settle(worker)
    stage.source.execute("ALTER TABLE grows RENAME COLUMN old TO young")
    stage.source.execute("UPDATE grows SET young = 'named' WHERE id = 2")
    stage.settle(worker)
    columns = [("id", "integer"), ("v", "character varying(40)"), ("young", "text"), ("n", "integer")]
    assert stage.target.execute(COLUMNS, ["grows"]).fetchall() == columns
    rows = stage.target.execute("SELECT id, v, young, n FROM grows ORDER BY id").fetchall()
    # A default is not carried, so the rows that were there stay without it.
    assert rows == [(1, "a", "x", None), (2, "before", "named", 7), (3, "longer than nine", "z", 8)]
    stage.source.execute("ALTER TABLE grows DROP COLUMN v")
    stage.source.execute("INSERT INTO grows VALUES (4, 'w', 9)")
    stage.settle(worker)
    assert stage.target.execute("SELECT id, young, n FROM grows WHERE id = 4").fetchall() == [(4, "w", 9)]
    assert ("v", "character varying(40)") not in stage.target.execute(COLUMNS, ["grows"]).fetchall()
    assert stage.exceptions() == []
    worker.stop()
    assert (worker.table("grows")["ddls"], worker.table("grows")["applied_ddls"]) == (3, 3)
    artefacts = stage.source.execute(
        "SELECT to_regclass('public.awsdms_ddl_audit') IS NOT NULL,"
        " EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'awsdms_intercept_ddl')"
    ).fetchone()
    assert artefacts == (True, True)
    assert stage.source.execute("SELECT count(*) FROM awsdms_ddl_audit").fetchone() == (0,)


def test_postgres_tables_come_and_go(capturing: Any) -> None:
    stage = capturing
    made(stage, "gone", "id int PRIMARY KEY")
    worker = stage.run()
    worker.loaded("gone", "marker")
    stage.source.execute("CREATE TABLE fresh (id int PRIMARY KEY, n numeric); INSERT INTO fresh VALUES (1, 1.5)")
    stage.source.execute('DROP TABLE IF EXISTS public."gone"')
    stage.settle(worker)
    assert stage.target.execute("SELECT id, n FROM fresh").fetchall() == [(1, 1.5)]
    assert ("n", "numeric(28,6)") in stage.target.execute(COLUMNS, ["fresh"]).fetchall()
    assert stage.target.execute("SELECT to_regclass('public.gone')").fetchone() == (None,)
    stage.source.execute("ALTER TABLE fresh RENAME TO stale")
    stage.source.execute("INSERT INTO stale VALUES (2, 2)")
    stage.settle(worker)
    assert stage.target.execute("SELECT count(*) FROM fresh").fetchone() == (1,)
    worker.stop()
    assert worker.table("fresh")["state"] == "Table completed"
    assert logged(worker, "ALTER TABLE of table 'public'.'stale' is not replicated")


def test_a_postgres_table_dropped_and_made_again_is_another_one(capturing: Any) -> None:
    stage = capturing
    for table in ("at_once", "later"):
        made(stage, table, "id int PRIMARY KEY, v text")
        stage.source.execute(f"INSERT INTO {table} VALUES (1, 'old')")
    worker = stage.run()
    worker.loaded("at_once", "later", "marker")
    stage.source.execute(
        "DROP TABLE at_once; CREATE TABLE at_once (id int PRIMARY KEY, n int); INSERT INTO at_once VALUES (2, 2)"
    )
    stage.source.execute("DROP TABLE later")
    stage.settle(worker)
    stage.source.execute("CREATE TABLE later (id int PRIMARY KEY, n int); INSERT INTO later VALUES (2, 2)")
    stage.settle(worker)
    stage.equal("at_once", "later")
    assert stage.exceptions() == []
    worker.stop()
    assert worker.table("at_once")["applied_ddls"] == worker.table("later")["applied_ddls"] == 2


def test_postgres_policies_off_leave_the_target_alone(capturing: Any) -> None:
    stage = capturing
    made(stage, "kept", "id int PRIMARY KEY, v text")
    made(stage, "gone", "id int PRIMARY KEY")
    worker = stage.run(settings=KEPT)
    worker.loaded("kept", "gone", "marker")
    stage.source.execute("ALTER TABLE kept ADD COLUMN extra int; DROP TABLE gone")
    stage.source.execute("INSERT INTO kept VALUES (1, 'a', 5)")
    stage.settle(worker)
    assert stage.target.execute("SELECT id, v FROM kept").fetchall() == [(1, "a")]
    assert stage.target.execute("SELECT to_regclass('public.gone')::text").fetchone() == ("gone",)
    assert stage.exceptions() == []
    worker.stop()
    assert logged(worker, "ALTER TABLE of table 'public'.'kept' is not replicated")
    assert logged(worker, "column 'extra'")


def test_postgres_without_the_right_goes_on_and_says_so(stage: Any) -> None:
    stage.make("CREATE TABLE kept (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("kept", "marker")
    stage.make("ALTER TABLE kept ADD COLUMN extra int")
    stage.source.execute("INSERT INTO kept VALUES (1, 5)")
    stage.settle(worker)
    assert stage.target.execute("SELECT id, extra FROM kept").fetchall() == [(1, None)]
    worker.stop()
    assert logged(worker, "CaptureDdls")
    assert stage.source.execute("SELECT to_regclass('public.awsdms_ddl_audit')").fetchone() == (None,)
    worker = stage.run(
        source_settings={"CaptureDdls": False},
        settings={"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}},
    )
    worker.loaded("kept", "marker")
    stage.settle(worker)
    stage.equal("kept")
    worker.stop()
    assert not logged(worker, "CaptureDdls")


def test_an_alteration_the_target_refuses_is_a_table_error(capturing: Any) -> None:
    stage = capturing
    stage.make("CREATE TABLE foreign_owned (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("foreign_owned", "marker")
    stage.source.execute("ALTER TABLE foreign_owned ADD COLUMN n int")
    stage.settle(worker)
    assert worker.table("foreign_owned")["state"] == "Table error"
    worker.stop()


def test_mysql_alterations_are_repeated(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE grows (id int PRIMARY KEY, v varchar(9), old varchar(9))")
    worker = stage.run()
    worker.loaded("grows", "marker")
    stage.on_source("INSERT INTO grows VALUES (1, 'a', 'x')")
    stage.settle(worker)
    stage.on_source("ALTER TABLE grows ADD n int FIRST, MODIFY v varchar(40)")
    stage.settle(worker)
    stage.on_source("INSERT INTO grows VALUES (8, 2, 'longer than nine', 'y')")
    stage.settle(worker)
    stage.on_source("ALTER TABLE grows DROP v")
    stage.settle(worker)
    stage.on_source("ALTER TABLE grows RENAME COLUMN old TO young")
    stage.settle(worker)
    stage.on_source("UPDATE grows SET young = 'named' WHERE id = 1")
    stage.settle(worker)
    # The new column stands at the end on the target, whatever its place on the source.
    assert [row[0] for row in stage.on_target("SHOW COLUMNS FROM grows")] == ["id", "young", "n"]
    assert stage.on_target("SELECT id, n, young FROM grows ORDER BY id") == [(1, None, "named"), (2, 8, "y")]
    assert stage.exceptions() == []
    worker.stop()
    assert worker.table("grows")["applied_ddls"] == 3


def test_mysql_tables_come_and_are_never_dropped_or_renamed(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE gone (id int PRIMARY KEY)", "CREATE TABLE named (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("gone", "named", "marker")
    stage.on_source("CREATE TABLE fresh (id int PRIMARY KEY, e enum('a', 'b'))")
    stage.on_source("INSERT INTO fresh VALUES (1, 'b')")
    stage.on_source("DROP TABLE gone")
    stage.on_source("RENAME TABLE named TO other")
    stage.on_source("INSERT INTO other VALUES (1)")
    stage.settle(worker)
    assert stage.on_target("SELECT id, e FROM fresh") == [(1, "b")]
    assert stage.on_target("SELECT COUNT(*) FROM gone") == [(0,)]
    assert stage.on_target("SELECT COUNT(*) FROM named") == [(0,)]
    worker.stop()
    assert logged(worker, "DROP TABLE of table")
    assert logged(worker, "RENAME TABLE of table")


def test_a_table_made_while_the_task_stood_is_made_on_the_target(mysql_stage: Any) -> None:
    """When the task starts again it is on the source already, and its making still to come in the log."""
    stage = mysql_stage
    worker = stage.run(migration_type="cdc")
    wait_for(lambda: worker.of("checkpoint"), "the position from which changes are captured")
    worker.stop()
    stage.on_source("CREATE TABLE fresh (id int PRIMARY KEY, e enum('a', 'b'))")
    stage.on_source("INSERT INTO fresh VALUES (1, 'b')")
    worker = stage.resume(worker, migration_type="cdc")
    stage.settle(worker)
    assert stage.on_target("SELECT id, e FROM fresh") == [(1, "b")]
    worker.stop()
    assert worker.table("fresh")["state"] == "Table completed"
    assert worker.table("fresh")["applied_ddls"] == 1


def test_mysql_policy_off_leaves_new_columns_out(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE kept (id int PRIMARY KEY, v int)")
    worker = stage.run(settings=KEPT)
    worker.loaded("kept", "marker")
    stage.on_source("ALTER TABLE kept ADD extra int AFTER id")
    stage.on_source("INSERT INTO kept VALUES (1, 5, 6)")
    stage.settle(worker)
    assert stage.on_target("SELECT * FROM kept") == [(1, 6)]
    assert stage.exceptions() == []
    worker.stop()
    assert logged(worker, "ALTER TABLE of table")


def test_ddl_during_a_reload_waits_for_its_place(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE grows (id int PRIMARY KEY, v int)")
    stage.on_source("INSERT INTO grows VALUES (1, 1)")
    worker = stage.run()
    worker.loaded("grows", "marker")
    stage.settle(worker)
    other = stage.source_server.connect(stage.database, autocommit=False)
    with other, other.cursor() as cursor:
        cursor.execute("INSERT INTO marker () VALUES ()")
        worker.send({"command": "reload", "tables": [[stage.database, "grows"]]})
        wait_for(lambda: worker.table("grows")["state"] == "Table is being reloaded", "the reload's begin")
        stage.on_source("INSERT INTO grows VALUES (2, 2)")
        stage.on_source("ALTER TABLE grows ADD n int")
        stage.on_source("INSERT INTO grows VALUES (3, 3, 3)")
        stage.settle(worker)
        other.commit()
    wait_for(lambda: worker.table("grows")["state"] == "Table completed", "the reload's end")
    stage.settle(worker)
    stage.on_source("UPDATE grows SET n = 9")
    stage.settle(worker)
    stage.equal("grows")
    worker.stop()
