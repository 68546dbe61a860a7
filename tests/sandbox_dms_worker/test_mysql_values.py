"""Every type there and back: through the load, the log (insert, update, delete) and a task in the other direction."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_dms_worker import mysql_values as values
from tests.sandbox_dms_worker.driving import wait_for

pytestmark = pytest.mark.server

LAX = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone = '+00:00'"
NUMBER_COLUMNS = "id,t,tu,s,su,m,mu,i,iu,b,bu,flag,z,d65,d10,d5,du,f,fu,db,b1,b7,b64,y"


def there(stage: Any, *tables: str) -> None:
    for table in tables:
        expected = values.shown(stage, stage.source, table)
        found = values.shown(stage, stage.target, table)
        assert len(found) == len(expected), table
        for row, other in zip(expected, found, strict=True):
            assert other == row, table


def back(stage: Any, worker: Any, table: str, change: str) -> None:
    """A task the other way round carries a change of the target back, bit for bit."""
    worker.stop()
    row = stage.on_target("SHOW BINARY LOG STATUS")[0]
    task = stage.task(migration_type="cdc", start_position=f"{row[0]}:{row[1]}", task_id="BACK")
    stage.on_source("GRANT ALL ON *.* TO 'dms_worker_test'@'%'")
    stage.on_target("GRANT SELECT ON *.* TO 'dms_worker_test'@'%'")
    returning = stage.run(**{**task, "source": task["target"], "target": task["source"], "settings": {}})
    returning.running()
    stage.on_target(LAX)
    stage.on_target(change)
    stage.on_target("INSERT INTO marker VALUES (1000000, DEFAULT)")
    wait_for(lambda: stage.on_source("SELECT 1 FROM marker WHERE token = 1000000"), "the marker back on the source")
    there(stage, table)
    returning.stop()


def test_numbers(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(values.NUMBERS)
    rows = values.number_rows()
    insert = f"INSERT INTO numbers ({NUMBER_COLUMNS}) VALUES "
    stage.on_source(LAX)
    stage.on_source(insert + ", ".join(rows))
    worker = stage.run()
    worker.loaded("numbers")
    there(stage, "numbers")
    stage.on_source("DELETE FROM numbers")
    stage.settle(worker)
    there(stage, "numbers")
    stage.on_source(insert + ", ".join(rows))
    stage.settle(worker)
    there(stage, "numbers")
    stage.on_source("UPDATE numbers SET f = f / 3, db = db / 3, d65 = -d65, b64 = b64 ^ 5, seen = id % 10, id = id ^ 8")
    stage.settle(worker)
    there(stage, "numbers")
    assert stage.exceptions() == []
    back(stage, worker, "numbers", "UPDATE numbers SET f = f * 7, db = db / 7, bu = bu ^ 1, b64 = ~b64, y = 1955")


def test_dates_and_times(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.on_source(LAX)
    stage.on_target(LAX)
    stage.make(values.TEMPORALS)
    insert = "INSERT INTO temporals VALUES " + ", ".join(values.TEMPORAL_ROWS)
    stage.on_source(insert)
    worker = stage.run()
    worker.loaded("temporals")
    there(stage, "temporals")
    stage.on_source("DELETE FROM temporals")
    stage.on_source(insert)
    stage.settle(worker)
    there(stage, "temporals")
    stage.on_source("UPDATE temporals SET v = v + 1 WHERE id = 1")
    stage.on_source("UPDATE temporals SET v = v + 1, auto = auto WHERE id <> 1")
    stage.on_source("UPDATE temporals SET t6 = SUBTIME(t6, '00:00:01.5'), id = id + 10")
    stage.settle(worker)
    there(stage, "temporals")
    assert stage.exceptions() == []
    back(stage, worker, "temporals", "UPDATE temporals SET v = 0, d = '0000-00-00', auto = auto")


def test_texts_and_bytes(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(values.STRINGS)

    def insert(number: int, text: str, data: bytes) -> None:
        stage.on_source(*values.string_row(number, text, data))

    insert(1, values.HOSTILE[:60], values.ALL_BYTES)
    insert(2, "", b"")
    insert(3, "0", b"\0")
    stage.on_source("INSERT INTO strings (id) VALUES (4)")
    worker = stage.run()
    worker.loaded("strings")
    there(stage, "strings")
    stage.on_source("DELETE FROM strings WHERE id < 3")
    insert(5, values.HOSTILE[:60], values.ALL_BYTES[::-1])
    insert(6, "", b"")
    stage.on_source(
        "UPDATE strings SET bi = 0x00FF00, vb = CONCAT(0x00, vb, 0x00), lt = CONCAT(lt, '\\\\'), e = '' WHERE id > 3"
    )
    stage.settle(worker)
    there(stage, "strings")
    assert stage.exceptions() == []
    back(stage, worker, "strings", "UPDATE strings SET c = CONCAT(c, 'é'), s64 = 'm1,m62', tb = 0x5C27005C, l1 = 'ÿ'")


def test_sixteen_megabytes(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE big (id int PRIMARY KEY, t longtext, b longblob)")
    stage.on_source("INSERT INTO big VALUES (1, REPEAT('ab''\\\\é漢', 2000000), REPEAT(0x5C0027FF, 4194304))")
    worker = stage.run()
    worker.loaded("big")
    there(stage, "big")
    stage.on_source("INSERT INTO big SELECT 2, CONCAT('x', t), CONCAT(b, 0x00) FROM big")
    stage.on_source("UPDATE big SET t = 'short' WHERE id = 1")
    stage.settle(worker)
    there(stage, "big")
    assert stage.exceptions() == []
    worker.stop()


def test_documents_and_shapes(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(
        "CREATE TABLE documents (id int AUTO_INCREMENT PRIMARY KEY, j json)",
        "CREATE TABLE shapes (id int AUTO_INCREMENT PRIMARY KEY, g geometry, p point SRID 4326)",
    )

    def insert() -> None:
        for document in values.documents():
            stage.on_source("INSERT INTO documents (j) VALUES (%s)", [document])
        stage.on_source(
            "INSERT INTO documents (j) VALUES (NULL), (JSON_ARRAY(CAST('2020-01-02' AS DATE),"
            " CAST('-01:02:03.4' AS TIME(1)), CAST('2020-01-02 03:04:05.678901' AS DATETIME(6)), 0.125))"
        )
        for shape in values.GEOMETRIES:
            stage.on_source("INSERT INTO shapes (g) VALUES (ST_GeomFromText(%s))", [shape])
        stage.on_source("INSERT INTO shapes (g, p) VALUES (NULL, ST_GeomFromText('POINT(48.1 11.6)', 4326))")

    insert()
    worker = stage.run()
    worker.loaded("documents", "shapes")
    there(stage, "documents", "shapes")
    insert()
    stage.on_source("UPDATE documents SET j = JSON_SET(j, '$.a', 'b''c\\\\') WHERE JSON_TYPE(j) = 'OBJECT'")
    stage.on_source("UPDATE shapes SET g = ST_GeomFromText('POINT(0 0)', 3857) WHERE id < 3")
    stage.on_source("DELETE FROM shapes WHERE id = 4")
    stage.settle(worker)
    there(stage, "documents", "shapes")
    assert stage.exceptions() == []
    back(stage, worker, "documents", "UPDATE documents SET j = JSON_ARRAY(j, 1.5e0, 'é')")


KEYS = (
    "CREATE TABLE k_ci (k varchar(20) COLLATE utf8mb4_general_ci, n int, v int, PRIMARY KEY (k, n))",
    "CREATE TABLE k_bin (k varchar(20) COLLATE utf8mb4_bin PRIMARY KEY, v int)",
    "CREATE TABLE k_0900 (k char(20) COLLATE utf8mb4_0900_as_cs PRIMARY KEY, v int)",
    "CREATE TABLE k_sjis (k varchar(20) CHARACTER SET sjis PRIMARY KEY, v int)",
    "CREATE TABLE k_bytes (k varbinary(20), b binary(4), v int, PRIMARY KEY (k, b))",
    "CREATE TABLE k_many (d decimal(20,5), t datetime(6), e enum('x','y'), y year, v int, PRIMARY KEY (d, t, e, y))",
    "CREATE TABLE k_unique (a varchar(9) NOT NULL, v int, UNIQUE KEY u (a))",
    "CREATE TABLE `K_Mixed` (`Order` int, `GROUP` int, v int, PRIMARY KEY (`Order`, `GROUP`))",
)


def test_keys_under_several_collations(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(*KEYS)
    stage.on_source("INSERT INTO k_ci VALUES ('a', 1, 1), ('B''\\\\', 2, 2), ('ß', 3, 3), ('', 4, 4)")
    stage.on_source("INSERT INTO k_bin VALUES ('a', 1), ('A', 2), ('a a', 3), ('ä', 4)")
    stage.on_source("INSERT INTO k_0900 VALUES ('a', 1), ('A', 2), ('ä', 3)")
    stage.on_source("INSERT INTO k_sjis VALUES ('表', 1), ('ソ', 2)")
    stage.on_source("INSERT INTO k_bytes VALUES (0x00, 0x01, 1), (0x0000, 0x01, 2), (0x5C27, 0x00, 3), ('', '', 4)")
    stage.on_source(
        "INSERT INTO k_many VALUES (1.5, '2020-01-01 00:00:00.000001', 'x', 2000, 1), (-1, '2020-01-01', 'y', 0, 2)"
    )
    stage.on_source("INSERT INTO k_unique VALUES ('a', 1), ('b', 2)")
    stage.on_source("INSERT INTO `K_Mixed` VALUES (1, 1, 1), (1, 2, 2)")
    tables = ("k_ci", "k_bin", "k_0900", "k_sjis", "k_bytes", "k_many", "k_unique", "K_Mixed")
    worker = stage.run()
    worker.loaded(*tables)
    for table in tables:
        stage.on_source(f"UPDATE {table} SET v = v + 10")
    stage.on_source("UPDATE k_ci SET k = 'A' WHERE n = 1")
    stage.on_source("UPDATE k_bin SET k = 'Z' WHERE k = 'A'")
    stage.on_source("DELETE FROM k_bytes WHERE k = 0x00")
    stage.on_source("DELETE FROM k_sjis WHERE k = 'ソ'")
    stage.on_source("DELETE FROM k_many WHERE e = 'y'")
    stage.on_source("DELETE FROM k_ci WHERE n > 1")
    stage.settle(worker)
    there(stage, *tables)
    assert stage.exceptions() == []
    worker.stop()
