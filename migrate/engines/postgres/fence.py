"""Keeps applications out of this database by the right to connect, which no other database of the cluster feels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import psycopg

from migrate.engines.failures import OWNER_NEEDED, SESSIONS_STAY, failure
from migrate.engines.postgres import sessions
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier
from migrate.engines.postgres.sessions import Session
from migrate.model.json import Facts

KEEPERS = ("rdsadmin", "rdsrepladmin", "rdstopmgr")
"""Accounts of the service itself; nobody else has their password."""


@dataclass(frozen=True, order=True)
class Grant:
    """One grant of CONNECT. `grantee` is empty for PUBLIC."""

    grantee: str
    grantor: str
    grantable: bool

    @property
    def sql(self) -> str:
        return identifier(self.grantee) if self.grantee else "PUBLIC"


class PostgresFence:
    """Implements ports.database.Fence."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self) -> Facts:
        with self._connections.use() as connection:
            row = connection.execute(
                "SELECT datname::text, pg_get_userbyid(datdba)::text, datacl::text FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
            assert row is not None
            grants = [asdict(grant) for grant in sorted(_grants(connection))]
            return {"database": row[0], "owner": row[1], "acl": row[2], "connect": grants}

    def close(self, friends: Sequence[str]) -> None:
        with self._connections.use() as connection, self._as_owner(connection) as (database, owner):
            for friend in friends:
                connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {identifier(friend)}")
            for grantor in sorted({grant.grantor for grant in _grants(connection)} - {owner}):
                connection.execute(
                    f"REVOKE GRANT OPTION FOR CONNECT ON DATABASE {database} FROM {identifier(grantor)} CASCADE"
                )
            for grant in sorted(_grants(connection)):
                if grant.grantee not in friends:
                    connection.execute(f"REVOKE CONNECT ON DATABASE {database} FROM {grant.sql} CASCADE")

    def end_sessions(self, friends: Sequence[str], timeout: float) -> None:
        with self._connections.use() as connection:
            remaining = sessions.end(connection, lambda: _strangers(connection, friends), timeout)
        if remaining:
            who = "; ".join(str(session) for session in remaining[:5])
            raise failure(
                self._connections.side,
                SESSIONS_STAY,
                f"{self._connections.where}: {len(remaining)} sessions did not end in {timeout:g} s: {who}",
                hint="End them by hand, or name their user among the friends. A superuser's session cannot be ended.",
                retryable=True,
            )

    def passed_by(self, user: str) -> bool:
        with self._connections.use() as connection:
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = $1", [user]).fetchone()
        return bool(row is not None and row[0])

    def breaches(self, friends: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            found = _may_connect(connection, friends)
            found += [f"process {pid} is logging in" for pid in sessions.settle(connection)]
            found += [f"session: {session}" for session in _strangers(connection, friends)]
            return found + _prepared(connection)

    def doors(self, friends: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            return _may_connect(connection, friends) + _prepared(connection)

    def open(self, before: Facts, friends: Sequence[str] = ()) -> None:
        """Brings back who may connect, with grantors where the toolkit may act for them.

        A list of grants that was NULL comes back as the defaults that NULL stands for.
        """
        recorded = before["connect"]
        assert isinstance(recorded, Sequence)
        wanted = {
            Grant(str(item["grantee"]), str(item["grantor"]), bool(item["grantable"]))
            for item in recorded
            if isinstance(item, dict)
        }
        with self._connections.use() as connection, self._as_owner(connection) as (database, owner):
            wanted = {grant for grant in wanted if _exists(connection, grant)}
            for grant in sorted(_grants(connection) - wanted):
                if grant.grantor == owner and grant.grantee not in friends:
                    connection.execute(f"REVOKE CONNECT ON DATABASE {database} FROM {grant.sql} CASCADE")
            missing = sorted(wanted - _grants(connection), key=lambda grant: (grant.grantor != owner, grant))
            while missing:
                made = [grant for grant in missing if _grant(connection, database, grant, owner)]
                if not made:
                    break
                missing = [grant for grant in missing if grant not in made]
            for grant in missing:
                _grant(connection, database, Grant(grant.grantee, owner, grant.grantable), owner)

    @contextmanager
    def _as_owner(self, connection: Connection) -> Iterator[tuple[str, str]]:
        """A transaction in which GRANT acts for the database's owner; yields the quoted database and the owner.

        Another one that changes grants of this database waits until this one is through.
        """
        row = connection.execute(
            "SELECT datname::text, pg_get_userbyid(datdba)::text, pg_has_role(datdba, 'USAGE'),"
            " pg_has_role(datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert row is not None
        name, owner, has_rights, member = row
        if not has_rights and not member:
            message = f"{self._connections.where}: only the owner of the database, {owner}, may change who connects"
            hint = f"Run as an administrator: GRANT {identifier(owner)} TO {identifier(self._connections.user)};"
            raise failure(self._connections.side, OWNER_NEEDED, message, hint=hint)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('aurora_migrate fence'))")
            if not has_rights:
                connection.execute(f"SET LOCAL ROLE {identifier(owner)}")
            yield identifier(name), owner


def _grants(connection: Connection) -> set[Grant]:
    rows = connection.execute(
        "SELECT CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee)::text END,"
        " pg_get_userbyid(a.grantor)::text, a.is_grantable"
        " FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a"
        " WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT'"
    )
    return {Grant(grantee, grantor, grantable) for grantee, grantor, grantable in rows}


def _exists(connection: Connection, grant: Grant) -> bool:
    """Whether the roles of a recorded grant are still there; one that was dropped since cannot be granted to."""
    names = [name for name in (grant.grantee, grant.grantor) if name]
    row = connection.execute(
        "SELECT count(*) = cardinality($1::text[]) FROM pg_roles WHERE rolname = ANY ($1::text[])", [sorted(set(names))]
    ).fetchone()
    return bool(row is not None and row[0])


def _grant(connection: Connection, database: str, grant: Grant, owner: str) -> bool:
    """Grant as `grant.grantor`; False when that grantor cannot, now or for the toolkit."""
    option = " WITH GRANT OPTION" if grant.grantable else ""
    statement = f"GRANT CONNECT ON DATABASE {database} TO {grant.sql}{option}"
    if grant.grantor == owner:
        connection.execute(statement)
        return True
    role = connection.execute("SELECT current_user::text").fetchone()
    assert role is not None
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL ROLE {identifier(grant.grantor)}")
            connection.execute(statement)
            if grant not in _grants(connection):
                raise psycopg.errors.InsufficientPrivilege
            connection.execute(f"SET LOCAL ROLE {identifier(role[0])}")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _may_connect(connection: Connection, friends: Sequence[str]) -> list[str]:
    found = connection.execute(query("may_connect"), [list(friends)])
    return [f"role {role} may still connect" for (role,) in found]


def _prepared(connection: Connection) -> list[str]:
    found = connection.execute(
        "SELECT gid, owner FROM pg_prepared_xacts WHERE database = current_database() ORDER BY 1"
    )
    return [f"prepared transaction {gid} of {owner}" for gid, owner in found]


def _strangers(connection: Connection, friends: Sequence[str]) -> list[Session]:
    rows = connection.execute(query("strangers"), [list(friends), list(KEEPERS)])
    return [Session(pid, user, application, kind) for pid, user, application, kind in rows]
