"""The state database on both of its engines, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from migrate.sandbox.servers.postgres import PostgresServer
from migrate.state.store import Store


class HandClock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


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
