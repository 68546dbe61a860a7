"""Text of the server's own is taken apart by its words, never by what stands in quotes."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.mysql import script
from migrate.engines.mysql.conversions import converted
from migrate.engines.mysql.conversions.collations import known
from migrate.engines.mysql.sqltext import Sql, account_in, unwrapped
from migrate.engines.mysql.table_ddl import TableDdl

T = TableName("shop", "t")


def test_what_is_quoted_or_a_comment_is_no_word() -> None:
    text = Sql("`a, (b` 'c)'' \\' , d' \"e,\" -- f, g'\n/* h, ` */, last")
    assert [part.text for part in text.parts()] == ["`a, (b` 'c)'' \\' , d' \"e,\" -- f, g'\n/* h, ` */", "last"]
    assert not text.has("[bcdefgh]")
    assert text.replaced("last", "next").text.endswith("*/, next")


def test_executed_comments_are_unwrapped_but_not_within_quotes() -> None:
    text = "a /*!50100 PARTITION BY HASH (id) */ COMMENT '/*!80023 stays */' /*M!100301 COMPRESSED*/"
    assert " ".join(unwrapped(text).split()) == "a PARTITION BY HASH (id) COMMENT '/*!80023 stays */' COMPRESSED"


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("`a``b`@`10.%`", ("a`b", "10.%")),
        ("'it''s'@'%'", ("it's", "%")),
        ('"quoted"@"localhost"', ("quoted", "localhost")),
        ("`a_role`", ("a_role", "%")),
    ],
)
def test_accounts_are_read_in_every_kind_of_quotes(text: str, account: tuple[str, str]) -> None:
    assert account_in(text) == account


def test_a_script_keeps_bodies_whole_and_its_delimiter_apart() -> None:
    made, bodies = script.Script(), ["A;\n$$\nB", "C $$1$$\n\n-- don't", "-- aurora-migrate: not mine\nD"]
    made.add(bodies[0], "first\nnote")
    made.add(bodies[1])
    made.note("left out")
    made.add("E", "first note")
    assert list(script.statements(made.text)) == [bodies[0], bodies[1], "E"]
    assert script.notes(made.text) == ["first note", "left out"]
    assert made.text.startswith("DELIMITER $$2$$\n")
    with pytest.raises(ValueError, match="delimiter"):
        list(script.statements("CREATE TABLE t (id int);"))


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("int(11) DEFAULT 5", "int(11) DEFAULT 5"),
        ("datetime DEFAULT current_timestamp() ON UPDATE current_timestamp()", None),
        ("varchar(9) DEFAULT concat('a',(1)) COMMENT 'x'", "varchar(9) DEFAULT (concat('a',(1))) COMMENT 'x'"),
        ("varchar(9) DEFAULT user() COMMENT 'DEFAULT y'", "varchar(9) DEFAULT (user()) COMMENT 'DEFAULT y'"),
        ("text DEFAULT 'it''s' COMMENT 'x'", "text DEFAULT ('it''s') COMMENT 'x'"),
        ("longtext DEFAULT NULL", "longtext DEFAULT NULL"),
        ("int(11) DEFAULT (1 + 2)", "int(11) DEFAULT (1 + 2)"),
        ("decimal(5,2) DEFAULT -1.50", "decimal(5,2) DEFAULT -1.50"),
        ("bit(2) DEFAULT b'10'", "bit(2) DEFAULT b'10'"),
        ("binary(2) DEFAULT '\\0\\0'", None),
        ("bigint(20) NOT NULL DEFAULT nextval(`shop`.`s`) COMMENT 'x'", "bigint(20) NOT NULL COMMENT 'x'"),
        (
            "uuid NOT NULL DEFAULT uuid()",
            "char(36) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT (uuid())",
        ),
    ],
)
def test_defaults_as_mysql_wants_them(column: str, wanted: str | None) -> None:
    table = TableDdl.read(T, f"CREATE TABLE `t` (\n  `c` {column}\n) ENGINE=InnoDB")
    list(converted(table))
    assert table.columns[0].definition.text == (wanted or column)


def test_what_is_no_part_of_a_table_is_told_with_its_name() -> None:
    with pytest.raises(ValueError, match=r"shop\.t: not a part of a table: VECTOR KEY"):
        TableDdl.read(T, "CREATE TABLE `t` (\n  `c` int,\n  VECTOR KEY `secret` (`c`)\n)")


@pytest.mark.server
def test_mysql_has_every_collation_that_one_of_mariadb_becomes(mariadb_server: Any, mysql_server: Any) -> None:
    def names(server: Any, query: str) -> list[str]:
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return [row[0] for row in cursor.fetchall()]

    full = "COALESCE(NULLIF(full_collation_name, ''), collation_name)"
    theirs = names(mariadb_server, f"SELECT {full} FROM information_schema.collation_character_set_applicability")
    ours = names(mysql_server, "SELECT collation_name FROM information_schema.collations")
    there = {name.replace("utf8mb3_", "utf8_") for name in ours}
    assert len(theirs) > 400
    assert sorted(name for name in theirs if known(name) not in there) == []
    kept = [name for name in theirs if name in ours]
    assert all(known(name).replace("utf8_", "utf8mb3_") == name for name in kept), "what MySQL has stays what it is"
    for name in theirs:
        assert known(name).split("_")[0] in (name.split("_")[0], "utf8"), "no character set changes"
