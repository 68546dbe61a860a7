"""Stories of a whole task between MySQL servers: load, changes, concurrent writers, names, preparation modes."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymysql
import pytest

from tests.sandbox_dms_worker.writers import writing

pytestmark = pytest.mark.server

DEADLOCK = 1213


def test_load_then_changes_arrive_and_a_stop_is_the_end(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE a (id int PRIMARY KEY, v varchar(30))")
    stage.on_source("INSERT INTO a VALUES " + ", ".join(f"({n}, 'x{n}')" for n in range(1000)))
    worker = stage.run()
    worker.loaded("a", "marker")
    stage.on_source("INSERT INTO a VALUES (5000, 'it''s')")
    stage.on_source("UPDATE a SET v = 'new' WHERE id < 10")
    stage.on_source("DELETE FROM a WHERE id = 11")
    stage.settle(worker)
    stage.equal("a")
    assert worker.stop() == {"event": "stopped", "reason": "NORMAL"}
    assert worker.states("a") == ["Before load", "Full load", "Table completed"]
    final = worker.table("a")
    assert final["full_load_rows"] == 1000
    assert final["full_load_start"] <= final["full_load_end"]
    assert (final["applied_inserts"], final["applied_updates"], final["applied_deletes"]) == (1, 10, 1)
    assert (final["inserts"], final["updates"], final["deletes"]) == (1, 10, 1)
    assert worker.of("progress")[-1]["percent"] == 100
    assert worker.checkpoint().startswith("checkpoint:V1#27#mysql-bin-changelog.0")


def test_nothing_is_lost_or_doubled_under_concurrent_writers(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(
        "CREATE TABLE acc (id int PRIMARY KEY, v int)",
        "CREATE TABLE led (id bigint AUTO_INCREMENT PRIMARY KEY, a int, d int)",
        "CREATE TABLE jotted (a int, d int)",
    )
    stage.on_source("INSERT INTO acc VALUES " + ", ".join(f"({n}, 0)" for n in range(1, 201)))
    for _ in range(20):
        stage.on_source("INSERT INTO led (a, d) VALUES " + ", ".join(f"({n % 200}, 0)" for n in range(2000)))

    def connect() -> Any:
        return stage.source_server.connect(stage.database, autocommit=False)

    def write(session: Any, chance: random.Random) -> None:
        cursor = session.cursor()
        for number in sorted(chance.sample(range(1, 201), chance.randint(1, 5))):
            cursor.execute("UPDATE acc SET v = v + 1 WHERE id = %s", [number])
            cursor.execute("INSERT INTO led (a, d) VALUES (%s, 1)", [chance.randint(1, 200)])
            cursor.execute("INSERT INTO jotted VALUES (%s, %s)", [chance.randint(0, 1), number])
            if chance.random() < 0.2:
                cursor.execute("DELETE FROM led WHERE id = %s", [cursor.lastrowid])
        if chance.random() < 0.1:
            session.rollback()
        else:
            session.commit()

    with writing(connect, write) as writers:
        worker = stage.run()
        worker.loaded("acc", "led", "jotted")
        writers.go_on(200)
    stage.settle(worker)
    stage.equal("acc", "led", "jotted")
    assert stage.exceptions() == []
    worker.stop()


def test_a_change_of_the_primary_key_moves_the_row(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE moved (a int, b varchar(9), v int, PRIMARY KEY (a, b))")
    stage.on_source("INSERT INTO moved VALUES (1,'k',1),(2,'k',2),(3,'k',3),(4,'k',4),(5,'k',5)")
    worker = stage.run()
    worker.loaded("moved")
    stage.on_source("UPDATE moved SET a = a + 100 WHERE a <= 3")
    stage.on_source("UPDATE moved SET b = 'K', v = 0 WHERE a = 4")
    stage.settle(worker)
    stage.equal("moved")
    worker.stop()


def test_hostile_names_and_a_renaming(mysql_stage: Any) -> None:
    stage = mysql_stage
    table = '`T``1; SELECT "x"\'`'
    stage.make(f"CREATE TABLE {table} (`select` int PRIMARY KEY, `Val ``ue` text, `%s` int)")
    stage.on_source(f"INSERT INTO {table} VALUES (1, 'a', 2)")
    mappings = stage.mappings()
    mappings["rules"].append(
        {
            "rule-type": "transformation",
            "rule-id": "3",
            "rule-target": "table",
            "rule-action": "add-prefix",
            "value": "new_",
            "object-locator": {"schema-name": "%", "table-name": "T%"},
        }
    )
    renamed = '`new_T``1; SELECT "x"\'`'
    stage.on_target(f"RENAME TABLE {table} TO {renamed}")
    worker = stage.run(table_mappings=mappings)
    worker.loaded("marker")
    stage.on_source(f"INSERT INTO {table} VALUES (2, 'b', NULL)")
    stage.on_source(f"UPDATE {table} SET `Val ``ue` = 'c' WHERE `select` = 1")
    stage.settle(worker)
    assert stage.rows(stage.target, renamed) == stage.rows(stage.source, table)
    worker.stop()


def test_a_table_without_key_is_followed_by_its_whole_rows(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE keyless (v int, t varchar(9), f float, d datetime(3), j json, g point)")
    row = "'{\"a\": [1]}', ST_GeomFromText('POINT(1 2)')"
    stage.on_source(f"INSERT INTO keyless VALUES (1, 'a', 0.1, '2020-01-01', {row}), (1, 'A', 0.1, NULL, {row})")
    stage.on_source(f"INSERT INTO keyless VALUES (1, 'a', 0.1, '2020-01-01', {row}), (2, NULL, NULL, NULL, NULL, NULL)")
    worker = stage.run()
    worker.loaded("keyless")
    stage.on_source("UPDATE keyless SET v = 7 WHERE BINARY t = 'A'")
    stage.on_source("DELETE FROM keyless WHERE v = 1 LIMIT 1")
    stage.on_source("UPDATE keyless SET t = '' WHERE t IS NULL")
    stage.settle(worker)
    stage.equal("keyless")
    assert stage.exceptions() == []
    worker.stop()


def test_cascades_happen_on_the_target_as_on_the_source(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES parent (id)"
        " ON DELETE CASCADE ON UPDATE CASCADE)",
    )
    stage.on_source("INSERT INTO parent VALUES (1), (2), (3)")
    stage.on_source("INSERT INTO child VALUES (1, 1), (2, 1), (3, 2), (4, 3)")
    worker = stage.run()
    worker.loaded("parent", "child")
    stage.on_source("DELETE FROM parent WHERE id = 1")
    stage.on_source("UPDATE parent SET id = 20 WHERE id = 2")
    stage.settle(worker)
    stage.equal("parent", "child")
    assert stage.exceptions() == []
    worker.stop()


@pytest.mark.parametrize("mode", ["TRUNCATE_BEFORE_LOAD", "DROP_AND_CREATE"])
def test_preparation_empties_the_table(mysql_stage: Any, mode: str) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE refilled (id int PRIMARY KEY, d decimal(8,1) DEFAULT 1)")
    stage.on_source("INSERT INTO refilled VALUES (1, 2.5)")
    stage.on_target("INSERT INTO refilled VALUES (1, 0), (2, 0)")
    worker = stage.run(migration_type="full-load", settings={"FullLoadSettings": {"TargetTablePrepMode": mode}})
    assert worker.last()["reason"] == "FULL_LOAD_ONLY_FINISHED"
    stage.equal("refilled")
    tables = stage.on_target("SELECT table_name FROM information_schema.tables WHERE table_schema = 'awsdms_control'")
    assert [one.lower() for (one,) in tables] == ["awsdms_apply_exceptions"]


def test_a_row_numbered_zero_keeps_its_number(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE zero (id int AUTO_INCREMENT PRIMARY KEY, v int)")
    stage.on_source("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
    stage.on_source("INSERT INTO zero VALUES (0, 1)")
    worker = stage.run()
    worker.loaded("zero")
    stage.on_source("UPDATE zero SET id = -1")
    stage.on_source("INSERT INTO zero VALUES (0, 2)")
    stage.settle(worker)
    stage.equal("zero")
    worker.stop()


def test_limited_lob_mode_cuts_or_fails(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(
        "CREATE TABLE lob (id int PRIMARY KEY, t longtext, b longblob)",
        "CREATE TABLE loose (v int, t longtext, b longblob)",
    )
    stage.on_source("INSERT INTO loose VALUES (1, repeat('é', 3000), repeat(0xFF, 3000)), (2, repeat('é', 3000), NULL)")
    stage.on_source("INSERT INTO lob VALUES (1, repeat('é', 3000), repeat(0xFF, 3000)), (2, 'short', NULL)")
    limited = {"TargetMetadata": {"LimitedSizeLobMode": True, "LobMaxSize": 1}}
    worker = stage.run(settings=limited)
    worker.loaded("lob", "loose")
    stage.on_source("UPDATE loose SET v = 10 WHERE v = 1")
    stage.on_source("DELETE FROM loose WHERE v = 2")
    stage.on_source("INSERT INTO lob VALUES (3, repeat('y', 3000), repeat(0x00, 3000))")
    stage.settle(worker)
    lengths = stage.on_target("SELECT CHAR_LENGTH(t), LENGTH(b) FROM lob ORDER BY id")
    assert lengths == [(1024, 1024), (5, None), (1024, 1024)]
    # A whole row that is the key is looked for as it was cut.
    assert stage.on_target("SELECT v, CHAR_LENGTH(t) FROM loose") == [(10, 1024)]
    worker.stop()
    assert any("LobTruncation" in one["text"] for one in worker.of("log"))
    worker = stage.run(settings=limited, source_settings={"FailTasksOnLobTruncation": True})
    last = worker.last()
    assert last["event"] == "failed"
    assert "LobTruncation" in last["message"]


def test_filters_hold_for_load_and_changes(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE few (id int PRIMARY KEY, v varchar(9))")
    stage.on_source("INSERT INTO few VALUES " + ", ".join(f"({n}, 'x')" for n in range(1, 21)))
    condition = {"filter-operator": "between", "start-value": "5", "end-value": "10"}
    mappings = stage.mappings("few", "marker")
    mappings["rules"][0]["filters"] = [{"filter-type": "source", "column-name": "id", "filter-conditions": [condition]}]
    worker = stage.run(table_mappings=mappings)
    worker.loaded("few")
    stage.on_source("UPDATE few SET v = 'y'")
    stage.on_source("DELETE FROM few WHERE id IN (5, 15)")
    stage.settle(worker)
    assert stage.on_target("SELECT id, v FROM few ORDER BY id") == [(n, "y") for n in range(6, 11)]
    assert stage.exceptions() == []
    worker.stop()


def test_ddl_is_not_replicated_and_is_logged(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE cut (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("cut")
    stage.on_source("ALTER TABLE cut COMMENT 'x'")
    stage.settle(worker)
    worker.stop()
    assert any("ALTER TABLE of table" in one["text"] for one in worker.of("log"))


def _renew_family(cursor: Any, chance: random.Random, number: int) -> None:
    cursor.execute("DELETE FROM parent WHERE id = %s", [number])
    cursor.execute("INSERT INTO parent VALUES (%s, %s)", [number, chance.randint(0, 9)])
    cursor.executemany("INSERT INTO child (p, n) VALUES (%s, %s)", [(number, 1)] * chance.randint(1, 9))
    if chance.random() < 0.5:
        cursor.connection.commit()
    cursor.execute("UPDATE child SET n = n + 1 WHERE p = %s", [number])


def _swap_seats(cursor: Any, first: int, second: int) -> None:
    cursor.execute("SELECT who FROM seat WHERE id = %s", [first])
    (one,) = cursor.fetchone()
    cursor.execute("SELECT who FROM seat WHERE id = %s", [second])
    (two,) = cursor.fetchone()
    cursor.execute("UPDATE seat SET who = NULL WHERE id = %s", [first])
    cursor.execute("UPDATE seat SET who = %s WHERE id = %s", [one, second])
    cursor.execute("UPDATE seat SET who = %s WHERE id = %s", [two, first])


def test_cascades_and_unique_keys_under_writers_while_loading(mysql_stage: Any) -> None:
    """Cascades are not in the log, and unique values move between rows while the snapshots are taken."""
    stage = mysql_stage
    stage.make(
        "CREATE TABLE parent (id int PRIMARY KEY, n int)",
        "CREATE TABLE child (id bigint AUTO_INCREMENT PRIMARY KEY, p int, n int,"
        " FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)",
        "CREATE TABLE seat (id int PRIMARY KEY, who int, UNIQUE KEY (who))",
    )
    stage.on_source("INSERT INTO parent VALUES " + ", ".join(f"({n}, 0)" for n in range(50)))
    for _ in range(10):
        stage.on_source("INSERT INTO child (p, n) VALUES " + ", ".join(f"({n % 50}, 0)" for n in range(3000)))
    stage.on_source("INSERT INTO seat VALUES " + ", ".join(f"({n}, {n})" for n in range(30)))
    finished = threading.Event()

    def write(seed: int) -> int:
        """Transactions until the end, as many as are counted; one that met the other's locks is given up."""
        chance = random.Random(seed)
        committed = 0
        with stage.source_server.connect(stage.database, autocommit=False) as connection:
            cursor = connection.cursor()
            while not finished.is_set():
                try:
                    _renew_family(cursor, chance, chance.randrange(seed, 50, 2))
                    _swap_seats(cursor, *chance.sample(range(seed, 30, 2), 2))
                    connection.commit()
                    committed += 1
                except pymysql.OperationalError as error:
                    if error.args[0] != DEADLOCK:
                        raise
        return committed

    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, seed) for seed in range(2)]
        try:
            worker = stage.run()
            worker.loaded("parent", "child", "seat")
            time.sleep(0.5)
        finally:
            finished.set()
    assert all(writer.result() for writer in writers)
    stage.settle(worker)
    stage.equal("parent", "child", "seat")
    assert stage.exceptions() == []
    assert worker.stop()["reason"] == "NORMAL"


def test_columns_that_hide(mysql_stage: Any) -> None:
    """Invisible columns, the key a server makes by itself, and the hidden column of a functional index."""
    stage = mysql_stage
    stage.make(
        "CREATE TABLE hidden (id int PRIMARY KEY, v int, i int INVISIBLE, KEY f ((v + 1)), CHECK (v < 100))",
        "SET SESSION sql_generate_invisible_primary_key = ON",
        "CREATE TABLE keyed_by_itself (v varchar(9))",
        "SET SESSION sql_generate_invisible_primary_key = OFF",
    )
    stage.on_source("INSERT INTO hidden (id, v, i) VALUES (1, 1, 10), (2, 2, 20)")
    stage.on_source("INSERT INTO keyed_by_itself VALUES ('a'), ('b'), ('b')")
    worker = stage.run()
    worker.loaded("hidden", "keyed_by_itself")
    stage.on_source("UPDATE hidden SET v = v + 10, i = i + 1 WHERE id = 1")
    stage.on_source("DELETE FROM hidden WHERE id = 2")
    stage.on_source("INSERT INTO hidden (id, v, i) VALUES (3, NULL, NULL)")
    stage.on_source("UPDATE keyed_by_itself SET v = 'c' LIMIT 2")
    stage.settle(worker)
    for table, columns in (("hidden", "id, v, i"), ("keyed_by_itself", "my_row_id, v")):
        assert stage.rows(stage.target, table, columns) == stage.rows(stage.source, table, columns)
    assert stage.exceptions() == []
    worker.stop()


def test_a_login_that_may_not_see_transactions_loads_all_the_same(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.source_server.execute("REVOKE PROCESS ON *.* FROM 'dms_worker_test'@'%'")
    try:
        worker = stage.run()
        worker.loaded("marker")
        stage.settle(worker)
    finally:
        stage.source_server.execute("GRANT PROCESS ON *.* TO 'dms_worker_test'@'%'")
    worker.stop()
    assert any("without PROCESS" in one["text"] for one in worker.of("log"))
