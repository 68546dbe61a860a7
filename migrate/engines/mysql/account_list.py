"""Every account of the server, with what decides whether it can log in, and whether the toolkit may bar it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.quoting import account
from migrate.engines.mysql.sessions import KEEPERS

_MYSQL = (
    "SELECT user, host, account_locked = 'Y', plugin, authentication_string,"
    " account_locked = 'Y' AND password_expired = 'Y' AND authentication_string = '' FROM mysql.user ORDER BY 1, 2"
)
"""A role of MySQL is an account as CREATE ROLE makes it: locked, expired, without a password."""
_MARIADB = (
    "SELECT user, host, COALESCE(JSON_VALUE(priv, '$.account_locked'), 'false') IN ('true', '1'),"
    " COALESCE(NULLIF(JSON_VALUE(priv, '$.plugin'), ''), 'mysql_native_password'),"
    " COALESCE(JSON_VALUE(priv, '$.authentication_string'), ''),"
    " COALESCE(JSON_VALUE(priv, '$.is_role'), 'false') IN ('true', '1') FROM mysql.global_priv ORDER BY 1, 2"
)
_SYSTEM_USER = "SYSTEM_USER"

Name = tuple[str, str]
"""User and host."""


@dataclass(frozen=True)
class Account:
    """One `user`@`host`; the anonymous user is empty."""

    user: str
    host: str
    locked: bool
    plugin: str
    stored: bytes
    """What the server keeps of the password."""
    role: bool

    @property
    def sql(self) -> str:
        return account(self.user, self.host)

    @property
    def name(self) -> Name:
        return self.user, self.host

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"

    def __repr__(self) -> str:
        return f"Account({self})"


def accounts(connection: Connection) -> list[Account]:
    """All accounts and roles but those of the server and the service (mysql-compatibility.md §3.7).

    Raises pymysql.MySQLError where mysql.user (MariaDB: mysql.global_priv) may not be read.
    """
    rows = connection.rows(_MARIADB if connection.server.mariadb else _MYSQL)
    found = (
        Account(_text(user), _text(host), bool(locked), _text(plugin), _bytes(stored), bool(role))
        for user, host, locked, plugin, stored, role in rows
    )
    return [each for each in found if each.user not in KEEPERS]


def beyond_reach(connection: Connection) -> set[Name]:
    """Accounts that the toolkit may not alter: from MySQL 8.0.16 those with SYSTEM_USER, by themselves or by a role,
    unless the toolkit has it too. Empty where a server knows no such thing."""
    granted = if_permitted(connection, "SELECT user, host FROM mysql.global_grants WHERE priv = %s", [_SYSTEM_USER])
    if not granted:
        return set()
    edges: defaultdict[Name, list[Name]] = defaultdict(list)
    for from_user, from_host, to_user, to_host in (
        if_permitted(connection, "SELECT from_user, from_host, to_user, to_host FROM mysql.role_edges") or []
    ):
        edges[_text(from_user), _text(from_host)].append((_text(to_user), _text(to_host)))
    protected: set[Name] = set()
    waiting = [(_text(user), _text(host)) for user, host in granted]
    while waiting:
        name = waiting.pop()
        if name not in protected:
            protected.add(name)
            waiting += edges[name]
    return set() if own_name(connection) in protected else protected


def own_name(connection: Connection) -> Name:
    """The account that the asking session was checked against."""
    user, _, host = str(connection.rows("SELECT CURRENT_USER()")[0][0]).rpartition("@")
    return user, host


def of(user: str, among: Iterable[Account]) -> list[Account]:
    """The accounts of one user, for whatever hosts."""
    return [each for each in among if each.user == user and not each.role]


def _text(value: str | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def _bytes(value: str | bytes | None) -> bytes:
    return value if isinstance(value, bytes) else (value or "").encode("utf-8", "surrogateescape")
