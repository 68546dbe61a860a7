"""Real servers for every test that needs one: started once a session, a fresh database for each test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrate.sandbox.servers.postgres import PostgresServer

MASTER = "mig_admin"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one group tell one story on one stage: refuse to run where the grouping has no effect."""
    if getattr(config.option, "loadgroup", False):
        torn = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if torn:
            raise pytest.UsageError(f"pytest-xdist does not keep groups together, e.g. {torn[0]}")


def _serve(home: Path) -> Iterator[PostgresServer]:
    with PostgresServer(home) as server:
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
