"""Row hashes: equal for equal rows on two servers, different after every kind of single change."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.facts import TableName
from migrate.engines import failures
from migrate.errors import MigrateError
from migrate.model.validation import Chunk, ChunkSum, KeyOrder

pytestmark = pytest.mark.server

RICH = """
CREATE TABLE t (
  id int PRIMARY KEY, a varchar(40), b varchar(40), l varchar(40) CHARACTER SET latin1, blob_ blob, n decimal(20,6),
  f float, d double, j longtext, at datetime(6), ts timestamp(6) NULL, clock time(3), day date, y year, bits bit(20),
  e enum('small','large'), s set('x','y','z'), g geometry, padded int(8) zerofill, big bigint unsigned,
  fixed binary(6), twice varchar(40) GENERATED ALWAYS AS (upper(a)) VIRTUAL,
  kept varchar(40) GENERATED ALWAYS AS (upper(b)) STORED
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"""
COLUMNS = "id, a, b, l, blob_, n, f, d, j, at, ts, clock, day, y, bits, e, s, g, padded, big, fixed"
FILL = f"""
INSERT INTO t ({COLUMNS})
SELECT n, CONCAT('a', n), CONCAT('b', n), CONCAT('Straße ', n), UNHEX(SHA2(n, 256)), n / 3, n / 3e0, n * 0.1e0,
       '{{"k": 1}}', '2024-01-01' + INTERVAL n MINUTE, '2024-01-01' + INTERVAL n SECOND, SEC_TO_TIME(n - 250),
       '2024-01-01' + INTERVAL n DAY, 2000 + n % 100, n, 1 + n % 2, n % 8, ST_GeomFromText(CONCAT('POINT(', n, ' 1)')),
       n, 18446744073709551615 - n, LEFT(UNHEX(SHA2(n, 256)), 3)
  FROM (SELECT 1 + a.n + 10 * b.n + 100 * c.n AS n FROM digits a, digits b, digits c WHERE c.n < 5) AS numbers"""
DIGITS = (
    "CREATE TABLE digits (n int PRIMARY KEY)",
    "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
)
PREPARE = ("UPDATE t SET b = NULL WHERE id = 9", "UPDATE t SET d = 0.3, day = NULL WHERE id = 14")

MUTATIONS = {
    "values swapped between two rows": "UPDATE t SET a = CONCAT('a', 11 - id) WHERE id IN (5, 6)",
    "values swapped within a row": "UPDATE t SET a = 'b7', b = 'a7' WHERE id = 7",
    "two rows changed oppositely": "UPDATE t SET n = n + CASE id WHEN 1 THEN 1 ELSE -1 END WHERE id IN (1, 2)",
    "NULL to empty": "UPDATE t SET b = '' WHERE id = 9",
    "NULL to the mark of NULL": "UPDATE t SET b = '~' WHERE id = 9",
    "trailing blank": "UPDATE t SET b = CONCAT(b, ' ') WHERE id = 10",
    "letter case": "UPDATE t SET b = UPPER(b) WHERE id = 11",
    "accent": "UPDATE t SET l = 'Strasse 12' WHERE id = 12",
    "one bit of bytes": "UPDATE t SET blob_ = CONCAT(LEFT(blob_, 31), CHAR(ORD(RIGHT(blob_, 1)) ^ 1)) WHERE id = 12",
    "one bit": "UPDATE t SET bits = bits ^ 1 WHERE id = 12",
    "last place of a decimal": "UPDATE t SET n = n + 0.000001 WHERE id = 13",
    "last bit of a double": "UPDATE t SET d = 0.30000000000000004 WHERE id = 14",
    "NULL to a zero date": "UPDATE t SET day = '0000-00-00' WHERE id = 14",
    "blank in json text": "UPDATE t SET j = '{\"k\":  1}' WHERE id = 15",
    "one microsecond": "UPDATE t SET at = at + INTERVAL 1 MICROSECOND WHERE id = 16",
    "sign of a time": "UPDATE t SET clock = -clock WHERE id = 17",
    "a member of a set": "UPDATE t SET s = s ^ 1 WHERE id = 18",
    "a value of an enum": "UPDATE t SET e = 3 - e WHERE id = 19",
    "reference system": "UPDATE t SET g = ST_GeomFromText('POINT(20 1)', 3857) WHERE id = 20",
    "largest number": "UPDATE t SET big = 18446744073709551615 WHERE id = 21",
    "zeroes at the end of a binary": "UPDATE t SET fixed = CONCAT(LEFT(fixed, 3), CHAR(1)) WHERE id = 22",
    "row moved to another key": "UPDATE t SET id = 1000 WHERE id = 23",
    "row lost": "DELETE FROM t WHERE id = 24",
    "row twice under another key": "INSERT INTO t (id, a, b) SELECT 2000, a, b FROM t WHERE id = 25",
    "table emptied": "DELETE FROM t",
}
FREE = "SET sql_mode = 'NO_ENGINE_SUBSTITUTION'"


def sums(side: Any, chunks: Any) -> list[ChunkSum]:
    return list(side.database.rows.checksums(list(chunks)))


def same_rows(source: Any, target: Any) -> tuple[TableName, TableName]:
    return TableName(source.name, "t"), TableName(target.name, "t")


def moved(chunks: Any, table: TableName) -> list[Any]:
    """The same ranges of another database's table."""
    return [replace(chunk, table=table) for chunk in chunks]


def cut(side: Any, table: TableName, rows_per_chunk: int, **how: Any) -> list[Chunk]:
    """Ranges of about so many rows, by fresh statistics."""
    side.database.schema.analyze([table])
    return list(side.database.rows.chunks(table, rows_per_chunk, **how))


def columns_of(side: Any, table: TableName, *key: str) -> dict[str, str]:
    """Hashes of one row's columns; empty for an absent row."""
    found: dict[str, str] = side.database.rows.column_hashes(table, [key]).get(key, {})
    return found


def test_every_single_change_is_seen_and_equal_rows_never_raise_alarm(source: Any, target: Any) -> None:
    table, fed = same_rows(source, target)
    source.run(FREE, *DIGITS, RICH, FILL, *PREPARE)
    reordered = RICH.replace("id int PRIMARY KEY, a varchar(40), ", "junk int, ").replace(
        "kept varchar", "a varchar(40), id int PRIMARY KEY, kept varchar"
    )
    target.run(FREE, *DIGITS, reordered, "ALTER TABLE t DROP COLUMN junk")
    read = {"g": "ST_AsBinary(g)", "bits": "bits + 0"}
    copied = source.run(f"SELECT {', '.join(read.get(name, name) for name in COLUMNS.split(', '))} FROM t")
    with target.login(target.master) as connection, connection.cursor() as cursor:
        cursor.execute(FREE)
        values = ", ".join("ST_GeomFromWKB(%s)" if name == "g" else "%s" for name in COLUMNS.split(", "))
        cursor.executemany(f"INSERT INTO t ({COLUMNS}) VALUES ({values})", copied)
        cursor.execute("UPDATE t SET f = id / 3e0, d = IF(id = 14, 0.3, id * 0.1e0)")
    chunks = cut(source, table, 100)
    assert len(chunks) > 2
    truth = sums(source, chunks)
    assert sums(target, moved(chunks, fed)) == truth
    for what, statement in MUTATIONS.items():
        with source.login(source.master, autocommit=False) as connection, connection.cursor() as cursor:
            cursor.execute(FREE)
            cursor.execute(statement)
            connection.commit()
        assert sums(source, chunks) != truth, what
        source.run(FREE, "DROP TABLE t", RICH, FILL, *PREPARE)
    assert sums(source, chunks) == truth


def test_hashes_do_not_depend_on_the_servers_settings(source: Any) -> None:
    source.run(FREE, *DIGITS, RICH, FILL, *PREPARE)
    chunks = cut(source, TableName(source.name, "t"), 100)
    before = sums(source, chunks)
    settings = {
        "time_zone": "'+09:00'", "sql_mode": "'ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH,NO_BACKSLASH_ESCAPES'",
        "collation_connection": "latin1_swedish_ci", "group_concat_max_len": "4", "div_precision_increment": "9",
    }  # fmt: skip
    kept = {name: source.run(f"SELECT @@GLOBAL.{name}")[0][0] for name in settings}
    try:
        source.run(*(f"SET GLOBAL {name} = {value}" for name, value in settings.items()), superuser=True)
        source.database.close()
        assert sums(source, chunks) == before
    finally:
        back = [f"SET GLOBAL {name} = {value if str(value).isdigit() else repr(value)}" for name, value in kept.items()]
        source.run(*back, superuser=True)


@pytest.mark.parametrize(
    ("columns", "key", "values"),
    [
        ("a int NOT NULL, b varchar(20) NOT NULL", "a, b", "n % 7, CONCAT('x', n)"),
        ("a int NOT NULL, b int NOT NULL", "b, a", "n % 3, n DIV 3"),
        ("a int NOT NULL, b int NOT NULL, c datetime(3) NOT NULL", "b, c, a", "n, n % 3, ADDDATE('2024-01-01', n % 5)"),
        ("a varchar(20) CHARACTER SET latin1 NOT NULL, b int", "a", "CONCAT(CHAR(65 + n % 26), 'ö', n), n"),
        ("a datetime(6) NOT NULL, b date NOT NULL", "a, b", "'1000-01-01' + INTERVAL n HOUR, '2024-01-01'"),
        ("a timestamp(2) NOT NULL DEFAULT '2000-01-01', b int", "a", "'2024-03-31' + INTERVAL n HOUR, n"),
        ("a time(1) NOT NULL, b int", "a", "SEC_TO_TIME((n - 200) * 1000), n"),
        ("a varbinary(20) NOT NULL, b int", "a", "LEFT(UNHEX(SHA2(n, 256)), n % 17 + 4), n"),
        ("a binary(8) NOT NULL, b int", "a", "LEFT(UNHEX(SHA2(n, 256)), 4), n"),
        ("a decimal(12,5) NOT NULL, b int", "a", "n / 7.0 - 30, n"),
        ("a bigint unsigned NOT NULL, b int", "a", "18446744073709551615 - n, n"),
        ("a int(9) zerofill NOT NULL, b year NOT NULL", "b, a", "n, 1901 + n % 200"),
        ("a bit(40) NOT NULL, b int", "a", "n * 1000000, n"),
        ("a char(6) NOT NULL, b enum('x','y') NOT NULL", "a, b", "n, 1 + n % 2"),
        ("a float NOT NULL, b double NOT NULL", "a, b", "n / 3, n / 7"),
        ("a text NOT NULL, b int", "a(20)", "CONCAT('text ', n), n"),
    ],
)  # fmt: skip
def test_chunks_cover_every_row_once(source: Any, columns: str, key: str, values: str) -> None:
    numbers = "SELECT 1 + a.n + 10 * b.n + 100 * c.n AS n FROM digits a, digits b, digits c WHERE c.n < 4"
    source.run(FREE, *DIGITS, f"CREATE TABLE t ({columns}, PRIMARY KEY ({key}))")
    source.run(FREE, f"INSERT INTO t SELECT {values} FROM ({numbers}) AS numbers")
    table, rows = TableName(source.name, "t"), source.database.rows
    whole = {key: hash_ for chunk in cut(source, table, 1000) for key, hash_ in rows.hashes(chunk)}
    assert len(whole) == 400
    for size in (33, 399, 400, 401):
        chunks = cut(source, table, size)
        assert (chunks[0].low, chunks[-1].high) == (None, None)
        assert size > 33 or len(chunks) > 4
        found = [pair for chunk in chunks for pair in rows.hashes(chunk)]
        assert len(found) == 400
        assert dict(found) == whole
        assert sum(found.rows for found in rows.checksums(chunks)) == 400
    assert rows.hashes_of(table, whole) == whole
    some = list(whole)[:3]
    assert set(rows.column_hashes(table, some)) == set(some)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.sets(st.text(st.characters(exclude_categories=("Cs",)), max_size=12), max_size=40),
    size=st.integers(1, 20),
)
def test_chunks_of_any_text_cut_alike_under_other_collations(
    source: Any, target: Any, values: set[str], size: int
) -> None:
    unique = list({value.rstrip(" "): value for value in values}.values())
    for side, collation in ((source, "utf8mb4_bin"), (target, "utf8mb4_0900_bin")):
        side.run(
            "DROP TABLE IF EXISTS t",
            f"CREATE TABLE t (k varchar(15) CHARACTER SET utf8mb4 COLLATE {collation} PRIMARY KEY, n int)",
        )
        with side.login(side.master) as connection, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO t VALUES (%s, 1)", [(value,) for value in unique])
    table, fed = same_rows(source, target)
    chunks = cut(source, table, size, order=KeyOrder.BYTES)
    assert sums(source, chunks) == sums(target, moved(chunks, fed))
    assert sum(found.rows for found in sums(source, chunks)) == len(unique)


def test_a_key_is_its_text_and_not_what_a_collation_takes_for_equal(source: Any) -> None:
    source.run(
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_general_ci PRIMARY KEY, n int) DEFAULT CHARACTER SET utf8mb4",
        "INSERT INTO t VALUES ('Ärger', 1), ('b ', 2), ('c', 3)",
    )
    table, rows = TableName(source.name, "t"), source.database.rows
    found = rows.hashes_of(table, [("ärger",), ("Arger",), ("Ärger",), ("b",), ("b ",), ("c",), ("c ",), ("d",)])
    assert set(found) == {("Ärger",), ("b ",), ("c",)}
    assert columns_of(source, table, "arger") == {}
    assert set(columns_of(source, table, "Ärger")) == {"k", "n"}


def test_keys_that_no_row_can_have_are_absent(source: Any) -> None:
    source.run("CREATE TABLE t (k int PRIMARY KEY, n int)", "INSERT INTO t VALUES (1, 1)")
    table, rows = TableName(source.name, "t"), source.database.rows
    assert set(rows.hashes_of(table, [("1",), ("one",), ("99999999999999999999",)])) == {("1",)}
    assert columns_of(source, table, "one") == {}


@pytest.mark.parametrize("charset", ["latin1", "utf8mb3", "ascii", "sjis", "utf16"])
def test_a_key_that_the_columns_characters_cannot_spell_is_absent(source: Any, charset: str) -> None:
    source.run(
        f"CREATE TABLE t (k varchar(20) CHARACTER SET {charset}, n int, PRIMARY KEY (k, n))",
        f"CREATE TABLE e (k enum('a', 'b') CHARACTER SET {charset} PRIMARY KEY)",
        "INSERT INTO t VALUES ('plain', 1), ('A', 2)",
        "INSERT INTO e VALUES ('a')",
    )
    t, e, rows = TableName(source.name, "t"), TableName(source.name, "e"), source.database.rows
    asked = [(text, "1") for text in ("plain", "žluť", "🐘", "日本", "ä")] + [("a", "2"), ("A", "2")]
    assert set(rows.hashes_of(t, asked)) == {("plain", "1"), ("A", "2")}
    assert set(rows.hashes_of(e, [("a",), ("žluť",), ("🐘",), ("A",), ("",)])) == {("a",)}


def test_text_is_equal_in_another_character_set_but_not_after_a_loss(source: Any, target: Any) -> None:
    table, fed = same_rows(source, target)
    source.run(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(20) CHARACTER SET latin1, b varchar(20) CHARACTER SET sjis,"
        " c varchar(20) CHARACTER SET ucs2, d varchar(20) CHARACTER SET utf8mb3)",
        "INSERT INTO t VALUES (1, 'Größe €?', '日本?', 'žluť', 'naïve')",
    )
    target.run(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b varchar(20), c varchar(20), d varchar(20))"
        " DEFAULT CHARACTER SET utf8mb4",
        "INSERT INTO t VALUES (1, 'Größe €?', '日本?', 'žluť', 'naïve')",
    )
    assert columns_of(source, table, "1") == columns_of(target, fed, "1")
    target.run("UPDATE t SET a = 'Gr??e €?', b = '????', c = '?lu?'")
    there, here = columns_of(source, table, "1"), columns_of(target, fed, "1")
    assert {name for name in there if there[name] != here[name]} == {"a", "b", "c"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_a_float_counts_by_its_bits(source: Any, target: Any, values: list[float]) -> None:
    for side in (source, target):
        side.run("DROP TABLE IF EXISTS t", "CREATE TABLE t (id int PRIMARY KEY, d double, s double(30,10))")
        with side.login(side.master) as connection, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO t (id, d) VALUES (%s, %s)", list(enumerate(values)))
    table, fed = same_rows(source, target)
    there, here = ({key: h for c in cut(side, name, 99) for key, h in side.database.rows.hashes(c)}
                   for side, name in ((source, table), (target, fed)))  # fmt: skip
    assert there == here
    bits = {}
    for (key,), hash_ in there.items():
        bits.setdefault((values[int(key)] + 0.0).hex(), set()).add(columns_of(source, table, key)["d"])
        assert hash_
    assert all(len(found) == 1 for found in bits.values())
    assert len({hash_ for found in bits.values() for hash_ in found}) == len(bits)


@pytest.mark.parametrize("source", ["mariadb_server"], indirect=True)
def test_mariadb_types_that_become_text_hash_as_that_text(source: Any, target: Any) -> None:
    table, fed = same_rows(source, target)
    values = (
        "INSERT INTO t VALUES ('6ccd780c-baba-1026-9564-5b8c656024db', '2001:db8::42:8329', '{\"b\":1, \"a\": 1e2}')",
        "INSERT INTO t VALUES ('0ccd780c-baba-1026-9564-5b8c656024db', '::ffff:1.2.3.4', NULL)",
    )
    source.run(
        "CREATE TABLE t (k uuid PRIMARY KEY, i inet6, j json)",
        *values,
    )
    target.run(
        "CREATE TABLE t (k char(36) PRIMARY KEY, i varchar(39), j longtext COLLATE utf8mb4_bin)",
        *values,
    )
    chunks = cut(source, table, 1)
    assert len(chunks) == 2
    assert sums(source, chunks) == sums(target, moved(chunks, fed))
    [(key, hash_)] = source.database.rows.hashes(chunks[0])
    assert target.database.rows.hashes_of(fed, [key]) == source.database.rows.hashes_of(table, [key]) == {key: hash_}


def test_mysql_json_counts_as_the_server_keeps_it(target: Any) -> None:
    table = TableName(target.name, "t")
    values = [
        '{"b": 1, "a": [1, 2.50]}',
        '{ "a":[1,2.5],"b":1}',
        '{"b": 1.0, "a": [1, 2.5]}',
        '{"b": 1, "a": [2.5, 1]}',
    ]
    target.run("CREATE TABLE t (id int PRIMARY KEY, j json)")
    target.run(*(f"INSERT INTO t VALUES ({n}, '{value}')" for n, value in enumerate(values)))
    first, same, *others = (columns_of(target, table, str(n))["j"] for n in range(4))
    assert first == same
    assert len({first, *others}) == 3


def test_a_row_too_large_for_a_packet_is_an_error_and_not_left_out(source: Any) -> None:
    source.run(
        f"CREATE TABLE t (id int PRIMARY KEY, {', '.join(f'c{n} text' for n in range(40))})",
        f"INSERT INTO t (id, {', '.join(f'c{n}' for n in range(40))}) VALUES (1{', REPEAT(CHAR(97), 60000)' * 40})",
        "INSERT INTO t (id) VALUES (2)",
    )
    table, rows = TableName(source.name, "t"), source.database.rows
    [chunk] = cut(source, table, 10)
    assert rows.checksums([chunk])[0].rows == 2
    before = source.run("SELECT @@GLOBAL.max_allowed_packet")[0][0]
    try:
        source.run("SET GLOBAL max_allowed_packet = 1048576", superuser=True)
        source.database.close()
        for ask in (
            lambda: rows.checksums([chunk]), lambda: list(rows.hashes(chunk)), lambda: rows.hashes_of(table, [("1",)]),
        ):  # fmt: skip
            with pytest.raises(MigrateError, match="max_allowed_packet") as caught:
                ask()
            assert caught.value.code == f"SRC-{failures.TOO_LARGE}"
        assert set(rows.hashes_of(table, [("2",)])) == {("2",)}
    finally:
        source.run(f"SET GLOBAL max_allowed_packet = {before}", superuser=True)


def test_the_key_is_the_primary_one_or_the_smallest_unique_one_without_nulls(source: Any) -> None:
    rows = source.database.rows
    source.run(
        "CREATE TABLE p (b int, a int NOT NULL UNIQUE, c int, PRIMARY KEY (c, b))",
        "CREATE TABLE u (a int NOT NULL, b int NOT NULL, c int UNIQUE, UNIQUE (b, a), UNIQUE (a))",
        "CREATE TABLE none_ (a int UNIQUE, b int, KEY (b))",
    )
    assert rows.shapes([TableName(source.name, "p")])[TableName(source.name, "p")].key == ("c", "b")
    assert rows.shapes([TableName(source.name, "u")])[TableName(source.name, "u")].key == ("a",)
    assert rows.shapes([TableName(source.name, "none_")])[TableName(source.name, "none_")].key == ()


def test_names_of_tables_and_columns_are_taken_as_they_are(source: Any) -> None:
    source.run(
        "CREATE TABLE `od``d %s ? na\"me` (`i'd %d` int PRIMARY KEY, `sel ect` int)", "CREATE TABLE `Case` (a int)"
    )
    source.run('INSERT INTO `od``d %s ? na"me` VALUES (1, 2)', "CREATE TABLE `case` (b int PRIMARY KEY)")
    table, rows = TableName(source.name, 'od`d %s ? na"me'), source.database.rows
    [chunk] = cut(source, table, 10)
    assert rows.checksums([chunk])[0].rows == 1
    assert set(columns_of(source, table, "1")) == {"i'd %d", "sel ect"}
    shapes = rows.shapes([TableName(source.name, name) for name in ("Case", "case")])
    assert {table.name: [column.name for column in shape.columns] for table, shape in shapes.items()} == {
        "Case": ["a"],
        "case": ["b"],
    }


def test_a_reader_may_stop_in_the_middle(source: Any) -> None:
    source.run(FREE, *DIGITS, RICH, FILL)
    [chunk] = cut(source, TableName(source.name, "t"), 1000)
    stream = source.database.rows.hashes(chunk)
    next(stream)
    stream.close()
    assert source.database.rows.checksums([chunk])[0].rows == 500


def test_a_digest_is_the_sum_of_the_hashes(source: Any) -> None:
    source.run(FREE, *DIGITS, RICH, FILL)
    [chunk] = cut(source, TableName(source.name, "t"), 1000)
    total = sum(Decimal(hash_) for _, hash_ in source.database.rows.hashes(chunk))
    assert source.database.rows.checksums([chunk])[0].digest == str(total)
