"""Accounts that a schema names, as definers of code or holders of rights, as DDL for another server: locked."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from migrate.engines.mysql import grants
from migrate.engines.mysql.account_list import Name, accounts, own_name
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.script import Script
from migrate.engines.mysql.sqltext import ACCOUNT, Sql, account_in

_GRANTEE = rf" TO (?P<who>{ACCOUNT})(?: WITH GRANT OPTION)?$"
_DEFINERS = (
    "SELECT definer FROM information_schema.views WHERE table_schema IN %s"
    " UNION SELECT definer FROM information_schema.routines WHERE routine_schema IN %s"
    " UNION SELECT definer FROM information_schema.triggers WHERE trigger_schema IN %s"
    " UNION SELECT definer FROM information_schema.events WHERE event_schema IN %s"
)
_STRONG = "!Aa1"
"""What a server that judges passwords may want of one."""


def made(connection: Connection, schemas: Sequence[str]) -> str:
    """A script. The password is nobody's: whoever unlocks an account gives it one."""
    script = Script()
    wanted = {*_definers(connection, schemas), *_grantees(connection, schemas)}
    for each in accounts(connection):
        if each.name in wanted and not each.role and each.name != own_name(connection):
            word = secrets.token_urlsafe(24) + _STRONG
            script.add(
                f"CREATE USER IF NOT EXISTS {each.sql} IDENTIFIED BY '{word}' ACCOUNT LOCK",
                f"account {each} is made locked: only the application's own gets its password",
            )
    return script.text


def _definers(connection: Connection, schemas: Sequence[str]) -> Iterator[Name]:
    for (definer,) in connection.rows(_DEFINERS, [schemas] * 4):
        user, _, host = definer.rpartition("@")
        yield user, host


def _grantees(connection: Connection, schemas: Sequence[str]) -> Iterator[Name]:
    for text, _ in grants.statements(connection, schemas):
        statement = Sql(text)
        if found := statement.search(_GRANTEE):
            yield account_in(statement.at(found, "who"))
