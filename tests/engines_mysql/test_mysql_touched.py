"""Keys of touched rows, read from the binary log: the text that the row hasher gives, or None where it is not known."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines import failures
from migrate.engines.mysql.binlog import Event, Kind
from migrate.engines.mysql.failures import NO_LOG
from migrate.engines.mysql.statements import Statement
from migrate.errors import MigrateError
from migrate.model.validation import Key
from tests.patience import PATIENCE

pytestmark = pytest.mark.server
FREE = "SET sql_mode = 'NO_ENGINE_SUBSTITUTION'"


@contextlib.contextmanager
def slot(side: Any, name: str = "proof") -> Iterator[Any]:
    """A slot; asks what was touched since it was made."""
    log = side.database.log
    log.create_slot(name)
    try:
        yield lambda *tables: log.changes(name, [TableName(side.name, table) for table in tables]).keys
    finally:
        log.drop_slot(name)


def soon(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def keys_of(side: Any, table: str) -> set[Key]:
    rows = side.database.rows
    return {key for chunk in rows.chunks(TableName(side.name, table), 1000) for key, _ in rows.hashes(chunk)}


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("tinyint", "(-128), (-1), (0), (127)"),
        ("tinyint unsigned", "(0), (255)"),
        ("smallint", "(-32768), (32767)"),
        ("mediumint", "(-8388608), (-1), (8388607)"),
        ("mediumint unsigned", "(16777215), (1)"),
        ("int", "(-2147483648), (2147483647)"),
        ("int(6) zerofill", "(42), (4294967295)"),
        ("bigint", "(-9223372036854775808), (9223372036854775807)"),
        ("bigint unsigned", "(18446744073709551615), (0)"),
        ("decimal(20,6)", "(-12345678901234.567891), (0), (0.000001), (-0.5), (99999999999999.999999)"),
        ("decimal(9,0)", "(-999999999), (0), (7)"),
        ("decimal(3,3)", "(0.001), (-0.999), (0)"),
        ("decimal(30,10)", "(12345678901234567890.0123456789), (-1.1), (1000000000)"),
        ("date", "('0000-00-00'), ('1000-01-01'), ('9999-12-31'), ('2024-00-01'), ('2024-02-29')"),
        ("datetime", "('0000-00-00'), ('1000-01-01 00:00:00'), ('9999-12-31 23:59:59')"),
        ("datetime(1)", "('2024-01-01 01:02:03.4'), ('0000-00-00'), ('2024-10-00 00:00:00')"),
        ("datetime(4)", "('2024-01-01 01:02:03.0405'), ('2024-01-01')"),
        ("datetime(6)", "('2024-01-01 01:02:03.000001'), ('2024-12-01 23:59:59.999999')"),
        ("timestamp DEFAULT '2000-01-01'", "('1970-01-01 00:00:01'), ('2038-01-19 03:14:07'), ('0000-00-00')"),
        ("timestamp(3) DEFAULT '2000-01-01'", "('2024-03-31 01:30:00.120'), ('2024-03-31 02:30:00')"),
        ("time", "('-838:59:59'), ('838:59:59'), ('00:00:00'), ('-00:00:01')"),
        ("time(1)", "('-00:00:00.1'), ('-01:00:00.9'), ('-100:00:00'), ('00:00:00.5')"),
        ("time(3)", "('-00:00:00.001'), ('-12:00:59.999'), ('12:00:00.050'), ('-00:01:00')"),
        ("time(6)", "('-00:00:00.000001'), ('-838:59:58.999999'), ('10:00:00.000010')"),
        ("year", "(0), (1901), (2155)"),
        ("varchar(30) CHARACTER SET utf8mb4", "(''), ('Ärger 🐘'), ('blank '), ('it''s \\\\')"),
        ("varchar(300) CHARACTER SET utf8mb4", "(REPEAT('x', 300)), ('ü')"),
        ("varchar(30) CHARACTER SET latin1", "('Größe €'), (UNHEX('81'))"),
        ("char(10) CHARACTER SET utf8mb4", "('a'), (''), ('ö  ')"),
        ("char(200) CHARACTER SET utf8mb4", "('a'), (REPEAT('€', 200))"),
        ("binary(8)", "('a'), (''), (UNHEX('0001020000000000')), ('12345678')"),
        ("varbinary(20)", "('a'), (''), (UNHEX('FF00')), ('a ')"),
    ],
)  # fmt: skip
def test_a_key_in_the_log_reads_as_the_row_hasher_prints_it(source: Any, type_: str, values: str) -> None:
    source.run(FREE, f"CREATE TABLE t (before_ varchar(10), k {type_} NOT NULL, after_ int, PRIMARY KEY (k))")
    with slot(source) as touched:
        source.run(FREE, "SET time_zone = '+00:00'", f"INSERT INTO t (k) VALUES {values}")
        wanted = keys_of(source, "t")
        assert len(wanted) == values.count("(") - values.count("REPEAT(") - values.count("UNHEX(")
        assert touched("t") == {TableName(source.name, "t"): wanted}
        source.run("DELETE FROM t")
        assert touched("t") == {TableName(source.name, "t"): wanted}


@pytest.mark.parametrize(
    "type_",
    ["float", "double", "bit(3)", "enum('1','2')", "set('1','2')", "varchar(9) CHARACTER SET sjis"],
)
def test_a_key_that_the_log_cannot_tell_exactly_means_the_whole_table(source: Any, type_: str) -> None:
    source.run(FREE, f"CREATE TABLE t (k {type_} NOT NULL PRIMARY KEY)", "CREATE TABLE u (id int PRIMARY KEY)")
    with slot(source) as touched:
        source.run("INSERT INTO t VALUES (1)", "INSERT INTO u VALUES (1)")
        assert touched("t", "u") == {TableName(source.name, "t"): None, TableName(source.name, "u"): {("1",)}}


def test_columns_of_every_type_ahead_of_the_key_are_passed_over(source: Any) -> None:
    own = ", u uuid, i6 inet6" if source.mariadb else ", js json"
    source.run(
        FREE,
        "CREATE TABLE t (a tinyint, b smallint, c mediumint, d int, e bigint, f float, g double, h decimal(31,9),"
        " i bit(1), j bit(33), l date, m time, n time(5), o datetime, p datetime(3), q timestamp NULL,"
        " r timestamp(6) NULL, s year, t char(3), u2 char(255) CHARACTER SET utf8mb4, v varchar(10), w varchar(9000),"
        " x binary(5), y tinyblob, z blob, aa mediumtext, ab longblob, ac enum('x','y'), ad set('a','b','c'),"
        " ae geometry, af varchar(10)"
        f" GENERATED ALWAYS AS (UPPER(v)) VIRTUAL, ag int GENERATED ALWAYS AS (d + 1) STORED, ah text{own},"
        " k int PRIMARY KEY, z2 int)",
    )
    mine = "UUID(), '::1'" if source.mariadb else '\'{"a": [1, 2, {"b": null}]}\''
    names = [name for (name,) in source.run(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't'"
        " AND generation_expression IS NULL OR table_schema = DATABASE() AND table_name = 't'"
        " AND generation_expression = '' ORDER BY ordinal_position"
    )]  # fmt: skip
    full = (
        "1, 2, 3, 4, 5, 6, 7, -8.123, 1, 5000000000, '2024-01-01', '10:00', '-10:00:00.12345', '2024-01-01',"
        " '2024-01-01 00:00:00.125', '2024-01-01', '2024-01-01 00:00:00.5', 2024, 'abc', 'long', 'short',"
        " REPEAT('w', 300), 'x', 'y', REPEAT('z', 300), 'aa', REPEAT('b', 70000), 'y', 'a,c',"
        f" ST_GeomFromText('POINT(1 2)'), 'text', {mine}"
    )
    with slot(source) as touched:
        source.run(FREE, f"INSERT INTO t ({', '.join(names)}) VALUES ({full}, 42, 1)", "INSERT INTO t (k) VALUES (43)")
        source.run(FREE, "UPDATE t SET aa = 'other', d = 9, k = k + 100 WHERE k = 42", "UPDATE t SET z2 = 5")
        assert touched("t") == {TableName(source.name, "t"): {("42",), ("43",), ("142",)}}


@pytest.mark.parametrize("image", ["MINIMAL", "NOBLOB"])
def test_smaller_row_images_still_tell_the_key(source: Any, image: str) -> None:
    source.run(
        "CREATE TABLE t (a text, k varchar(9), n int, b text, PRIMARY KEY (n, k))",
        "INSERT INTO t VALUES ('x', 'y', 1, 'z'), ('x', 'z', 2, 'z')",
    )
    with slot(source) as touched:
        source.run(
            f"SET binlog_row_image = {image}", "UPDATE t SET b = 'other' WHERE n = 1",
            "UPDATE t SET k = 'Z' WHERE n = 2", "INSERT INTO t (k, n) VALUES ('new', 3)", superuser=True,
        )  # fmt: skip
        assert touched("t") == {TableName(source.name, "t"): {("1", "y"), ("2", "z"), ("2", "Z"), ("3", "new")}}


def test_a_table_without_a_key_is_compared_whole(source: Any) -> None:
    source.run("CREATE TABLE t (a int)", "CREATE TABLE u (a int NOT NULL, b int, UNIQUE (a))")
    with slot(source) as touched:
        source.run("INSERT INTO t VALUES (1)", "INSERT INTO u VALUES (1, 1)")
        assert touched("t", "u") == {TableName(source.name, "t"): None, TableName(source.name, "u"): {("1",)}}


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE t", "TRUNCATE TABLE `t`", "ALTER TABLE t MODIFY b text", "DROP TABLE t",
        "RENAME TABLE t TO t2, t2 TO t",
        "/* x */ ALTER TABLE {db}.`t` ADD c int",
        "/*!50000 TRUNCATE */ T_ ", "ALTER TABLE t /* not */ ENGINE = InnoDB",
    ],
)  # fmt: skip
def test_what_rewrites_a_table_means_the_whole_table(source: Any, statement: str) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY, b int)", "CREATE TABLE u (id int PRIMARY KEY)")
    with slot(source) as touched:
        source.run("INSERT INTO u VALUES (1)", statement.format(db=source.name).replace("T_", "t"))
        if statement.startswith("DROP"):
            source.run("CREATE TABLE t (id int PRIMARY KEY)")
        assert touched("t", "u") == {TableName(source.name, "t"): None, TableName(source.name, "u"): {("1",)}}


@pytest.mark.parametrize("odd", ["order#items", "a -- b", "a/*b", "a*/b", "a/*!5 b", "it's"])
@pytest.mark.parametrize("statement", ["TRUNCATE TABLE `{odd}`", "ALTER TABLE `{odd}` /* not */ COMMENT 'it'"])
def test_what_begins_a_comment_within_a_name_begins_none(source: Any, odd: str, statement: str) -> None:
    source.run(f"CREATE TABLE `{odd}` (id int PRIMARY KEY)")
    with slot(source) as touched:
        source.run(statement.format(odd=odd))
        assert touched(odd) == {TableName(source.name, odd): None}


def test_a_table_beside_an_odd_one_is_named_too(source: Any) -> None:
    source.run("CREATE TABLE `a#1` (id int PRIMARY KEY)", "CREATE TABLE t (id int PRIMARY KEY)")
    with slot(source) as touched:
        source.run("DROP TABLE `a#1`, t /* generated */", "CREATE TABLE t (id int PRIMARY KEY)")
        assert touched("t") == {TableName(source.name, "t"): None}


def test_a_statement_in_another_character_set_leaves_every_table_unknown() -> None:
    tables = {TableName("shop", "größe"), TableName("shop", "t")}
    assert Statement("shop", "TRUNCATE TABLE `größe`").concerns(tables) == {TableName("shop", "größe")}
    body = bytes(8) + b"\x04" + bytes(4) + b"shop\0" + "TRUNCATE TABLE `größe`".encode("latin1")
    assert Statement.of(Event(Kind.QUERY, 0, body, "mysql-bin.1", 4)).concerns(tables) == tables


@pytest.mark.parametrize("source", ["mariadb_server"], indirect=True)
def test_mariadb_replaces_a_table_in_one_statement(source: Any) -> None:
    test_what_rewrites_a_table_means_the_whole_table(source, "CREATE OR REPLACE TABLE {db}.t (id int PRIMARY KEY)")


def test_what_changes_no_row_touches_nothing(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY, b int)", "CREATE TABLE other (id int)")
    with slot(source) as touched:
        source.run(
            "CREATE INDEX b ON t (b)", "DROP INDEX b ON t", "ANALYZE TABLE t", "CREATE VIEW v AS SELECT * FROM t",
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1", "DROP TRIGGER tr",
            "CREATE PROCEDURE p() DELETE FROM t", "DROP PROCEDURE p", "ALTER TABLE other ADD c int COMMENT 'like t'",
            "DROP VIEW v", "START TRANSACTION", "INSERT INTO t VALUES (1, 1)", "ROLLBACK",
            "INSERT INTO other VALUES (1, 1)",
            "CREATE TEMPORARY TABLE tmp LIKE t", "INSERT INTO tmp VALUES (1, 1)", "FLUSH TABLES",
        )  # fmt: skip
        assert touched("t") == {}


def test_statements_in_the_log_leave_every_table_unknown(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE u (id int PRIMARY KEY)")
    with slot(source) as touched:
        source.run("SET binlog_format = STATEMENT", "INSERT INTO t VALUES (1)", superuser=True)
        assert touched("t", "u") == {TableName(source.name, "t"): None, TableName(source.name, "u"): None}


def test_a_server_that_logs_statements_is_told_what_it_needs(source: Any) -> None:
    name = source.run("SELECT @@GLOBAL.binlog_format")[0][0]
    try:
        source.run("SET GLOBAL binlog_format = STATEMENT", superuser=True)
        with pytest.raises(MigrateError) as caught:
            source.database.log.create_slot("never")
        assert caught.value.code == f"SRC-{NO_LOG}"
        assert "binlog_format = ROW" in caught.value.hint
    finally:
        source.run(f"SET GLOBAL binlog_format = {name}", superuser=True)


def test_a_prepared_transaction_from_before_the_slot_leaves_every_table_unknown(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    source.run("XA START 'early'", "INSERT INTO t VALUES (1)", "XA END 'early'", "XA PREPARE 'early'")
    try:
        with slot(source) as touched:
            assert touched("t") == {}
            source.run("XA COMMIT 'early'")
            assert touched("t") == {TableName(source.name, "t"): None}
    except BaseException:
        with contextlib.suppress(Exception):
            source.run("XA ROLLBACK 'early'")
        raise


def test_a_slot_reads_on_over_rotated_files_and_a_restart(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    with slot(source) as touched:
        for n in range(3):
            source.run(f"INSERT INTO t VALUES ({n})", "FLUSH BINARY LOGS")
        source.server.stop()
        source.server.start()
        source.database.close()
        source.run("INSERT INTO t VALUES (3)")
        assert touched("t") == {TableName(source.name, "t"): {(str(n),) for n in range(4)}}


def test_a_purged_log_is_told_and_what_changed_is_not_guessed(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    with slot(source) as touched:
        source.run("FLUSH BINARY LOGS", "INSERT INTO t VALUES (1)", "FLUSH BINARY LOGS")
        last = source.database.log.position().rpartition(":")[0]
        # MariaDB keeps a file until the engine has said that it needs it no more, a moment later.
        purge = f"PURGE BINARY LOGS TO '{last}'"
        assert soon(lambda: source.run(purge, "SHOW BINARY LOGS", superuser=True)[0][0] == last)
        source.run("INSERT INTO t VALUES (2)")
        with pytest.raises(MigrateError) as caught:
            touched("t")
        assert caught.value.code == f"SRC-{failures.SLOT_LOST}"
        assert not caught.value.retryable


def test_a_log_that_was_begun_anew_is_told_and_nothing_is_taken_for_unchanged(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)", "FLUSH BINARY LOGS")
    with slot(source) as touched:
        source.run("INSERT INTO t VALUES (1)", _reset(source), superuser=True)
        for ask in (lambda: touched("t"), lambda: source.database.log.behind("proof")):
            with pytest.raises(MigrateError, match="begun anew") as caught:
                ask()
            assert caught.value.code == f"SRC-{failures.SLOT_LOST}"


def _reset(source: Any) -> str:
    (version,) = source.run("SELECT VERSION()")[0]
    return "RESET MASTER" if "MariaDB" in version else "RESET BINARY LOGS AND GTIDS"


def test_a_slot_that_nobody_made_is_lost(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    with pytest.raises(MigrateError) as caught:
        source.database.log.changes("never", [TableName(source.name, "t")])
    assert caught.value.code == f"SRC-{failures.SLOT_LOST}"


def test_slots_are_kept_moved_forward_only_and_dropped(source: Any) -> None:
    log = source.database.log
    first = log.create_slot("one")
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    assert log.create_slot("one") == first
    later = log.position()
    assert log.reached(later, first)
    log.advance_slot("one", later)
    log.advance_slot("one", first)
    assert log.slots() == {"one": later}
    log.drop_slot("one")
    log.drop_slot("one")
    assert log.slots() == {}


def test_positions_are_compared_by_the_number_of_their_file(source: Any) -> None:
    log = source.database.log
    assert log.reached("mysql-bin.1000000:4", "mysql-bin.999999:400")
    assert log.reached("mysql-bin.000010:40", "mysql-bin.000009:1000")
    assert not log.reached("mysql-bin.000010:40", "mysql-bin.000010:41")
    name, _, offset = source.database.log.position().rpartition(":")
    assert name.startswith("mysql-bin-changelog.")
    assert int(offset) > 0


def test_compressed_logs_are_read_or_leave_every_table_unknown(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY, b text)", "CREATE TABLE u (id int PRIMARY KEY)")
    t = TableName(source.name, "t")
    with slot(source) as touched:
        if source.mariadb:
            source.run("SET GLOBAL log_bin_compress = ON", superuser=True)
        else:
            source.run("SET GLOBAL binlog_transaction_compression = ON", superuser=True)
        try:
            source.run("INSERT INTO t VALUES (1, REPEAT('x', 3000))", "UPDATE t SET b = REPEAT('y', 3000)")
            found = touched("t", "u")
        finally:
            name = "log_bin_compress" if source.mariadb else "binlog_transaction_compression"
            source.run(f"SET GLOBAL {name} = OFF", superuser=True)
        assert found == ({t: {("1",)}} if source.mariadb else {t: None, TableName(source.name, "u"): None})


def test_a_log_with_other_checksums_in_other_files_is_read(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    try:
        with slot(source) as touched:
            source.run("INSERT INTO t VALUES (1)")
            source.run("SET GLOBAL binlog_checksum = NONE", superuser=True)
            source.run("INSERT INTO t VALUES (2)")
            assert touched("t") == {TableName(source.name, "t"): {("1",), ("2",)}}
            source.run("SET GLOBAL binlog_checksum = CRC32", superuser=True)
            source.run("INSERT INTO t VALUES (3)")
            assert touched("t") == {TableName(source.name, "t"): {("1",), ("2",), ("3",)}}
    finally:
        source.run("SET GLOBAL binlog_checksum = CRC32", superuser=True)
