"""Login roles: the application's on a new target, and DMS's own on both sides."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from checks.facts import TableName
from migrate.engines.failures import NOT_PERMITTED, SESSIONS_STAY, failure
from migrate.engines.postgres import sessions
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.namespaces import TOOLKIT_SCHEMA
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.engines.postgres.sessions import Session
from migrate.errors import MigrateError
from migrate.model.database import Credentials

CONTROL_SCHEMA = "awsdms_control"
"""Where DMS keeps its control tables; the toolkit reads them."""
RDS_REPLICATION = "rds_replication"
"""Role of RDS that stands for the REPLICATION attribute."""


class PostgresAccounts:
    """Implements ports.database.Accounts."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def ensure_login(self, credentials: Credentials, *, replication: bool = False) -> None:
        """The toolkit's own user becomes a member, so that it may manage what the role owns.

        The server gets a SCRAM verifier, never the password: it would stand in its log.
        """
        role = identifier(credentials.user)
        with self._connections.use() as connection:
            verifier = connection.pgconn.encrypt_password(
                credentials.password.encode(), credentials.user.encode(), b"scram-sha-256"
            ).decode()
            with connection.transaction():
                if not _role_exists(connection, credentials.user):
                    connection.execute(f"CREATE ROLE {role}")
                if credentials.user != self._connections.user:
                    connection.execute(f"GRANT {role} TO {identifier(self._connections.user)}")
                statement = connection.execute(
                    "SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)", [credentials.user, verifier]
                ).fetchone()
                assert statement is not None
                connection.execute(statement[0])
                if replication and _role_exists(connection, RDS_REPLICATION):
                    connection.execute(f"GRANT {RDS_REPLICATION} TO {role}")
                elif replication and not _replicates(connection, credentials.user):
                    self._let_replicate(connection, role)

    def grant_feed(self, user: str, schemas: Sequence[str]) -> None:
        """Raises SourceError or TargetError naming the tables whose owner has not let the toolkit grant."""
        role = identifier(user)
        with self._connections.use() as connection, connection.transaction():
            database = connection.execute("SELECT current_database()::text").fetchone()
            assert database is not None
            connection.execute(f"GRANT CONNECT, CREATE ON DATABASE {identifier(database[0])} TO {role}")
            for schema in (TOOLKIT_SCHEMA, CONTROL_SCHEMA):
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(schema)}")
                connection.execute(f"GRANT USAGE, CREATE ON SCHEMA {identifier(schema)} TO {role}")
            for schema in dict.fromkeys((*schemas, TOOLKIT_SCHEMA)):
                name = identifier(schema)
                connection.execute(f"GRANT USAGE ON SCHEMA {name} TO {role}")
                connection.execute(
                    f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA {name} TO {role}"
                )
                connection.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {name} TO {role}")
            self._grant_silence(connection, user)
            lacking = [row[0] for row in connection.execute(query("feed_lacks"), [user, [*schemas, TOOLKIT_SCHEMA]])]
            if lacking:
                message = f"{self._connections.where}: {user} lacks rights on {', '.join(lacking[:5])}"
                if len(lacking) > 5:
                    message += f" and {len(lacking) - 5} more"
                owner_hint = f"Make {self._connections.user} a member of the owners of these tables."
                raise failure(self._connections.side, NOT_PERMITTED, message, hint=owner_hint)

    def lock(self, user: str, timeout: float) -> None:
        with self._connections.use() as connection:
            connection.execute(f"ALTER ROLE {identifier(user)} NOLOGIN")
            _let_logins_end(connection)
            remaining = sessions.end(connection, lambda: _sessions(connection, user), timeout)
        if remaining:
            who = "; ".join(str(session) for session in remaining[:5])
            message = f"{self._connections.where}: sessions of {user} did not end in {timeout:g} s: {who}"
            raise failure(self._connections.side, SESSIONS_STAY, message, hint="End them by hand.", retryable=True)

    def unlock(self, user: str) -> None:
        with self._connections.use() as connection:
            connection.execute(f"ALTER ROLE {identifier(user)} LOGIN")

    def locked(self, user: str) -> bool:
        """True for a role that is not there, too."""
        with self._connections.use() as connection:
            row = connection.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", [user]).fetchone()
            return (row is None or not row[0]) and not _sessions(connection, user)

    def smoke(self, credentials: Credentials, tables: Sequence[TableName]) -> list[str]:
        found: list[str] = []
        try:
            with self._connections.use_as(credentials) as connection:
                for table in tables:
                    try:
                        connection.execute(f"SELECT 1 FROM {qualified(table)} LIMIT 1").fetchall()
                    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable) as error:
                        found.append(f"{table}: {error.diag.message_primary}")
        except MigrateError as error:
            found.append(error.message)
        return found

    def _let_replicate(self, connection: Connection, role: str) -> None:
        """Before 16 only a superuser may give the attribute; on RDS a role stands for it."""
        statement = f"ALTER ROLE {role} REPLICATION"
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            message = f"{self._connections.where}: only an administrator may let {role} replicate"
            hint = "Let the toolkit log in as a user that has REPLICATION itself; before PostgreSQL 16, as a superuser."
            raise failure(self._connections.side, NOT_PERMITTED, message, hint=hint) from None

    def _grant_silence(self, connection: Connection, user: str) -> None:
        """The right to set session_replication_role, without which foreign keys and triggers fire for replicated rows.

        Before 15 it belongs to superusers, and on RDS to members of rds_superuser.
        """
        role = identifier(user)
        if connection.info.server_version >= 150000 and _grants_silence(connection):
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {role}")
        elif _role_exists(connection, "rds_superuser"):
            connection.execute(f"GRANT rds_superuser TO {role}")


def _grants_silence(connection: Connection) -> bool:
    row = connection.execute(
        "SELECT has_parameter_privilege('session_replication_role', 'SET WITH GRANT OPTION')"
    ).fetchone()
    return bool(row is not None and row[0])


def _role_exists(connection: Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]).fetchone() is not None


def _replicates(connection: Connection, user: str) -> bool:
    row = connection.execute("SELECT rolreplication FROM pg_roles WHERE rolname = $1", [user]).fetchone()
    return bool(row is not None and row[0])


def _sessions(connection: Connection, user: str) -> list[Session]:
    rows = connection.execute(
        "SELECT pid, usename::text, application_name, coalesce(backend_type, 'session') FROM pg_stat_activity"
        " WHERE usename = $1 AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'parallel worker'"
        " ORDER BY pid",
        [user],
    )
    return [Session(pid, name, application, kind) for pid, name, application, kind in rows]


def _let_logins_end(connection: Connection) -> None:
    """Give backends that passed the role check before NOLOGIN was committed the moment they need to show themselves.

    Such a backend holds its virtual transaction and has nothing left to wait for from its client.
    """
    hidden = (
        "SELECT pid FROM pg_locks l WHERE locktype = 'virtualxid' AND NOT EXISTS"
        " (SELECT 1 FROM pg_stat_activity a WHERE a.pid = l.pid AND (a.usesysid IS NOT NULL"
        " OR a.backend_type <> 'client backend'))"
    )
    waiting = {row[0] for row in connection.execute(hidden)}
    deadline = time.monotonic() + sessions.STARTING_SECONDS / 2
    while waiting and time.monotonic() < deadline:
        time.sleep(sessions.POLL_SECONDS / 5)
        waiting &= {row[0] for row in connection.execute(hidden)}
