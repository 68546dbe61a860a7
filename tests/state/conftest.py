"""The state database on both of its engines, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from migrate.sandbox.servers.postgres import PostgresServer
from migrate.state.store import Store
from tests.clocks import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty state database: a file, and a database on a server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/state.db"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    fresh: Callable[[PostgresServer], str] = request.getfixturevalue("fresh_database")
    url = URL.create(
        "postgresql+psycopg",
        server.master_user,
        server.master_password,
        server.host,
        server.port,
        fresh(server),
        query={"sslmode": "verify-full", "sslrootcert": str(server.ca_file)},
    )
    return url.render_as_string(hide_password=False)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()
