"""What a migration leaves in a PostgreSQL database: slots that hold back WAL, DMS's tables, logins and their rights."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import TableName
from migrate.engines.postgres.accounts import PostgresAccounts
from migrate.engines.postgres.changelog import PostgresChangeLog
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.namespaces import TOOLKIT_SCHEMA
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.leftover import Kind, Leftover
from migrate.model.watching import ExceptionsOf

SESSIONS_SECONDS = 20.0
DROP = {"table": "TABLE", "function": "FUNCTION", "event trigger": "EVENT TRIGGER"}


class PostgresLeftovers:
    """Implements ports.leftovers.ServerLeftovers."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def find(self, users: Sequence[str], schemas: Sequence[str], control_schema: str) -> list[Leftover]:
        """A login's rights in this database go with it; `schemas` says nothing here, other databases do."""
        own = [TOOLKIT_SCHEMA, control_schema]
        with self._connections.use() as connection:
            found = self._slots(connection) + self._artefacts(connection, users, own)
            found += self._schemas(connection, control_schema)
            return found + [self._login(connection, user, own) for user in _existing(connection, users)]

    def logins(self, users: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            return _existing(connection, users)

    def remove(self, found: Leftover) -> None:
        match found.kind:
            case Kind.SLOT:
                PostgresChangeLog(self._connections).drop_slot(found.name)
            case Kind.CONTROL | Kind.MARKERS:
                self._run(f"DROP SCHEMA IF EXISTS {identifier(found.name)} CASCADE")
            case Kind.ARTEFACT:
                kind, _, name = found.name.partition(": ")
                parts = ".".join(identifier(part) for part in name.split("."))
                self._run(f"DROP {DROP[kind]} IF EXISTS {parts} CASCADE")
            case Kind.ACCOUNT:
                self._drop_login(found.name)
            case _:
                raise ValueError(f"no {found.kind.value} stands in a database")

    def forget_exceptions(self, control_schema: str, seen: Sequence[ExceptionsOf]) -> None:
        """DMS quotes these names in upper case. Times are rounded as `feed.control` tells them."""
        exceptions = qualified(TableName(control_schema, "awsdms_apply_exceptions"))
        with self._connections.use() as connection, connection.transaction():
            for one in seen:
                connection.execute(
                    f"DELETE FROM {exceptions} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {exceptions} WHERE"
                    ' "TABLE_OWNER" = $1 AND "TABLE_NAME" = $2 AND "ERROR_TIME"::timestamp(0) <= $3::timestamp'
                    ' ORDER BY "ERROR_TIME" LIMIT $4))',
                    [one.table.schema, one.table.name, one.last_at, one.rows],
                )

    def _run(self, statement: str) -> None:
        with self._connections.use() as connection:
            connection.execute(statement)

    def _drop_login(self, user: str) -> None:
        """DROP OWNED takes its rights in this database away, too, without which the role could not go."""
        if not self.logins([user]):
            return
        PostgresAccounts(self._connections).lock(user, SESSIONS_SECONDS)
        with self._connections.use() as connection, connection.transaction():
            connection.execute(f"DROP OWNED BY {identifier(user)}")
            connection.execute(f"DROP ROLE IF EXISTS {identifier(user)}")

    def _slots(self, connection: Connection) -> list[Leftover]:
        rows = connection.execute(
            "SELECT slot_name::text, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint"
            " FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database() ORDER BY 1"
        )
        cost = "holds back the server's log, which grows until its disk is full"
        return [self._of(Kind.SLOT, name, cost, size) for name, size in rows]

    def _artefacts(self, connection: Connection, users: Sequence[str], own: list[str]) -> list[Leftover]:
        """DMS's objects outside of its control schema: the audit of DDL, the heartbeat (dms.md §10)."""
        found = []
        for kind, name, owner, size in connection.execute(query("dms_objects"), [own]):
            kept = "" if owner in users else f"belongs to {owner}, not to this migration's logins"
            cost = "acts on every DDL statement" if kind == "event trigger" else "takes up space"
            found.append(self._of(Kind.ARTEFACT, f"{kind}: {name}", cost, size, owner, kept))
        return found

    def _schemas(self, connection: Connection, control_schema: str) -> list[Leftover]:
        kinds = {control_schema: Kind.CONTROL, TOOLKIT_SCHEMA: Kind.MARKERS}
        rows = connection.execute(
            "SELECT n.nspname::text, coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_namespace n"
            " LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')"
            " WHERE n.nspname = ANY ($1) GROUP BY 1",
            [list(kinds)],
        )
        return [self._of(kinds[name], name, "takes up space", size) for name, size in rows]

    def _login(self, connection: Connection, user: str, own: list[str]) -> Leftover:
        ties = [row[0] for row in connection.execute(query("login_ties"), [user, own])]
        kept = f"it is needed elsewhere: {', '.join(ties[:5])}" if ties else ""
        return self._of(Kind.ACCOUNT, user, "can log in, unless it is locked", None, user, kept)

    def _of(
        self, kind: Kind, name: str, cost: str, size: int | None = None, owner: str = "", kept: str = ""
    ) -> Leftover:
        where = self._connections.side.value
        return Leftover(kind=kind, where=where, name=name, cost=cost, size=size, owner=owner, kept=kept)


def _existing(connection: Connection, users: Sequence[str]) -> list[str]:
    rows = connection.execute("SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1) ORDER BY 1", [list(users)])
    return [name for (name,) in rows]
