"""Login accounts: the application's on a new target, and DMS's own on both sides.

A user is all its accounts, for whatever hosts. One that is made here is made for every host, `'user'@'%'`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pymysql

from checks.facts import TableName
from migrate.engines.failures import NO_SUCH_OBJECT, NOT_PERMITTED, SESSIONS_STAY, failure
from migrate.engines.mysql import fence, passwords, sessions
from migrate.engines.mysql.account_list import Account, accounts, of
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.databases import CONTROL_SCHEMA, TOOLKIT_SCHEMA
from migrate.engines.mysql.failures import ABSENT, PERMISSION_NUMBERS, number_of, reason_of
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.privileges import ON_DATABASES, pattern
from migrate.engines.mysql.quoting import account, identifier, qualified
from migrate.errors import MigrateError
from migrate.model.database import Credentials

EVERYWHERE = "%"
FEED = "ALTER, CREATE, DROP, INDEX, INSERT, UPDATE, DELETE, SELECT"
"""What DMS needs on the databases it writes (dms.md §10)."""
REPLICATION = "REPLICATION CLIENT, REPLICATION SLAVE"
"""What DMS needs to read the binary log (dms.md §10). MariaDB calls the first one BINLOG MONITOR, and knows both."""
_HELPFUL = ("PROCESS", "XA_RECOVER_ADMIN")
"""To wait for open transactions before a load (dms.md §5.2, TransactionConsistencyTimeout; an assumption) and to see
prepared ones (mysql-compatibility.md §3.7, MY-ACC-DMS-PRIV). Given where the toolkit may."""


class MySqlAccounts:
    """Implements ports.database.Accounts."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def ensure_login(self, credentials: Credentials, *, replication: bool = False) -> None:
        """The server gets what it stores of the password, never the password: statements stand in logs.

        A user that can log in with this password by one of its accounts is left as it is; otherwise all of them get
        it, each keeping its plugin where that is mysql_native_password or caching_sha2_password. A new one gets the
        server's default plugin. While the fence is closed a new account is made locked, for the fence to open.
        """
        with self._connections.use() as connection:
            found = of(credentials.user, accounts(connection))
            if not found:
                self._create(connection, credentials)
            elif not any(passwords.fits(each.plugin, credentials.password, each.stored) for each in found):
                for each in found:
                    plugin = each.plugin if each.plugin in passwords.KNOWN else _default_plugin(connection)
                    identified = _identified(plugin, credentials.password)
                    connection.execute(f"ALTER USER {each.sql} IDENTIFIED {identified}")
            if replication:
                self._let_replicate(connection, of(credentials.user, accounts(connection)))

    def grant_feed(self, user: str, schemas: Sequence[str]) -> None:
        """Raises SourceError or TargetError with the GRANT that the toolkit's own account lacks."""
        with self._connections.use() as connection:
            found = self._existing(connection, user)
            for schema in (TOOLKIT_SCHEMA, CONTROL_SCHEMA):
                connection.execute(f"CREATE DATABASE IF NOT EXISTS {identifier(schema)}")
            for schema in dict.fromkeys((*schemas, TOOLKIT_SCHEMA)):
                self._grant(connection, FEED, f"{pattern(connection, schema)}.*", found)
            self._grant(connection, ", ".join(ON_DATABASES), f"{pattern(connection, CONTROL_SCHEMA)}.*", found)

    def lock(self, user: str, timeout: float) -> None:
        with self._connections.use() as connection:
            for each in self._existing(connection, user):
                fence.lock(connection, each)
            remaining = sessions.end(connection, lambda: _sessions(connection, user), timeout)
        if remaining:
            who = "; ".join(str(session) for session in remaining[:5])
            message = f"{self._connections.where}: sessions of {user} did not end in {timeout:g} s: {who}"
            raise failure(self._connections.side, SESSIONS_STAY, message, hint="End them by hand.", retryable=True)

    def unlock(self, user: str) -> None:
        with self._connections.use() as connection:
            for each in self._existing(connection, user):
                fence.unlock(connection, each)

    def locked(self, user: str) -> bool:
        """True for a user that is not there, too. A login under way counts as a session: it may be this user's."""
        with self._connections.use() as connection:
            if not all(each.locked for each in of(user, accounts(connection))):
                return False
            if sessions.settle(connection):
                return False
            return not sessions.staying(lambda: _sessions(connection, user))

    def smoke(self, credentials: Credentials, tables: Sequence[TableName]) -> list[str]:
        found: list[str] = []
        try:
            with self._connections.use_as(credentials) as connection:
                for table in tables:
                    try:
                        connection.rows(f"SELECT 1 FROM {qualified(table)} LIMIT 1")
                    except pymysql.MySQLError as error:
                        if number_of(error) not in PERMISSION_NUMBERS | ABSENT:
                            raise
                        found.append(f"{table}: {reason_of(error)}")
        except MigrateError as error:
            found.append(error.message)
        return found

    def _create(self, connection: Connection, credentials: Credentials) -> None:
        user = account(credentials.user, EVERYWHERE)
        identified = _identified(_default_plugin(connection), credentials.password)
        fenced = fence.stands(connection)
        if fenced:
            fence.note(connection, credentials.user, EVERYWHERE)
        locked = " ACCOUNT LOCK" if fenced else ""
        connection.execute(f"CREATE USER IF NOT EXISTS {user} IDENTIFIED {identified}{locked}")

    def _let_replicate(self, connection: Connection, found: Sequence[Account]) -> None:
        self._grant(connection, REPLICATION, "*.*", found)
        for privilege in _HELPFUL:
            for each in found:
                if_permitted(connection, f"GRANT {privilege} ON *.* TO {each.sql}")

    def _existing(self, connection: Connection, user: str) -> list[Account]:
        found = of(user, accounts(connection))
        if not found:
            message = f"{self._connections.where}: there is no account of {user}"
            raise failure(self._connections.side, NO_SUCH_OBJECT, message, hint="Run: aurora-migrate replicate start")
        return found

    def _grant(self, connection: Connection, privileges: str, where: str, found: Sequence[Account]) -> None:
        for each in found:
            try:
                connection.execute(f"GRANT {privileges} ON {where} TO {each.sql}")
            except pymysql.MySQLError as error:
                if number_of(error) not in PERMISSION_NUMBERS:
                    raise
                own = fence.own(connection)
                user, _, host = own.rpartition("@")
                message = f"{self._connections.where}: {own} may not let {each} have {privileges} on {where}"
                hint = f"Run as an administrator: GRANT {privileges} ON {where} TO {account(user, host)}"
                raise failure(
                    self._connections.side, NOT_PERMITTED, message, hint=f"{hint} WITH GRANT OPTION;"
                ) from None


def _default_plugin(connection: Connection) -> str:
    """What the server gives a new account, where the toolkit can make a password for it.

    Aurora MySQL 3 gives mysql_native_password, whatever it is told (mysql-compatibility.md §3.7); 8.4 and later name
    it in authentication_policy, where `*` leaves it to the server.
    """
    if not connection.server.mysql_from(8):
        return passwords.NATIVE
    told = if_permitted(connection, "SELECT @@GLOBAL.default_authentication_plugin") or if_permitted(
        connection, "SELECT @@GLOBAL.authentication_policy"
    )
    first = str(told[0][0]).split(",")[0].removeprefix("*").removeprefix(":").strip() if told else ""
    return first if first in passwords.KNOWN else passwords.SHA2


def _identified(plugin: str, password: str) -> str:
    """`AS` takes hexadecimal from MySQL 8.0.17 on; the form of mysql_native_password is plain text anyway."""
    stored = passwords.stored(plugin, password)
    literal = f"0x{stored.hex()}" if plugin == passwords.SHA2 else f"'{stored.decode()}'"
    return f"WITH {plugin} AS {literal}"


def _sessions(connection: Connection, user: str) -> list[sessions.Session]:
    return [session for session in sessions.sessions(connection) if session.user == user]
