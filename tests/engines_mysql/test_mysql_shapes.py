"""Shapes: forms that are equal where values are comparable, what a key's order hangs on, what cannot be read."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.mysql import keys, shapes
from migrate.engines.mysql.database import MySqlDatabase
from migrate.errors import MigrateError
from migrate.model.database import Side
from migrate.model.validation import Chunk, TableShape

pytestmark = pytest.mark.server


def shape_of(side: Any, name: str = "t", database: Any = None) -> TableShape:
    table = TableName(side.name, name)
    found: TableShape = (database or side.database).rows.shapes([table])[table]
    return found


def forms(side: Any, name: str = "t") -> dict[str, str]:
    return {column.name: column.form for column in shape_of(side, name).columns}


COMPARABLE = {
    "int": ("bigint(20) unsigned", "int(8) zerofill", "tinyint(1)", "mediumint"),
    "decimal(12,2)": ("decimal(20,2)", "decimal(9,2) zerofill"),
    "varchar(20) CHARACTER SET latin1": ("char(4)", "text CHARACTER SET utf8mb3", "enum('a','b')", "set('x')"),
    "varbinary(20)": ("binary(4)", "blob", "tinyblob"),
    "datetime(3)": ("timestamp(3) NULL",),
    "longtext": ("mediumtext",),
    "longblob": ("mediumblob",),
    "bit(1)": ("bit(60)",),
    "point": ("geometry",),
}  # fmt: skip
INCOMPARABLE = (
    "int", "decimal(12,2)", "decimal(12,3)", "decimal(12)", "float", "double", "varchar(20)", "longtext", "blob",
    "longblob", "date", "time", "time(2)", "datetime", "datetime(6)", "year", "bit(8)", "geometry",
)  # fmt: skip


def test_types_that_print_alike_have_one_form_and_others_have_not(source: Any, target: Any) -> None:
    for declared, others in COMPARABLE.items():
        source.run("DROP TABLE IF EXISTS t", f"CREATE TABLE t (c {declared})")
        for other in others:
            target.run("DROP TABLE IF EXISTS t", f"CREATE TABLE t (c {other})")
            assert forms(source) == forms(target), (declared, other)
    columns = ", ".join(f"c{n} {declared}" for n, declared in enumerate(INCOMPARABLE))
    source.run("DROP TABLE t", f"CREATE TABLE t ({columns})")
    assert max(Counter(forms(source).values()).values()) == 1
    assert forms(source)["c2"] == "decimal(*,3)"


@pytest.mark.parametrize("source", ["mariadb_server"], indirect=True)
def test_a_table_of_mariadb_and_the_one_that_the_toolkit_makes_of_it_are_comparable(source: Any, target: Any) -> None:
    source.run(
        "CREATE TABLE t (id int(7) zerofill PRIMARY KEY, u uuid, a inet4, b inet6, j json, e enum('a','ö'),"
        " s varchar(20) COLLATE utf8mb4_unicode_nopad_ci, w varchar(20) CHARACTER SET latin1, x longtext COMPRESSED,"
        " v int AS (id + 1) PERSISTENT, at timestamp(6) NULL, n decimal(30,4)) ENGINE=Aria"
    )
    target.run(f"CREATE DATABASE IF NOT EXISTS `{source.name}`")
    target.extra.append(source.name)
    target.schema.load(source.schema.dump([source.name], "pre-data"))
    here, there = shape_of(source), target.database.rows.shapes([TableName(source.name, "t")])
    assert there[TableName(source.name, "t")].columns == here.columns
    assert {"u", "j", "v"} < {column.name for column in here.columns}
    assert here.problem == ""


def test_json_of_mysql_is_not_the_text_that_mariadb_keeps(source: Any) -> None:
    source.run("CREATE TABLE t (id int PRIMARY KEY, j json)")
    assert forms(source)["j"] == ("long text" if source.mariadb else "json")


def test_the_order_of_a_key_hangs_on_its_collations_alone(source: Any, target: Any) -> None:
    for declared, alike in {
        "a int NOT NULL, b datetime(6) NOT NULL, c varbinary(9) NOT NULL, PRIMARY KEY (a, b, c)": True,
        "a varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY": True,
        "a varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY": True,
        "a varchar(9) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci PRIMARY KEY": True,
        "a varchar(9) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY": True,
        "a varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci PRIMARY KEY": not source.mariadb,
        "a int NOT NULL, b varchar(9) COLLATE utf8mb4_unicode_520_ci, PRIMARY KEY (a, b)": not source.mariadb,
        "a enum('b', 'a') PRIMARY KEY": False,
        "a text NOT NULL, PRIMARY KEY (a(10))": False,
        "a double PRIMARY KEY": False,
        "a int NOT NULL, b enum('b', 'a') NOT NULL, PRIMARY KEY (a, b)": True,
    }.items():
        for side in (source, target):
            side.run("DROP TABLE IF EXISTS t", f"CREATE TABLE t ({declared}) DEFAULT CHARACTER SET utf8mb4")
        assert (shape_of(source).key_order == shape_of(target).key_order) is alike, declared
    source.run("DROP TABLE t", "CREATE TABLE t (a bigint NOT NULL, b decimal(9,2) NOT NULL, PRIMARY KEY (b, a))")
    assert shape_of(source).key_order == ""


def test_an_index_that_the_server_hides_is_no_key(source: Any) -> None:
    """It would be the smallest one; to read along it is an error."""
    hidden = "IGNORED" if source.mariadb else "INVISIBLE"
    source.run(
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int NOT NULL, UNIQUE (a, b), UNIQUE KEY on_c (c))",
        "INSERT INTO t VALUES (1, 1, 1), (1, 2, 2), (2, 1, 3)",
    )
    table, rows = TableName(source.name, "t"), source.database.rows
    assert shape_of(source).key == ("c",)
    source.run(f"ALTER TABLE t ALTER INDEX on_c {hidden}")
    source.database.schema.analyze([table])
    assert shape_of(source).key == ("a", "b")
    chunks = list(rows.chunks(table, 1))
    assert len(chunks) > 1
    assert sum(found.rows for found in rows.checksums(chunks)) == 3
    assert set(rows.hashes_of(table, [("1", "2"), ("2", "2")])) == {("1", "2")}


@pytest.mark.parametrize("source", ["mariadb_server"], indirect=True)
def test_a_table_of_mariadb_whose_only_unique_index_is_ignored_has_no_key(source: Any) -> None:
    """MySQL refuses to hide what it takes for the primary key."""
    source.run(
        "CREATE TABLE t (a varchar(90) NOT NULL, UNIQUE KEY on_a (a(9)) IGNORED)",
        "INSERT INTO t VALUES ('x'), ('y')",
    )
    table = TableName(source.name, "t")
    assert shape_of(source).key == ()
    assert [found.rows for found in source.database.rows.checksums([Chunk(table, 0)])] == [2]
    source.run("ALTER TABLE t ALTER INDEX on_a NOT IGNORED")
    assert shape_of(source).key == ("a",)


def test_size_is_told_as_the_server_estimates_it(source: Any) -> None:
    source.run("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a varchar(200))", "INSERT INTO t (a) VALUES ('x')")
    for _ in range(9):
        source.run("INSERT INTO t (a) SELECT REPEAT('x', 200) FROM t")
    source.database.schema.analyze([TableName(source.name, "t")])
    shape = shape_of(source)
    assert 100 <= shape.rows <= 2000
    assert shape.bytes >= 65536


def test_what_cannot_be_read_in_full_is_told_and_not_hashed(source: Any) -> None:
    source.run(
        "CREATE TABLE whole (a int PRIMARY KEY, b int)",
        "CREATE TABLE half (a int PRIMARY KEY, b int)",
        "CREATE TABLE others (a int PRIMARY KEY, b int)",
        "CREATE VIEW seen AS SELECT * FROM whole",
    )
    reader = source.user(grants="CREATE TEMPORARY TABLES")
    source.run(
        f"GRANT SELECT ON whole TO '{reader.user}'@'%'",
        f"GRANT SELECT (a) ON half TO '{reader.user}'@'%'",
        f"GRANT SELECT (a), INSERT (b) ON others TO '{reader.user}'@'%'",
        f"GRANT SELECT ON seen TO '{reader.user}'@'%'",
        superuser=True,
    )
    database = MySqlDatabase(source.address, reader, Side.SOURCE)
    tables = {name: TableName(source.name, name) for name in ("whole", "half", "others", "seen", "absent")}
    try:
        found = database.rows.shapes(list(tables.values()))
        problems = {table.name: shape.problem for table, shape in found.items()}
        assert set(problems) == {"whole", "half", "others", "seen"}
        assert problems["whole"] == ""
        assert "grant SELECT" in problems["half"]
        assert "b: grant SELECT" in problems["others"]
        assert "view" in problems["seen"]
        assert database.rows.checksums([Chunk(tables["whole"], 0)])[0].rows == 0
        with pytest.raises(MigrateError, match="grant SELECT"):
            database.rows.checksums([Chunk(tables["others"], 0)])
    finally:
        database.close()


def test_one_who_may_not_see_a_table_is_told_nothing_of_it(source: Any) -> None:
    source.run("CREATE TABLE t (a int PRIMARY KEY)")
    reader = source.user(grants="CREATE TEMPORARY TABLES")
    database = MySqlDatabase(source.address, reader, Side.SOURCE)
    try:
        assert all(shape.problem for shape in database.rows.shapes([TableName(source.name, "t")]).values())
    finally:
        database.close()


def test_many_tables_are_described_with_as_many_questions_as_one(source: Any) -> None:
    source.run(*(f"CREATE TABLE t{n} (id int PRIMARY KEY, a varchar(20))" for n in range(60)))
    tables = [TableName(source.name, f"t{n}") for n in range(60)]

    with source.connections.use() as connection:

        def asked(some: list[TableName]) -> int:
            before = int(connection.rows("SHOW SESSION STATUS LIKE 'Com_select'")[0][1])
            found = shapes.told(connection, keys.shapes(connection, some).values(), "here")
            assert set(found) == set(some)
            return int(connection.rows("SHOW SESSION STATUS LIKE 'Com_select'")[0][1]) - before

        assert asked(tables) == asked(tables[:1]) > 0
