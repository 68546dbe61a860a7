"""Real servers for every test that needs one: started once a session, a fresh database for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.postgres import PostgresServer
from tests.mysql_programs import require

MASTER = "mig_admin"

# The suite starts thousands of programs: they are to be compiled once, whatever the environment says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one group tell one story on one stage: refuse to run where the grouping has no effect."""
    if getattr(config.option, "loadgroup", False):
        torn = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if torn:
            raise pytest.UsageError(f"pytest-xdist does not keep groups together, e.g. {torn[0]}")


class AnyPostgresServer(PostgresServer):
    """Also one that is too old for a rehearsal: its schema is read all the same."""

    oldest_major = 10


def _serve(home: Path) -> Iterator[PostgresServer]:
    with AnyPostgresServer(home) as server:
        server.create_master(MASTER, "only for tests, 'odd' \"one\"")
        yield server


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server with an RDS-like master: `server.master_user`, `server.master_password`."""
    yield from _serve(tmp_path_factory.mktemp("postgres"))


@pytest.fixture(scope="session")
def _second_postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    yield from _serve(tmp_path_factory.mktemp("second-postgres"))


@pytest.fixture
def postgres_pair(
    postgres_server: PostgresServer, _second_postgres_server: PostgresServer
) -> tuple[PostgresServer, PostgresServer]:
    """Two servers, source first."""
    return postgres_server, _second_postgres_server


def _serve_mysql(home: Path, flavor: Flavor) -> Iterator[MySqlServer]:
    require(flavor)
    with MySqlServer(home, flavor=flavor) as server:
        server.create_master(MASTER, "only for tests, 'odd' \"one\"")
        yield server


@pytest.fixture(scope="session")
def mysql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySqlServer]:
    """MySQL with an RDS-like master: `server.master_user`, `server.master_password`."""
    yield from _serve_mysql(tmp_path_factory.mktemp("mysql"), Flavor.MYSQL)


@pytest.fixture(scope="session")
def _second_mysql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySqlServer]:
    yield from _serve_mysql(tmp_path_factory.mktemp("second-mysql"), Flavor.MYSQL)


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySqlServer]:
    """MariaDB with an RDS-like master."""
    yield from _serve_mysql(tmp_path_factory.mktemp("mariadb"), Flavor.MARIADB)


@pytest.fixture
def mysql_pair(mysql_server: MySqlServer, _second_mysql_server: MySqlServer) -> tuple[MySqlServer, MySqlServer]:
    """Two MySQL servers, source first."""
    return mysql_server, _second_mysql_server


_numbers = itertools.count(1)


@pytest.fixture
def fresh_database() -> Iterator[Callable[[PostgresServer], str]]:
    """`fresh_database(server)` makes an empty database owned by the master and drops it after the test."""
    made: list[tuple[PostgresServer, str]] = []

    def make(server: PostgresServer) -> str:
        name = f"fresh_{next(_numbers)}"
        server.create_database(name, server.master_user)
        made.append((server, name))
        return name

    yield make
    for server, name in made:
        if server.pid is None:
            server.start()
        server.drop_database(name)


@pytest.fixture
def fresh_mysql_database() -> Iterator[Callable[[MySqlServer], str]]:
    """`fresh_mysql_database(server)` makes an empty database of the master's and drops it after the test."""
    made: list[tuple[MySqlServer, str]] = []

    def make(server: MySqlServer) -> str:
        name = f"fresh_{next(_numbers)}"
        server.create_database(name, server.master_user)
        made.append((server, name))
        return name

    yield make
    for server, name in made:
        if server.pid is None:
            server.start()
        server.drop_database(name)
