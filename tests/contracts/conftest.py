"""One world for each engine: a real server, the toolkit's Database for it, and the application beside them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pymysql
import pytest
from pymysql.cursors import Cursor

from checks.facts import TableName
from checks.route import Engine
from migrate.engines.mysql.database import MySqlDatabase
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.database import Address, Credentials, Side
from migrate.ports.database import Database
from migrate.sandbox.servers.mysql import MySqlServer
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
    hold: Callable[[str], AbstractContextManager[None]]
    """Keep this table from everybody until the block ends: who reads it waits."""
    opened_as: Callable[[Credentials], Database]
    """The same database, for another login."""
    decree: Callable[..., None]
    """Run statements as the server's own superuser, whom no managed service hands out."""

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

    @contextmanager
    def hold(table: str) -> Iterator[None]:
        with login(Credentials(server.master_user, server.master_password)) as session, session.transaction():
            session.execute(f"LOCK TABLE public.{table} IN ACCESS EXCLUSIVE MODE")
            yield

    try:
        yield World(
            database, server.master_user, run, login, "public", new_user, hold,
            lambda who: PostgresDatabase(address, who, Side.SOURCE),
            lambda *statements: server.execute(*statements, database=name),
        )  # fmt: skip
    finally:
        database.close()
        for user in users:
            server.execute(f"DROP OWNED BY {user.user} CASCADE", database=name)
            server.execute(f"DROP ROLE {user.user}")


class MySqlSession:
    """A PyMySQL connection that runs statements as psycopg's does."""

    def __init__(self, connection: pymysql.Connection[Cursor]) -> None:
        self._connection = connection

    def __enter__(self) -> MySqlSession:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def execute(self, statement: str) -> Cursor:
        cursor = self._connection.cursor()
        cursor.execute(statement)
        return cursor


@contextmanager
def _mysql(server: MySqlServer, name: str) -> Iterator[World]:
    address = Address(Engine(server.engine), server.host, server.port, name, ca_file=str(server.ca_file))
    database = MySqlDatabase(address, Credentials(server.master_user, server.master_password), Side.SOURCE)
    users: list[Credentials] = []

    def login(credentials: Credentials) -> MySqlSession:
        """Without a default database: that would ask for a privilege in it, which a login does not."""
        return MySqlSession(server.connect(None, credentials.user, credentials.password))

    def run(*statements: str) -> list[tuple[Any, ...]]:
        with login(Credentials(server.master_user, server.master_password)) as session:
            cursor = None
            for statement in statements:
                cursor = session.execute(statement)
            return list(cursor.fetchall()) if cursor is not None else []

    def new_user() -> Credentials:
        credentials = Credentials(f"user_{secrets.token_hex(4)}", secrets.token_urlsafe(12))
        users.append(credentials)
        server.execute(
            f"CREATE USER {credentials.user} IDENTIFIED BY '{credentials.password}'",
            f"GRANT CREATE ON {name}.* TO {credentials.user}",
        )
        return credentials

    @contextmanager
    def hold(table: str) -> Iterator[None]:
        with login(Credentials(server.master_user, server.master_password)) as session:
            session.execute(f"LOCK TABLES {name}.{table} WRITE")
            yield

    try:
        yield World(
            database, server.master_user, run, login, name, new_user, hold,
            lambda who: MySqlDatabase(address, who, Side.SOURCE), server.execute,
        )  # fmt: skip
    finally:
        database.close()
        server.execute(*(f"DROP USER IF EXISTS {user.user}" for user in (*users, Credentials("contract_lock", ""))))
        server.execute("DROP DATABASE IF EXISTS aurora_migrate")


MYSQL_FAMILY = ("mysql", "mariadb")


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.server) for name in ("postgres", *MYSQL_FAMILY)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The engine under contract."""
    server = request.getfixturevalue(f"{request.param}_server")
    if request.param in MYSQL_FAMILY:
        made = _mysql(server, request.getfixturevalue("fresh_mysql_database")(server))
    else:
        made = _postgres(server, request.getfixturevalue("fresh_database")(server))
    with made as world:
        yield world
