"""Repair: statements that make another server's rows as these are, whatever they hold; and values for people."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.failures import TOO_LARGE
from migrate.errors import MigrateError
from migrate.model.validation import Chunk

pytestmark = pytest.mark.server

TABLE = """
CREATE TABLE `t` (
  id int PRIMARY KEY AUTO_INCREMENT, a varchar(60), l varchar(40) CHARACTER SET latin1, b blob, n decimal(30,10),
  f float, d double, j longtext, at datetime(6), ts timestamp(6) NULL, clock time(3), day date, y year, bits bit(60),
  e enum('small','it''s'), s set('x','y','z'), g geometry, padded int(8) zerofill, big bigint unsigned,
  fixed binary(6), `od d``n` int, twice varchar(130) GENERATED ALWAYS AS (CONCAT(a, a)) VIRTUAL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"""
FREE = "SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'"
ROWS = (
    "INSERT INTO t (id) VALUES (1), (0)",
    r"INSERT INTO t (id, a, l, j, e, s) VALUES (2, '', '', '', 'it''s', ''),"
    r" (3, 'it''s \"odd\" \\ % ; -- 🐘', 'naïve €', '{\"k\": \"\\\\n\"}', 1, 'x,z'),"
    r" (4, 'a\0b\Z\n', 'NULL', '~', 2, 7)",
    "INSERT INTO t (id, b, fixed, g, bits) VALUES (5, x'00ff275c1a', x'0001', ST_GeomFromText('POINT(1 2)', 4326),"
    " b'111'), (6, '', '', ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))'), 1152921504606846975)",
    "INSERT INTO t (id, n, f, d, padded, big, y) VALUES (7, -12345678901234567890.0123456789, 0.1, 0.1, 7,"
    " 18446744073709551615, 2024), (8, 0, 3.4e38, 1.7976931348623157e308, 0, 0, 0), (9, 0.5, -1e-30, 5e-324, 1, 1,"
    " 1999), (10, 1, 16777217, 0.30000000000000004, 1, 1, 2155)",
    "INSERT INTO t (id, at, ts, clock, day) VALUES (11, '2024-03-31 02:30:00.000001', '2024-10-27 01:30:00.999999',"
    " '-838:59:59.000', '1000-01-01'), (12, '0000-00-00', 0, '00:00:00', '0000-00-00'), (13,"
    " '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '838:59:59', '2024-02-30')",
    "INSERT INTO t (id, `od d``n`) VALUES (14, -5)",
)
SPOILED = (
    "UPDATE t SET a = 'spoiled', l = 'x', b = 'x', n = 1, f = 1, d = 1, j = 'x', at = NOW(), ts = NOW(),"
    " clock = '1:00', day = NOW(), y = 2000, bits = 1, e = 1, s = 'y', g = NULL, padded = 9, big = 9,"
    " fixed = 'x' WHERE id % 2",
    "DELETE FROM t WHERE id % 3 = 0",
    "INSERT INTO t (id, a) VALUES (99, 'surplus'), (100, 'kept surplus')",
)


def test_a_row_that_is_too_large_to_be_told_is_refused_and_leaves_nothing_out(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY, a longblob, b int)")
    (packet,) = source.run("SELECT @@max_allowed_packet")[0]
    source.run(f"INSERT INTO t VALUES (1, REPEAT('x', {int(packet) * 5 // 8}), 7)")
    with pytest.raises(MigrateError, match="larger than max_allowed_packet") as caught:
        list(source.database.rows.repair(TableName(source.name, "t"), [("1",)]))
    assert caught.value.code == f"SRC-{TOO_LARGE}"


def test_a_repaired_table_holds_what_this_one_holds(source: Any) -> None:
    """The one who repairs has a session of his own settings: another time zone, strict, another character set."""
    table = TableName(source.name, "t")
    source.run(FREE, TABLE, *ROWS)
    rows = source.database.rows
    [wanted] = rows.checksums([Chunk(table, 0)])
    assert wanted.rows == 15
    keys = [(str(n),) for n in range(15)]
    statements = list(rows.repair(table, [*keys, ("99",), ("100",)]))
    verbs = Counter(statement.split()[0] for statement in statements)
    assert verbs == {"SET": 1, "DELETE": 2, "INSERT": 15}
    source.run(FREE, *SPOILED)
    assert rows.checksums([Chunk(table, 0)]) != [wanted]
    settings = "SET time_zone = '+09:00', sql_mode = 'TRADITIONAL,NO_BACKSLASH_ESCAPES'"
    for _ in range(2):
        source.run(settings, *statements)
        assert rows.checksums([Chunk(table, 0)]) == [wanted]


def test_a_row_of_another_server_is_repaired_from_this_one(source: Any, target: Any) -> None:
    table = TableName(source.name, "t")
    target.run(f"CREATE DATABASE IF NOT EXISTS `{source.name}`", f"USE `{source.name}`", TABLE)
    target.extra.append(source.name)
    source.run(FREE, TABLE, *ROWS)
    target.run(*source.database.rows.repair(table, [(str(n),) for n in range(15)]))
    there, here = (side.database.rows.checksums([Chunk(table, 0)]) for side in (source, target))
    assert there == here
    assert here[0].rows == 15


def test_a_key_that_differs_in_letters_alone_is_told_apart(source: Any) -> None:
    """One server has `Key`, the other `key`: a collation takes them for one, the repair must not lose the row."""
    source.run(
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_general_ci PRIMARY KEY, n int) DEFAULT CHARACTER SET utf8mb4",
        "INSERT INTO t VALUES ('Key', 1), ('end ', 2)",
    )
    table, rows = TableName(source.name, "t"), source.database.rows
    [wanted] = rows.checksums([Chunk(table, 0)])
    statements = list(rows.repair(table, [("Key",), ("key",), ("end ",), ("end",), ("gone",)]))
    source.run("DELETE FROM t", "INSERT INTO t VALUES ('key', 1), ('end', 3), ('gone', 3)")
    source.run(*statements)
    assert rows.checksums([Chunk(table, 0)]) == [wanted]


def test_statements_stand_in_lines_of_their_own_however_many_there_are(source: Any) -> None:
    source.run(
        "CREATE TABLE t (a int NOT NULL, b varbinary(9) NOT NULL, PRIMARY KEY (a, b))", "INSERT INTO t VALUES (1, 'x')"
    )
    table, rows = TableName(source.name, "t"), source.database.rows
    statements = list(rows.repair(table, [("1", "78"), *((str(n), "00FF") for n in range(2500))]))
    assert len(statements) == 2502
    assert sum(statement.startswith("SET ") for statement in statements) == 1
    assert all("\n" not in statement for statement in statements)
    source.run("INSERT INTO t VALUES (7, x'00ff')", *statements)
    assert rows.hashes_of(table, [("1", "78"), ("7", "00FF")]).keys() == {("1", "78")}


def test_values_are_what_people_can_read(source: Any) -> None:
    source.run(FREE, TABLE, *ROWS)
    table, rows = TableName(source.name, "t"), source.database.rows
    found = rows.values(table, [("5",), ("7",), ("11",), ("12",), ("3",), ("4711",)], 25)
    assert set(found) == {("5",), ("7",), ("11",), ("12",), ("3",)}
    assert found[("5",)]["b"] == "00FF275C1A"
    assert (found[("5",)]["g"] or "").startswith("POINT(")
    assert found[("7",)]["big"] == "18446744073709551615"
    assert found[("7",)]["n"] == "-12345678901234567890.0123456789"[:25]
    assert found[("11",)]["ts"] == "2024-10-27 01:30:00.999999"[:25]
    assert found[("12",)]["day"] == "0000-00-00"
    assert found[("3",)]["l"] == "naïve €"
    assert found[("3",)]["b"] is None


def test_extremes_are_told_in_utc_and_with_the_dates_that_are_none(source: Any) -> None:
    source.run(FREE, TABLE, *ROWS)
    found = source.database.rows.extremes(TableName(source.name, "t"))
    assert found == {
        "at": ("0000-00-00 00:00:00.000000", "9999-12-31 23:59:59.999999"),
        "ts": ("0000-00-00 00:00:00.000000", "2038-01-19 03:14:07.000000"),
        "day": ("0000-00-00", "2024-02-30"),
    }
