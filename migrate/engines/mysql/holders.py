"""Accounts that a schema names, as definers of code or holders of rights, as DDL for another server: locked."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from migrate.engines.mysql import grants
from migrate.engines.mysql.account_list import Name, accounts, own_name
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.quoting import account
from migrate.engines.mysql.script import Script
from migrate.engines.mysql.sqltext import ACCOUNT, Sql, account_in
from migrate.model.roles import KEPT, Lacking, NamedRole, Roles

_GRANTEE = rf" TO (?P<who>{ACCOUNT})(?: WITH GRANT OPTION)?$"
_DEFINERS = (
    "SELECT definer FROM information_schema.views WHERE table_schema IN %s"
    " UNION SELECT definer FROM information_schema.routines WHERE routine_schema IN %s"
    " UNION SELECT definer FROM information_schema.triggers WHERE trigger_schema IN %s"
    " UNION SELECT definer FROM information_schema.events WHERE event_schema IN %s"
)
_STRONG = "!Aa1"
"""What a server that judges passwords may want of one."""


def made(connection: Connection, schemas: Sequence[str], users: Roles = KEPT) -> str:
    """A script. The password is nobody's: whoever unlocks an account gives it one.

    Who has another name on the target is there already.
    """
    script = Script()
    wanted = {*_definers(connection, schemas), *_grantees(connection, schemas)}
    for each in accounts(connection):
        if each.name in wanted and not each.role and each.name != own_name(connection) and each.user not in users:
            word = secrets.token_urlsafe(24) + _STRONG
            script.add(
                f"CREATE USER IF NOT EXISTS {each.sql} IDENTIFIED BY '{word}' ACCOUNT LOCK",
                f"account {each} is made locked: only the application's own gets its password",
            )
    return script.text


def named(connection: Connection, schemas: Sequence[str]) -> list[NamedRole]:
    """Users and roles, whatever their hosts."""
    own, there = own_name(connection)[0], {each.user: each.role for each in accounts(connection)}
    uses: defaultdict[str, set[str]] = defaultdict(set)
    for how, found in (("definer", _definers(connection, schemas)), ("grants", _grantees(connection, schemas))):
        for user, _ in found:
            uses[user].add(how)
    return [
        NamedRole(name=user, uses=tuple(sorted(uses[user])), owns="definer" in uses[user])
        for user in sorted(uses)
        if user in there and user != own
    ]


def lacking(connection: Connection, wanted: Mapping[str, bool]) -> dict[str, Lacking]:
    there = {each.user for each in accounts(connection)}
    return {
        user: Lacking(False, f"CREATE USER {account(user, '%')} ACCOUNT LOCK;") for user in wanted if user not in there
    }


def _definers(connection: Connection, schemas: Sequence[str]) -> Iterator[Name]:
    for (definer,) in connection.rows(_DEFINERS, [schemas] * 4):
        user, _, host = definer.rpartition("@")
        yield user, host


def _grantees(connection: Connection, schemas: Sequence[str]) -> Iterator[Name]:
    for text, _ in grants.statements(connection, schemas):
        statement = Sql(text)
        if found := statement.search(_GRANTEE):
            yield account_in(statement.at(found, "who"))
