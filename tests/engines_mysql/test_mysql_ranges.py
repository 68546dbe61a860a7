"""Ranges of a key: exact at their bounds, served by the index, of even size however the values lie."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.mysql import keys
from migrate.engines.mysql.ranges import Ordering
from migrate.errors import SourceError
from migrate.model.validation import Chunk, KeyOrder

pytestmark = pytest.mark.server

FREE = "SET sql_mode = 'NO_ENGINE_SUBSTITUTION'"
DIGITS = (
    "CREATE TABLE digits (n int PRIMARY KEY)",
    "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
)
NUMBERS = (
    "SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n AS n FROM digits a, digits b, digits c, digits d WHERE d.n < {}"
)


def filled(side: Any, columns: str, key: str, values: str, thousands: int = 2) -> TableName:
    """A table of `n` = 0 … 1000 * thousands - 1, each with its key, with fresh statistics."""
    side.run(FREE, *DIGITS, f"CREATE TABLE t ({columns}, PRIMARY KEY ({key})) DEFAULT CHARACTER SET utf8mb4")
    side.run(FREE, f"INSERT INTO t SELECT {values} FROM ({NUMBERS.format(thousands)}) AS numbers")
    table = TableName(side.name, "t")
    side.database.schema.analyze([table])
    return table


def sizes(side: Any, chunks: list[Chunk]) -> list[int]:
    return [found.rows for found in side.database.rows.checksums(chunks)]


@pytest.mark.parametrize(
    ("columns", "key", "values"),
    [
        ("a int NOT NULL, b int", "a", "n, n"),
        ("a bigint unsigned NOT NULL, b int", "a", "18446744073709551615 - n, n"),
        ("a int NOT NULL, b int NOT NULL", "a, b", "n DIV 700, n"),
        ("a int NOT NULL, b varchar(20) NOT NULL, c int", "a, b", "n DIV 700, CONCAT('x', n), n"),
        ("a varchar(20) NOT NULL, b int", "a", "CONCAT('key ', n), n"),
        ("a varchar(20) CHARACTER SET latin1 NOT NULL, b int", "a", "CONCAT('ö', n), n"),
        ("a char(9) COLLATE utf8mb4_general_ci NOT NULL, b int", "a", "CONCAT('K', n), n"),
        ("a datetime(6) NOT NULL, b int", "a", "'2024-01-01' + INTERVAL n MICROSECOND, n"),
        ("a timestamp(3) NOT NULL DEFAULT '2000-01-01', b int", "a", "'2024-01-01' + INTERVAL n * 1000 MICROSECOND, n"),
        ("a date NOT NULL, b time(2) NOT NULL", "a, b", "'2024-01-01' + INTERVAL n DIV 900 DAY, SEC_TO_TIME(n)"),
        ("a varbinary(20) NOT NULL, b int", "a", "UNHEX(LEFT(SHA2(n, 256), 16)), n"),
        ("a binary(16) NOT NULL, b int", "a", "UNHEX(LEFT(SHA2(n, 256), 32)), n"),
        ("a decimal(30,10) NOT NULL, b int", "a", "n / 7, n"),
        ("a bit(60) NOT NULL, b int", "a", "n * 100000000000, n"),
        ("a year NOT NULL, b int NOT NULL", "a, b", "IF(n % 3, 1901 + n % 200, 0), n"),
    ],
)  # fmt: skip
def test_a_range_is_read_along_the_index_and_no_further(source: Any, columns: str, key: str, values: str) -> None:
    table = filled(source, columns, key, values)
    chunks = list(source.database.rows.chunks(table, 100))
    assert len(chunks) > 10
    assert all(chunk.order is KeyOrder.NATIVE for chunk in chunks)
    assert sum(sizes(source, chunks)) == 2000
    assert max(sizes(source, chunks)) < 400
    with source.connections.use() as connection:
        shape = keys.shape(connection, table)
        assert shape is not None
        for chunk in (chunks[1], chunks[-2]):
            condition, parameters = Ordering(shape, chunk.order).within(chunk.low, chunk.high)
            query = f"EXPLAIN FORMAT=TRADITIONAL SELECT SUM(b) FROM {shape.source} WHERE {condition}"
            with connection.cursor() as cursor:
                cursor.execute(connection._bound(query, parameters))
                [plan] = cursor.fetchall()
                named = dict(zip([column[0] for column in cursor.description], plan, strict=True))
            assert (named["type"], named["key"]) == ("range", "PRIMARY"), condition
            assert int(named["rows"]) < 500


@pytest.mark.parametrize(
    "values",
    [
        "IF(n < 1000, n, 4000000000000000000 + n)", "n * n * n", "n * 4000000000000000",
        "IF(n, n - 1000, -9000000000000000000)",
    ],
    ids=["a gap", "thinning out", "far apart", "one that is far away"],
)  # fmt: skip
def test_numbers_are_cut_evenly_wherever_they_lie(source: Any, values: str) -> None:
    table = filled(source, "a bigint NOT NULL, b int", "a", f"{values}, n")
    found = sizes(source, list(source.database.rows.chunks(table, 100)))
    assert sum(found) == 2000
    assert max(found) <= 400
    assert len(found) <= 60


def test_many_rows_of_one_value_are_cut_by_the_rest_of_the_key(source: Any) -> None:
    """Nine of ten rows belong to one tenant, as it goes."""
    table = filled(source, "a int NOT NULL, b int NOT NULL", "a, b", "IF(n % 10, 7, n), n")
    chunks = list(source.database.rows.chunks(table, 100))
    found = sizes(source, chunks)
    assert sum(found) == 2000
    assert max(found) <= 400
    with source.login(source.master) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM t WHERE a = 7")
        assert cursor.fetchall() == ((1800,),)


@pytest.mark.parametrize("order", list(KeyOrder))
@pytest.mark.parametrize(
    ("columns", "key", "values"),
    [
        ("a int NOT NULL, b varchar(20) NOT NULL", "a, b", "n DIV 300, CONCAT('x', n)"),
        ("a varchar(9) NOT NULL, b datetime(6) NOT NULL", "a, b", "CONCAT('x', n DIV 300), ADDDATE('2024-01-01', n)"),
        ("a bigint NOT NULL, b int", "a", "n * 3, n"),
    ],
)  # fmt: skip
def test_what_is_behind_any_bound_is_cut_again(
    source: Any, order: KeyOrder, columns: str, key: str, values: str
) -> None:
    table = filled(source, columns, key, values, thousands=1)
    rows = source.database.rows
    chunks = list(rows.chunks(table, 100, order=order))
    assert len(chunks) > 3
    counted = sizes(source, chunks)
    for number, chunk in enumerate(chunks[:-1]):
        rest = list(rows.chunks(table, 100, order=order, after=chunk.high))
        assert rest[0].low == chunk.high
        assert sum(sizes(source, rest)) == sum(counted[number + 1 :])


def test_a_table_that_grows_is_covered_to_its_end(source: Any) -> None:
    """Statistics are from before: they say that the table is a tenth of what it is by then."""
    table = filled(source, "a bigint NOT NULL, b int", "a", "n, n", thousands=1)
    source.run("ALTER TABLE t STATS_AUTO_RECALC = 0")
    source.database.schema.analyze([table])
    source.run(f"INSERT INTO t SELECT n + 1000, n FROM ({NUMBERS.format(9)}) AS numbers")
    found = sizes(source, list(source.database.rows.chunks(table, 100)))
    assert sum(found) == 10_000
    assert max(found) <= 400


@pytest.mark.parametrize(
    ("columns", "key"),
    [("a enum('z', 'm', 'a') NOT NULL, b int", "a"), ("a text NOT NULL, b int", "a(1)")],
    ids=["enum", "beginning of a text"],
)
def test_a_key_that_no_index_sorts_as_it_compares_is_cut_by_bytes(source: Any, columns: str, key: str) -> None:
    source.run(f"CREATE TABLE t ({columns}, PRIMARY KEY ({key}))", "INSERT INTO t VALUES ('z', 1), ('m', 2), ('a', 3)")
    table = TableName(source.name, "t")
    source.database.schema.analyze([table])
    chunks = list(source.database.rows.chunks(table, 1))
    assert all(chunk.order is KeyOrder.BYTES for chunk in chunks)
    assert [chunk.high for chunk in chunks] == [("a",), ("m",), None]
    assert sizes(source, chunks) == [1, 1, 1]


def test_a_bound_of_another_key_is_an_error_of_this_side(source: Any) -> None:
    source.run("CREATE TABLE t (a int PRIMARY KEY)")
    table = TableName(source.name, "t")
    for bound in (("one",), ("1", "2")):
        with pytest.raises(SourceError, match="key"):
            source.database.rows.checksums([Chunk(table, 0, bound, None)])


def test_ranges_by_bytes_mean_the_same_rows_under_any_collation(source: Any, target: Any) -> None:
    words = ["a\u0301", "ä", "Z", "a b", "a", "é", "_", "a-", "ß", "😀", "0", "~", "Ω", "zz", "A "]
    for side, collation in ((source, "utf8mb4_bin"), (target, "utf8mb4_0900_as_cs")):
        side.run(f"CREATE TABLE t (k varchar(20) CHARACTER SET utf8mb4 COLLATE {collation} PRIMARY KEY, n int)")
        with side.login(side.master) as connection, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO t VALUES (%s, 1)", [(word,) for word in words])
    table = TableName(source.name, "t")
    source.database.schema.analyze([table])
    chunks = list(source.database.rows.chunks(table, 3, order=KeyOrder.BYTES))
    assert len(chunks) > 3
    there = [Chunk(TableName(target.name, "t"), c.number, c.low, c.high, c.order) for c in chunks]
    assert source.database.rows.checksums(chunks) == target.database.rows.checksums(there)
    orders = [side.database.rows.shapes([TableName(side.name, "t")])[TableName(side.name, "t")].key_order
              for side in (source, target)]  # fmt: skip
    assert orders[0] != orders[1]
