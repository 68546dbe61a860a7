"""MariaDB to MySQL: its log, its types, its versioned tables; and the same values back to MariaDB."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_dms_worker import mysql_values as values
from tests.sandbox_dms_worker.driving import wait_for

pytestmark = pytest.mark.server

LAX = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone = '+00:00'"
OWN_TYPES = (
    "CREATE TABLE own (id int PRIMARY KEY, u uuid, u2 uuid, i4 inet4, i6 inet6, i6b inet6, j json, z text COMPRESSED,"
    " v int AS (id % 3) VIRTUAL, p int AS (id % 5) PERSISTENT)",
    "CREATE TABLE own (id int PRIMARY KEY, u char(36), u2 binary(16), i4 varchar(15), i6 varchar(39),"
    " i6b varbinary(16), j json, z text, v int AS (id % 3) VIRTUAL, p int AS (id % 5) STORED)",
)
OWN_ROWS = (
    "(1, '01234567-89ab-4def-8123-456789abcdef', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', '10.0.0.1', '2001:db8::1',"
    " '::1', '{\"a\": [1, 2.5, \"é\"]}', REPEAT('zé', 500))",
    "(2, '018f4e2a-7b3c-7d4e-8f5a-6b7c8d9e0f1a', '00000000-0000-0000-0000-000000000000', '0.0.0.0', '::',"
    " '::ffff:1.2.3.4', '[]', '')",
    "(3, NULL, 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL, NULL, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', NULL,"
    " 'short')",
)
OWN_COLUMNS = "id, u, u2, i4, i6, i6b, j, z"
ON_MARIADB = (
    "SELECT id, CAST(u AS CHAR), HEX(UNHEX(REPLACE(CAST(u2 AS CHAR), '-', ''))), CAST(i4 AS CHAR), CAST(i6 AS CHAR),"
    " HEX(INET6_ATON(i6b)), JSON_COMPACT(j), HEX(z), v, p FROM own ORDER BY id"
)
ON_MYSQL = (
    "SELECT id, u, HEX(u2), i4, i6, HEX(i6b), REPLACE(REPLACE(CAST(j AS CHAR), ', ', ','), ': ', ':'), HEX(z), v, p"
    " FROM own ORDER BY id"
)


def settle_back(stage: Any) -> None:
    stage.on_target("INSERT INTO marker VALUES (1000000, DEFAULT)")
    wait_for(lambda: stage.on_source("SELECT 1 FROM marker WHERE token = 1000000"), "the marker back on the source")


def returning(stage: Any, worker: Any) -> Any:
    """A task from the target back to MariaDB."""
    worker.stop()
    row = stage.on_target("SHOW BINARY LOG STATUS")[0]
    stage.on_source("GRANT ALL ON *.* TO 'dms_worker_test'@'%'")
    stage.on_target("GRANT SELECT ON *.* TO 'dms_worker_test'@'%'")
    task = stage.task(migration_type="cdc", start_position=f"{row[0]}:{row[1]}", task_id="BACK")
    back = stage.run(**{**task, "source": task["target"], "target": task["source"], "settings": {}})
    back.running()
    return back


def there(stage: Any, *tables: str) -> None:
    for table in tables:
        expected = values.shown(stage, stage.source, table)
        found = values.shown(stage, stage.target, table)
        assert len(found) == len(expected), table
        for row, other in zip(expected, found, strict=True):
            assert other == row, table


def test_load_changes_stop_and_resume(mariadb_stage: Any) -> None:
    stage = mariadb_stage
    stage.make("CREATE TABLE a (id int PRIMARY KEY, v varchar(30))", "CREATE TABLE journal (id int)")
    stage.on_source("INSERT INTO a VALUES " + ", ".join(f"({n}, 'x{n}')" for n in range(1000)))
    worker = stage.run()
    worker.loaded("a", "journal", "marker")
    stage.on_source("UPDATE a SET v = 'new' WHERE id < 10")
    stage.on_source("DELETE FROM a WHERE id = 11")
    stage.on_source("INSERT INTO journal VALUES (1)")
    stage.settle(worker)
    for number in range(3):
        worker.kill()
        stage.on_source("INSERT INTO journal VALUES (%s)", [number])
        stage.on_source("FLUSH BINARY LOGS")
        worker = stage.resume(worker)
        stage.settle(worker)
        stage.equal("a", "journal")
    assert worker.stop()["reason"] == "NORMAL"


def test_numbers_and_dates(mariadb_stage: Any) -> None:
    stage = mariadb_stage
    stage.on_source(LAX)
    stage.on_target(LAX)
    stage.make(values.NUMBERS, values.TEMPORALS)
    columns = "id,t,tu,s,su,m,mu,i,iu,b,bu,flag,z,d65,d10,d5,du,f,fu,db,b1,b7,b64,y"
    numbers = f"INSERT INTO numbers ({columns}) VALUES " + ", ".join(values.number_rows())
    temporals = "INSERT INTO temporals VALUES " + ", ".join(values.TEMPORAL_ROWS)
    stage.on_source(numbers)
    stage.on_source(temporals)
    worker = stage.run()
    worker.loaded("numbers", "temporals")
    there(stage, "numbers", "temporals")
    stage.on_source("DELETE FROM numbers")
    stage.on_source("DELETE FROM temporals")
    stage.on_source(numbers)
    stage.on_source(temporals)
    stage.on_source("UPDATE numbers SET f = f / 3, db = db / 3, d65 = -d65, b64 = b64 ^ 5")
    stage.on_source("UPDATE temporals SET v = 7")
    stage.settle(worker)
    there(stage, "numbers", "temporals")
    assert stage.exceptions() == []
    back = returning(stage, worker)
    stage.on_target("UPDATE numbers SET f = f / 7, db = db / 7, b64 = b64 ^ 3")
    stage.on_target("UPDATE temporals SET v = 0, d = '0000-00-00', auto = auto")
    settle_back(stage)
    there(stage, "numbers", "temporals")
    back.stop()


def test_texts_and_bytes(mariadb_stage: Any) -> None:
    stage = mariadb_stage
    stage.make(values.STRINGS)
    for number, text, data in ((1, values.HOSTILE[:60], values.ALL_BYTES), (2, "", b""), (3, "0", b"\0")):
        stage.on_source(*values.string_row(number, text, data))
    stage.on_source("INSERT INTO strings (id) VALUES (4)")
    worker = stage.run()
    worker.loaded("strings")
    there(stage, "strings")
    stage.on_source("DELETE FROM strings WHERE id < 3")
    stage.on_source(*values.string_row(5, values.HOSTILE[:60], values.ALL_BYTES[::-1]))
    stage.on_source("UPDATE strings SET bi = 0x00FF00, vb = CONCAT(0x00, vb, 0x00), e = '' WHERE id > 3")
    stage.settle(worker)
    there(stage, "strings")
    assert stage.exceptions() == []
    back = returning(stage, worker)
    stage.on_target("UPDATE strings SET c = CONCAT(c, 'é'), s64 = 'm1,m62', tb = 0x5C27005C, l1 = 'ÿ'")
    settle_back(stage)
    there(stage, "strings")
    back.stop()


def test_types_of_its_own_become_text_or_bytes(mariadb_stage: Any) -> None:
    stage = mariadb_stage
    stage.on_source(OWN_TYPES[0])
    stage.on_target(OWN_TYPES[1])
    insert = f"INSERT INTO own ({OWN_COLUMNS}) VALUES " + ", ".join(OWN_ROWS)
    stage.on_source(insert)
    worker = stage.run()
    worker.loaded("own")
    assert stage.on_target(ON_MYSQL) == stage.on_source(ON_MARIADB)
    stage.on_source("DELETE FROM own")
    stage.on_source(insert)
    stage.settle(worker)
    assert stage.on_target(ON_MYSQL) == stage.on_source(ON_MARIADB)
    stage.on_source(
        "UPDATE own SET u = UUID(), u2 = UUID(), i4 = '1.2.3.4', j = '{}', z = CONCAT(z, 'x'), id = id + 10"
    )
    stage.settle(worker)
    assert stage.on_target(ON_MYSQL) == stage.on_source(ON_MARIADB)
    assert stage.exceptions() == []
    back = returning(stage, worker)
    stage.on_target("UPDATE own SET u = UUID(), u2 = 0x00112233445566778899AABBCCDDEEFF, i6 = '::7', j = '[1,2]'")
    settle_back(stage)
    assert stage.on_target(ON_MYSQL) == stage.on_source(ON_MARIADB)
    back.stop()


def test_a_versioned_table_moves_its_present_rows(mariadb_stage: Any) -> None:
    stage = mariadb_stage
    stage.on_source("CREATE TABLE versions (id int PRIMARY KEY, v varchar(9)) WITH SYSTEM VERSIONING")
    stage.on_source(
        "CREATE TABLE explicit (id int PRIMARY KEY, v int, s timestamp(6) GENERATED ALWAYS AS ROW START,"
        " e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING"
    )
    stage.on_source("CREATE SEQUENCE numbers_of")
    stage.on_target("CREATE TABLE versions (id int PRIMARY KEY, v varchar(9))")
    stage.on_target("CREATE TABLE explicit (id int PRIMARY KEY, v int)")
    stage.on_source("INSERT INTO versions VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    stage.on_source("INSERT INTO explicit (id, v) VALUES (1, 1), (2, 2)")
    stage.on_source("UPDATE versions SET v = 'old' WHERE id = 1")
    stage.on_source("DELETE FROM versions WHERE id = 3")
    worker = stage.run()
    worker.loaded("versions", "explicit")
    stage.equal("versions")
    stage.on_source("UPDATE versions SET v = 'new' WHERE id = 1")
    stage.on_source("UPDATE versions SET id = 20 WHERE id = 2")
    stage.on_source("INSERT INTO versions VALUES (4, 'd')")
    stage.on_source("DELETE FROM versions WHERE id = 1")
    stage.on_source("UPDATE explicit SET v = 10 WHERE id = 1")
    stage.on_source("DELETE FROM explicit WHERE id = 2")
    stage.on_source("DO NEXTVAL(numbers_of)")
    stage.settle(worker)
    stage.equal("versions")
    assert stage.on_target("SELECT * FROM explicit") == stage.on_source("SELECT id, v FROM explicit")
    assert stage.exceptions() == []
    assert worker.states("numbers_of") == []
    worker.stop()


def test_unique_keys_over_texts_hide_columns_in_the_log(mariadb_stage: Any) -> None:
    """MariaDB keeps such a key by a hash, in a column of the table that the catalog does not show."""
    stage = mariadb_stage
    columns = "id int PRIMARY KEY, body text, title text NOT NULL"
    stage.on_source(f"CREATE TABLE notes ({columns}, UNIQUE (body), UNIQUE (title))")
    stage.on_source(f"CREATE TABLE versions ({columns}, UNIQUE (body)) WITH SYSTEM VERSIONING")
    stage.on_source("CREATE TABLE numbers (id int PRIMARY KEY, n int, UNIQUE (n) USING HASH)")
    stage.on_source("CREATE TABLE fleeting (id int PRIMARY KEY, n int, UNIQUE (n)) ENGINE = MEMORY")
    stage.on_target(f"CREATE TABLE notes ({columns}, UNIQUE (body (99)))")
    stage.on_target(f"CREATE TABLE versions ({columns})")
    for table in ("numbers", "fleeting"):
        stage.on_target(f"CREATE TABLE {table} (id int PRIMARY KEY, n int)")
    tables = ("notes", "versions", "numbers", "fleeting")
    worker = stage.run()
    worker.loaded(*tables)
    for table in tables[:2]:
        stage.on_source(f"INSERT INTO {table} VALUES (1, 'one', 'a'), (2, NULL, 'b'), (3, REPEAT('é', 3000), 'c')")
        stage.on_source(f"UPDATE {table} SET body = 'first' WHERE id = 1")
        stage.on_source(f"DELETE FROM {table} WHERE id = 2")
    for table in tables[2:]:
        stage.on_source(f"INSERT INTO {table} VALUES (1, 1), (2, NULL)")
        stage.on_source(f"UPDATE {table} SET n = 2 WHERE id = 2")
    stage.settle(worker)
    stage.equal(*tables)
    assert stage.exceptions() == []
    worker.stop()


def test_xa_and_rolled_back_savepoints(mariadb_stage: Any) -> None:
    stage = mariadb_stage
    stage.make("CREATE TABLE x (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("x")
    stage.on_source("XA START 'a'")
    stage.on_source("INSERT INTO x VALUES (1)")
    stage.on_source("XA END 'a'")
    stage.on_source("XA PREPARE 'a'")
    with stage.source_server.connect(stage.database) as other, other.cursor() as cursor:
        for statement in (
            "BEGIN",
            "INSERT INTO x VALUES (2)",
            "SAVEPOINT s",
            "INSERT INTO x VALUES (3)",
            "ROLLBACK TO SAVEPOINT s",
            "INSERT INTO marker () VALUES ()",
            "COMMIT",
        ):
            cursor.execute(statement)
    wait_for(lambda: stage.rows(stage.target, "x") == [(2,)], "the other transaction")
    worker.kill()
    worker = stage.resume(worker)
    worker.running()
    stage.on_source("XA COMMIT 'a'")
    stage.settle(worker)
    stage.equal("x")
    worker.stop()
