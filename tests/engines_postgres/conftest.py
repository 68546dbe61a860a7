"""A PostgreSQL side under test: the toolkit's Database beside administrators and applications of the same database."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from checks.route import Engine
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.database import Address, Credentials, Side
from migrate.sandbox.servers.postgres import PostgresServer


@dataclass
class PostgresSide:
    server: PostgresServer
    name: str
    side: Side
    roles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.address = Address(
            Engine.POSTGRES, self.server.host, self.server.port, self.name, ca_file=str(self.server.ca_file)
        )
        self.master = Credentials(self.server.master_user, self.server.master_password)
        self.database = PostgresDatabase(self.address, self.master, self.side)

    def run(self, *statements: str, superuser: bool = False, database: str | None = None) -> list[tuple[Any, ...]]:
        """Statements as the master, or as the superuser; rows of the last."""
        user = () if superuser else (self.master.user, self.master.password)
        with self.server.connect(database or self.name, *user) as connection:
            cursor = None
            for statement in statements:
                cursor = connection.execute(statement)
            rows = cursor.fetchall() if cursor is not None and cursor.description else []
            pid = connection.info.backend_pid
        if superuser:
            self._gone(pid)
        return rows

    def _gone(self, pid: int) -> None:
        """A session that was closed is a stranger in this database until its backend has left."""
        with self.server.connect("postgres") as connection:
            while connection.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() is not None:
                time.sleep(0.005)

    def role(self, options: str = "LOGIN") -> Credentials:
        """A role that the superuser made, dropped after the test."""
        made = Credentials(f"role_{secrets.token_hex(4)}", secrets.token_urlsafe(12))
        self.run(f"CREATE ROLE {made.user} {options} PASSWORD '{made.password}'", superuser=True)
        self.roles.append(made.user)
        return made

    def login(self, credentials: Credentials, database: str | None = None) -> psycopg.Connection[Any]:
        return self.server.connect(database or self.name, credentials.user, credentials.password)

    def close(self) -> None:
        self.database.close()
        owner = f'ALTER DATABASE "{self.name}" OWNER TO {self.master.user}'
        self.run(owner, superuser=True, database="postgres")
        for role in self.roles if self.server.binaries.major >= 15 else ():
            self.run(f"REVOKE SET ON PARAMETER session_replication_role FROM {role}", database="postgres")
            for database in (self.name, "postgres"):
                self.run(f"DROP OWNED BY {role} CASCADE", superuser=True, database=database)
        for role in self.roles:
            self.run(f"DROP ROLE {role}", superuser=True, database="postgres")


@pytest.fixture
def source(postgres_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]) -> Iterator[PostgresSide]:
    made = PostgresSide(postgres_server, fresh_database(postgres_server), Side.SOURCE)
    yield made
    made.close()


@pytest.fixture
def target(
    postgres_pair: tuple[PostgresServer, PostgresServer], fresh_database: Callable[[PostgresServer], str]
) -> Iterator[PostgresSide]:
    made = PostgresSide(postgres_pair[1], fresh_database(postgres_pair[1]), Side.TARGET)
    yield made
    made.close()
