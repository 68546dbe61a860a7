"""The schemas of the samples arrive without a difference that has not to be: no false alarm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.route import Engine
from migrate.engines.mysql.database import MySqlDatabase
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.database import Address, Credentials, Side
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.stages.schema_diff import schema_diff
from tests.samples.staged import LEDGER

pytestmark = pytest.mark.server

SAMPLES = LEDGER.parents[1]
SECTIONS = ("roles", "pre-data", "post-data", "foreign-keys")


def opened(server: Any, database: str, side: Side) -> MySqlDatabase | PostgresDatabase:
    address = Address(Engine(server.engine), server.host, server.port, database, ca_file=str(server.ca_file))
    kind = MySqlDatabase if isinstance(server, MySqlServer) else PostgresDatabase
    return kind(address, Credentials(server.master_user, server.master_password), side)


def copied(source: Any, target: Any, schemas: list[str]) -> list[tuple[str, str]]:
    """Objects and reasons of what differs, once everything at rest is up again."""
    try:
        for section in SECTIONS:
            target.schema.load(source.schema.dump(schemas, section))
        return [(str(each), each.reason) for each in schema_diff(source, target, schemas)]
    finally:
        source.close()
        target.close()


def test_the_ledger(
    make_sample: Callable[..., Any],
    postgres_pair: tuple[PostgresServer, PostgresServer],
    fresh_database: Callable[[PostgresServer], str],
) -> None:
    here, there = postgres_pair
    made = make_sample(here, scale=0.001)
    here.execute(f'GRANT "{made.owner}" TO "{here.master_user}" WITH ADMIN OPTION')
    there.execute(f'DROP ROLE IF EXISTS "{made.owner}"')  # another test's superuser may have made it
    source = opened(here, made.database, Side.SOURCE)
    target = opened(there, fresh_database(there), Side.TARGET)
    found = copied(source, target, [])
    assert [text for text, reason in found if not reason] == []


@pytest.fixture(params=["mysql/shop", "mariadb/press"])
def family_sample(request: pytest.FixtureRequest, make_sample: Callable[..., Any]) -> Any:
    engine = str(request.param).partition("/")[0]
    return make_sample(request.getfixturevalue(f"{engine}_server"), scale=0.001, folder=SAMPLES / Path(request.param))


def test_the_shop_and_the_press(family_sample: Any, mysql_pair: tuple[MySqlServer, MySqlServer]) -> None:
    server, database = family_sample.server, family_sample.database
    source = opened(server, database, Side.SOURCE)
    target = opened(mysql_pair[1], "mysql", Side.TARGET)
    try:
        found = copied(source, target, [database])
    finally:
        mysql_pair[1].execute(f"DROP DATABASE IF EXISTS {database}")
    events = [text for text, reason in found if not reason and text.startswith("event")]
    assert all("enabled is" in text for text in events), "they rest"
    assert [text for text, reason in found if not reason and text not in events] == []
