"""One world for each engine: a real server, the toolkit's Database for it, and the application beside them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from checks.facts import TableName
from checks.route import Engine
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.database import Address, Credentials, Side
from migrate.ports.database import Database
from migrate.sandbox.servers.postgres import PostgresServer


@dataclass(frozen=True)
class World:
    """What the contract needs beside the Database itself; SQL in here is plain enough for every engine."""

    database: Database
    toolkit: str
    """Login role of the toolkit."""
    run: Callable[..., list[tuple[Any, ...]]]
    """Run statements as an administrator, return the last one's rows."""
    login: Callable[[Credentials], AbstractContextManager[Any]]
    """Log in to the database as somebody."""
    schema: str
    new_user: Callable[[], Credentials]
    """A fresh login role that may connect and use the schema."""

    def table(self, name: str) -> TableName:
        return TableName(self.schema, name)


@contextmanager
def _postgres(server: PostgresServer, name: str) -> Iterator[World]:
    address = Address(Engine.POSTGRES, server.host, server.port, name, ca_file=str(server.ca_file))
    database = PostgresDatabase(address, Credentials(server.master_user, server.master_password), Side.SOURCE)
    users: list[Credentials] = []

    def run(*statements: str) -> list[tuple[Any, ...]]:
        with server.connect(name, server.master_user, server.master_password) as connection:
            cursor = None
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor is not None and cursor.description else []

    def new_user() -> Credentials:
        credentials = Credentials(f"user_{secrets.token_hex(4)}", secrets.token_urlsafe(12))
        server.execute(f"CREATE ROLE {credentials.user} LOGIN PASSWORD '{credentials.password}'")
        server.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {credentials.user}", database=name)
        users.append(credentials)
        return credentials

    def login(credentials: Credentials) -> psycopg.Connection[Any]:
        return server.connect(name, credentials.user, credentials.password)

    try:
        yield World(database, server.master_user, run, login, "public", new_user)
    finally:
        database.close()
        for user in users:
            server.execute(f"DROP OWNED BY {user.user} CASCADE", database=name)
            server.execute(f"DROP ROLE {user.user}")


@pytest.fixture(params=[pytest.param("postgres", marks=pytest.mark.server)])
def world(
    request: pytest.FixtureRequest, postgres_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]
) -> Iterator[World]:
    """The engine under contract."""
    with _postgres(postgres_server, fresh_database(postgres_server)) as made:
        yield made
