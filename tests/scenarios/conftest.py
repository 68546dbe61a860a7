"""Stages for scenario tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from tests.scenarios.pairs import Pair
from tests.scenarios.theatre import Staged, replicated, stage

Tell = Callable[[str, str], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """For the page of sabotages: what was taken out, and what turned red."""

    def told(taken_out: str, turned_red: str) -> None:
        record_property("taken out", taken_out)
        record_property("turned red", turned_red)

    return told


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A migration that was only initialised."""
    yield from stage(tmp_path_factory.mktemp("staged"))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A migration that is ready to cut over. Tests bring it back to the source."""
    for found in stage(tmp_path_factory.mktemp("ready")):
        yield replicated(found)


@pytest.fixture
def postgres_databases(
    postgres_pair: tuple[PostgresServer, PostgresServer],
    fresh_database: Callable[[PostgresServer], str],
    tmp_path: Path,
) -> Pair:
    """Two empty PostgreSQL databases, as the master owns them."""
    servers = dict(zip(("source", "target"), postgres_pair, strict=True))
    names = {side: fresh_database(server) for side, server in servers.items()}

    def connect(side: str) -> Any:
        return servers[side].connect(names[side], servers[side].master_user, servers[side].master_password)

    return Pair(
        home=tmp_path,
        urls={
            side: f"postgresql://{{user}}@{server.host}:{server.port}/{names[side]}"
            f"?sslmode=verify-full&sslrootcert={server.ca_file}"
            for side, server in servers.items()
        },
        passwords={side: server.master_password for side, server in servers.items()},
        connect=connect,
    )


def _mysql_databases(source: MySqlServer, target: MySqlServer, name: str, home: Path) -> Pair:
    servers = {"source": source, "target": target}

    def connect(side: str) -> Any:
        return servers[side].connect(name, servers[side].master_user, servers[side].master_password)

    return Pair(
        home=home,
        urls={
            side: f"{server.engine}://{{user}}@{server.host}:{server.port}/{name}"
            f"?sslmode=verify-full&sslrootcert={server.ca_file}"
            for side, server in servers.items()
        },
        passwords={side: server.master_password for side, server in servers.items()},
        connect=connect,
    )


@pytest.fixture(params=["mysql", "mariadb"])
def mysql_databases(
    request: pytest.FixtureRequest,
    mysql_pair: tuple[MySqlServer, MySqlServer],
    fresh_mysql_database: Callable[[MySqlServer], str],
    tmp_path: Path,
) -> Iterator[Pair]:
    """Two empty databases of one name; the target is MySQL, the source MySQL or MariaDB."""
    source = mysql_pair[0] if request.param == "mysql" else request.getfixturevalue("mariadb_server")
    name = fresh_mysql_database(source)
    mysql_pair[1].create_database(name, mysql_pair[1].master_user)
    yield _mysql_databases(source, mysql_pair[1], name, tmp_path)
    mysql_pair[1].drop_database(name)
