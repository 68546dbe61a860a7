"""A side of the MySQL family under test: the toolkit's parts beside administrators and applications of one server."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pymysql
import pytest
from pymysql.cursors import Cursor

from checks.route import Engine
from migrate.engines.mysql.accounts import MySqlAccounts
from migrate.engines.mysql.connection import Connections
from migrate.engines.mysql.database import MySqlDatabase
from migrate.engines.mysql.fence import MySqlFence
from migrate.engines.mysql.schema import MySqlSchema
from migrate.engines.mysql.sequences import MySqlSequences
from migrate.engines.mysql.triggers import MySqlTriggers
from migrate.model.database import Address, Credentials, Side
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_quoting import identifier


@dataclass
class MySqlSide:
    server: MySqlServer
    name: str
    side: Side
    users: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.address = Address(
            Engine(self.server.engine), self.server.host, self.server.port, self.name, ca_file=str(self.server.ca_file)
        )
        self.master = Credentials(self.server.master_user, self.server.master_password)
        self.connections = Connections(self.address, self.master, self.side)
        self.database = MySqlDatabase(self.address, self.master, self.side)
        self.fence = MySqlFence(self.connections)
        self.accounts = MySqlAccounts(self.connections)
        self.triggers = MySqlTriggers(self.connections)
        self.sequences = MySqlSequences(self.connections)
        self.schema = MySqlSchema(self.connections)

    @property
    def mariadb(self) -> bool:
        return self.server.engine == "mariadb"

    def run(self, *statements: str, superuser: bool = False) -> list[tuple[Any, ...]]:
        """Statements as the master, or as the superuser; rows of the last."""
        user = () if superuser else (self.master.user, self.master.password)
        with self.server.connect(self.name, *user) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def user(self, host: str = "%", grants: str = "ALL PRIVILEGES") -> Credentials:
        """An account that the superuser made, with `grants` on the database; dropped after the test."""
        made = Credentials(f"user_{secrets.token_hex(4)}", secrets.token_urlsafe(12))
        self.users.append(made.user)
        return self.host(made, host, grants)

    def host(self, made: Credentials, host: str, grants: str = "ALL PRIVILEGES") -> Credentials:
        """One more account of the same user."""
        pattern = identifier(self.name.replace("_", "\\_"))
        self.run(
            f"CREATE USER '{made.user}'@'{host}' IDENTIFIED BY '{made.password}'",
            f"GRANT {grants} ON {pattern}.* TO '{made.user}'@'{host}'",
            superuser=True,
        )
        return made

    def login(self, credentials: Credentials, **options: Any) -> pymysql.Connection[Cursor]:
        return self.server.connect(self.name, credentials.user, credentials.password, **options)

    def may_log_in(self, credentials: Credentials) -> bool:
        try:
            self.login(credentials).close()
        except pymysql.err.OperationalError as error:
            if error.args[0] not in (3118, 4151):  # the account is locked
                raise
            return False
        return True

    def locks(self) -> dict[str, bool]:
        """Every account of the server, and whether it is locked."""
        column = "JSON_VALUE(priv, '$.account_locked')" if self.mariadb else "account_locked"
        table = "mysql.global_priv" if self.mariadb else "mysql.user"
        rows = self.run(f"SELECT CONCAT(user, '@', host), COALESCE({column}, 'N') FROM {table}", superuser=True)
        return {name: locked in ("Y", "1", "true") for name, locked in rows}

    def close(self) -> None:
        self.database.close()
        self.connections.close()
        users = set(self.users)
        with self.server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT user, host FROM mysql.user")
            for user, host in cursor.fetchall():
                if user in users and self.mariadb and not host:
                    cursor.execute("DROP ROLE %s", [user])
                elif user in users:
                    cursor.execute("DROP USER %s@%s", [user, host])
                elif user == self.master.user:
                    cursor.execute("ALTER USER %s@%s ACCOUNT UNLOCK", [user, host])
            for database in ("aurora_migrate", "awsdms_control", *self.extra):
                cursor.execute(f"DROP DATABASE IF EXISTS {identifier(database)}")


FreshDatabase = Callable[[MySqlServer], str]


@pytest.fixture(params=["mysql_server", "mariadb_server"])
def source(request: pytest.FixtureRequest, fresh_mysql_database: FreshDatabase) -> Iterator[MySqlSide]:
    """The source, once MySQL and once MariaDB."""
    server: MySqlServer = request.getfixturevalue(request.param)
    made = MySqlSide(server, fresh_mysql_database(server), Side.SOURCE)
    yield made
    made.close()


@pytest.fixture
def target(_second_mysql_server: MySqlServer, fresh_mysql_database: FreshDatabase) -> Iterator[MySqlSide]:
    """The target, which is always MySQL."""
    made = MySqlSide(_second_mysql_server, fresh_mysql_database(_second_mysql_server), Side.TARGET)
    yield made
    made.close()
