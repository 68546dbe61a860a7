"""DDL on the source while a task follows: whatever DMS does with it, no verdict is wrong and green."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pymysql
import pytest

from checks.route import Engine
from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow]

OF_POSTGRES = {
    "add a column": (["ALTER TABLE ledger.currencies ADD COLUMN symbol text DEFAULT '¤'"], "table ledger.currencies"),
    "drop a column": (["ALTER TABLE ledger.holds DROP COLUMN origin"], "table ledger.holds"),
    "rename a column": (["ALTER TABLE ledger.customers RENAME COLUMN labels TO tags"], "table ledger.customers"),
    "rename a table": (["ALTER TABLE ledger.event_log RENAME TO event_history"], "table ledger.event_log"),
    "empty a table": (["TRUNCATE ledger.exchange_rates"], "table ledger.exchange_rates: emptied"),
}
OF_MYSQL = {
    "add a column": (
        ["ALTER TABLE addresses ADD COLUMN floor varchar(20) NOT NULL DEFAULT 'low'"],
        "table shop.addresses",
    ),
    "drop a column": (["ALTER TABLE coupons DROP COLUMN valid_until"], "table shop.coupons"),
    "rename a column": (["ALTER TABLE categories RENAME COLUMN name TO title"], "table shop.categories"),
    "rename a table": (["RENAME TABLE legacy_sessions TO older_sessions"], "table shop.legacy_sessions"),
    "empty a table": (["TRUNCATE TABLE event_log"], "table shop.event_log: emptied"),
}
"""What is done, and what `replicate status` begins to tell of it."""


@pytest.fixture(
    params=[
        pytest.param("postgres/ledger", marks=pytest.mark.xdist_group("ddl-postgres")),
        pytest.param("mysql/shop", marks=pytest.mark.xdist_group("ddl-mysql")),
    ]
)
def following(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Staged]:
    for staged in stage(tmp_path, sample=request.param, scale=0.01):
        yield replicated(staged)


def on_source(staged: Staged, *statements: str) -> None:
    login = staged.origin()
    if staged.sample.engine is Engine.POSTGRES:
        with psycopg.connect(**login, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
        return
    address = {name: login[name] for name in ("host", "port", "user", "password")}
    with (
        pymysql.connect(**address, database=login["dbname"], ssl_ca=login["sslrootcert"], autocommit=True) as mysql,
        mysql.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)


def test_every_kind_is_told_and_closes_the_way(following: Staged) -> None:
    quiet = following.must("replicate", "status")
    assert "schema changed" not in quiet.err
    alike = following.must("replicate", "schema", "--format", "json").json
    assert [each for each in alike["differences"] if not each["expected"]] == []
    kinds = OF_POSTGRES if following.sample.engine is Engine.POSTGRES else OF_MYSQL
    for statements, _ in kinds.values():
        on_source(following, *statements)
    shown = following.run("replicate", "status")
    assert shown.code == 0, shown.out
    for kind, (_, told) in kinds.items():
        assert f"the source's schema changed: {told}" in " ".join(shown.err.split()), kind
    assert "replicate reload" in shown.err
    differs = following.run("replicate", "schema")
    assert differs.code == 3
    assert "emptied by TRUNCATE" in differs.out
    compared = following.run("validate", "--format", "json")
    assert compared.code == 3, compared.err
    following.must("cutover", "approve", "--by", "somebody")
    refused = following.run("cutover", "run")
    why = " ".join(refused.err.split())
    assert refused.code in (3, 6), "a gate, or already the proof that misses a table"
    assert "gate catalog-unchanged is closed" in why or "in step prepare/narrow-proof" in why
    assert "Unwound: the application runs on the source" in why
    assert following.status()["owner"] == "source"
