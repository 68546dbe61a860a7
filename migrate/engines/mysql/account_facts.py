"""Accounts and roles of a live server, never their password hashes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from checks.facts import Account
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.processlist import clients
from migrate.engines.mysql.queries import query

SUPER = "SUPER"
_GRANTEE = re.compile(r"'(.*)'@'(.*)'\Z", re.DOTALL)
_Name = tuple[str, str]


def accounts(connection: Connection) -> tuple[Account, ...] | None:
    """All accounts by user and host; None without SELECT on mysql.*. Sessions of the toolkit's user are not told."""
    server = connection.server
    rows = if_permitted(connection, query("accounts_mariadb" if server.mariadb else "accounts_mysql"))
    if rows is None:
        return None
    privileges, roles = _privileges(connection), _roles(connection)
    sessions, own = _sessions(connection), _user(connection).rpartition("@")[0]
    return tuple(
        Account(
            name=user,
            host=host,
            login=not role,
            superuser=SUPER in privileges.get((user, host), ()),
            replication="REPLICATION SLAVE" in privileges.get((user, host), ()),
            member_of=None if roles is None else tuple(sorted(roles.get((user, host), ()))),
            sessions=None if sessions is None or user == own else sessions.get(user, 0),
            plugin=plugin or "mysql_native_password",
            locked=bool(locked),
            privileges=tuple(sorted(privileges.get((user, host), ()))),
        )
        for user, host, plugin, locked, role in rows
    )


def _privileges(connection: Connection) -> dict[_Name, set[str]]:
    """Global privileges; USAGE is none. MariaDB does not list those of roles."""
    found: defaultdict[_Name, set[str]] = defaultdict(set)
    for grantee, privilege in connection.rows(
        "SELECT grantee, privilege_type FROM information_schema.user_privileges WHERE privilege_type <> 'USAGE'"
    ):
        if name := _GRANTEE.match(grantee):
            found[name[1], name[2]].add(privilege.upper())
    return found


def _roles(connection: Connection) -> dict[_Name, list[str]] | None:
    if connection.server.mariadb:
        rows = if_permitted(connection, "SELECT user, host, role FROM mysql.roles_mapping")
    elif connection.server.mysql_from(8):
        rows = if_permitted(
            connection, "SELECT to_user, to_host, CONCAT(from_user, '@', from_host) FROM mysql.role_edges"
        )
    else:
        return {}
    if rows is None:
        return None
    found: defaultdict[_Name, list[str]] = defaultdict(list)
    for user, host, role in rows:
        found[user, host].append(role)
    return found


def _sessions(connection: Connection) -> dict[str, int] | None:
    """Sessions by user; without PROCESS one sees one's own alone."""
    if not {"PROCESS", "ALL PRIVILEGES"} & set(privileges_of_session(connection)):
        return None
    return dict(Counter(client.user for client in clients(connection).values()))


def privileges_of_session(connection: Connection) -> tuple[str, ...]:
    """Global privileges of this session's account and of its active roles, upper case, sorted."""
    found: set[str] = set()
    for (line,) in connection.rows("SHOW GRANTS"):
        if granted := re.match(r"GRANT (.+?) ON \*\.\* TO ", line):
            found |= {privilege.strip().upper() for privilege in granted[1].split(",")}
    return tuple(sorted(found - {"USAGE"}))


def _user(connection: Connection) -> str:
    return str(connection.rows("SELECT CURRENT_USER()")[0][0])
