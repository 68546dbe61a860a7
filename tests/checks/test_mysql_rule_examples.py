"""The examples of MySQL rules load on the servers that they speak of, and a live server tells what their DDL tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pymysql
import pytest
from pymysql.constants import CLIENT

from checks.facts import Catalog
from checks.finding import Finding
from checks.registry import catalogue
from checks.route import MYSQL_FAMILY, Engine, Route, TargetEngine, Version
from checks.rule import Rule
from migrate.engines.mysql import introspect
from migrate.engines.mysql.connection import Connections
from migrate.model.database import Address, Credentials, Side
from migrate.sandbox.servers.mysql import MySqlServer

pytestmark = pytest.mark.server

RULES = [rule for rule in catalogue().values() if set(rule.engines) <= set(MYSQL_FAMILY) and not rule.reported_by_run]
OF_ONE_SERVER = {
    "MY209": Engine.MYSQL,
    **dict.fromkeys(("MY215", "MY508", "MY510", "MY801"), Engine.MARIADB),
}
"""Examples that the other server of the family does not load yet, or no more, though the rule is for both."""
OF_A_DUMP = {"MY211"}
"""What a dump leaves open a live server always tells."""
FIXTURES = {Engine.MYSQL: "mysql_server", Engine.MARIADB: "mariadb_server"}


def sql_examples() -> list[Any]:
    return [
        pytest.param(rule, engine, bad, good, id=f"{rule.code}-{engine.value}-{number}")
        for rule in RULES
        for engine in rule.engines
        if OF_ONE_SERVER.get(rule.code, engine) is engine
        for number, (bad, good) in enumerate(zip(rule.bad, rule.good, strict=True))
        if isinstance(bad, str) and isinstance(good, str)
    ]


def load(server: MySqlServer, database: str, sql: str) -> None:
    options = {"client_flag": CLIENT.MULTI_STATEMENTS}
    with (
        server.connect(database, server.master_user, server.master_password, **options) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        while cursor.nextset():
            pass


def told(server: MySqlServer, database: str) -> Catalog:
    address = Address(Engine(server.engine), server.host, server.port, database, ca_file=str(server.ca_file))
    connections = Connections(address, Credentials(server.master_user, server.master_password), Side.SOURCE)
    try:
        with connections.use() as connection:
            return introspect.catalog(connection, [database])
    finally:
        connections.close()


def found_in(rule: Rule, catalog: Catalog) -> list[Finding]:
    route = Route(catalog.engine, catalog.version, TargetEngine.AURORA_MYSQL, Version.parse("3.08"))
    return list(rule.find(catalog, route))


@pytest.mark.parametrize(("rule", "engine", "bad", "good"), sql_examples())
def test_a_live_server_with_the_example_is_found_and_its_remedy_runs(
    rule: Rule,
    engine: Engine,
    bad: str,
    good: str,
    request: pytest.FixtureRequest,
    fresh_mysql_database: Callable[[MySqlServer], str],
) -> None:
    server: MySqlServer = request.getfixturevalue(FIXTURES[engine])
    database = fresh_mysql_database(server)
    if rule.not_loadable:
        with pytest.raises(pymysql.MySQLError):
            load(server, database, bad)
    else:
        load(server, database, bad)
        findings = found_in(rule, told(server, database))
        assert bool(findings) is (rule.code not in OF_A_DUMP)
        for finding in findings:
            assert finding.remedy.text
            if finding.remedy.sql:
                load(server, database, finding.remedy.sql)
    better = fresh_mysql_database(server)
    load(server, better, good)
    assert found_in(rule, told(server, better)) == []
