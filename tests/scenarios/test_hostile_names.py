"""Names with everything that quoting, patterns and formats trip over go all the way: replicate, validate, cut over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from checks.route import Engine
from tests.scenarios.settings import edited
from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("hostile-names")]

HOSTILE = Path(__file__).with_name("hostile")
WRITES_OF_MYSQL = (
    "INSERT INTO shop_1.`%` VALUES (1000, 'new', 'new', 'new')",
    "UPDATE shop_1.`a_b` SET v = 'only here' WHERE id < 10",
    "UPDATE `shopx1`.`a_b` SET v = 'only there' WHERE id > 10",
    "DELETE FROM shop_1.`x, -- # /* ;` WHERE id = 7",
    r"UPDATE shop_1.`größe 表` SET `quo te` = '表' WHERE `key \\` = 3",
    "INSERT INTO shop_1.`from` (`group`) VALUES (1)",
    "UPDATE `we-ird % db`.`a_b` SET v = 'and here' WHERE id = 1",
)
WRITES = (
    """INSERT INTO shop_1."%" VALUES (1000, 'new', 'new', 'new')""",
    """UPDATE shop_1."a_b" SET v = 'only here' WHERE id < 10""",
    """DELETE FROM shop_1."; DROP TABLE x; --" WHERE id = 7""",
    """UPDATE "sel""ect %_' \\ größe"."qu""o'te \\ back" SET "größe 表 😀" = '表' WHERE "k""e'y \\" = 3""",
    """INSERT INTO shop_1."from" ("group") VALUES (1)""",
)
"""Changes in tables whose names a wildcard would confuse with others."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    yield from stage(tmp_path_factory.mktemp("hostile"), sample=str(HOSTILE / "postgres"))


@pytest.fixture(scope="module")
def hostile_mysql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Beside the sample's database one that its name stands for as a pattern, and one with an odd name."""
    for staged in stage(tmp_path_factory.mktemp("hostile"), sample=str(HOSTILE / "mysql")):
        for database in ("shopx1", "we-ird % db"):
            name, pattern = f"`{database}`", "`" + database.replace("%", "\\%") + "`"
            on(
                staged,
                "source",
                f"CREATE DATABASE {name}",
                f"CREATE TABLE {name}.`a_b` (id int PRIMARY KEY, v varchar(40)) ENGINE=InnoDB",
                f"INSERT INTO {name}.`a_b` SELECT * FROM shop_1.`a_b`",
                f"GRANT SELECT, UPDATE ON {pattern}.* TO '{staged.sample.application}'@'%'",
            )
        with (
            edited(staged, 'schemas = ["shop_1"]', 'schemas = ["shop_1", "shopx1", "we-ird % db"]'),
            edited(staged, 'include = ["shop_1.*"]', 'include = ["*.*"]'),
        ):
            yield staged


def on(staged: Staged, side: str, *statements: str) -> list[tuple[Any, ...]]:
    if staged.sample.engine is not Engine.POSTGRES:
        return on_mysql(staged.login(side), *statements)
    with psycopg.connect(**staged.login(side), autocommit=True) as connection:
        cursor = None
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor is not None and cursor.description else []


def on_mysql(login: dict[str, Any], *statements: str) -> list[tuple[Any, ...]]:
    address = {name: login[name] for name in ("host", "port", "user", "password")}
    with (
        pymysql.connect(**address, ssl_ca=login["sslrootcert"], autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def test_mysql_names_go_all_the_way(hostile_mysql: Staged) -> None:
    for command in (["assess"], ["provision", "apply"], ["replicate", "start"]):
        hostile_mysql.must(*command)
    on(hostile_mysql, "source", *WRITES_OF_MYSQL)
    report = hostile_mysql.must("validate", "--format", "json").json
    assert report["summary"]["verdict"] == "match"
    assert report["summary"]["tables"] == 13
    shown = hostile_mysql.must("replicate", "schema", "--format", "json").json
    assert [each for each in shown["differences"] if not each["expected"]] == []
    assert "tr %s" in str(shown["differences"]), "it rests"
    hostile_mysql.must("cutover", "approve", "--by", "somebody")
    hostile_mysql.must("cutover", "run")
    assert hostile_mysql.status()["owner"] == "target"
    assert on(hostile_mysql, "target", "SELECT v FROM shopx1.`a_b` WHERE id = 11") == [("only there",)]
    assert on(hostile_mysql, "target", "SELECT v FROM shop_1.`a_b` WHERE id = 11") == [("11",)]


def test_postgres_names_go_all_the_way(hostile: Staged) -> None:
    for command in (["assess"], ["provision", "apply"], ["replicate", "start"]):
        hostile.must(*command)
    on(hostile, "source", *WRITES)
    report = hostile.must("validate", "--format", "json").json
    assert report["summary"]["verdict"] == "match"
    assert report["summary"]["tables"] == 14
    shown = hostile.must("replicate", "schema", "--format", "json").json
    assert [each for each in shown["differences"] if not each["expected"]] == []
    assert "Tr %s" in str(shown["differences"]), "it rests"
    hostile.must("cutover", "approve", "--by", "somebody")
    hostile.must("cutover", "run")
    assert hostile.status()["owner"] == "target"
    (owner,) = on(hostile, "target", "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'shop_1'")
    assert owner == ("hostile-owner",)
