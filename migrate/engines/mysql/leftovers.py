"""What a migration leaves on a server of the MySQL family: noted positions, DMS's tables, logins and their rights."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import TableName
from migrate.engines.failures import failure
from migrate.engines.mysql import fence
from migrate.engines.mysql.account_list import accounts, of
from migrate.engines.mysql.accounts import MySqlAccounts
from migrate.engines.mysql.changelog import MySqlChangeLog
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.databases import TOOLKIT_SCHEMA
from migrate.engines.mysql.failures import FENCED
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.model.leftover import Kind, Leftover
from migrate.model.watching import ExceptionsOf

SESSIONS_SECONDS = 20.0


class MySqlLeftovers:
    """Implements ports.leftovers.ServerLeftovers."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def find(self, users: Sequence[str], schemas: Sequence[str], control_schema: str) -> list[Leftover]:
        """DMS's objects all stand in its control schema here."""
        own = {*schemas, TOOLKIT_SCHEMA, control_schema}
        with self._connections.use() as connection:
            kinds = {control_schema: Kind.CONTROL, TOOLKIT_SCHEMA: Kind.MARKERS}
            rows = connection.rows(
                "SELECT s.schema_name, COALESCE(SUM(t.data_length + t.index_length), 0)"
                " FROM information_schema.schemata s LEFT JOIN information_schema.tables t"
                " ON t.table_schema = s.schema_name WHERE s.schema_name IN %s GROUP BY 1",
                [list(kinds)],
            )
            found = [self._of(kinds[str(name)], str(name), "takes up space", int(size)) for name, size in rows]
        found += [
            self._of(Kind.SLOT, name, "a noted position: it holds nothing back, only a row")
            for name in MySqlChangeLog(self._connections).slots()
        ]
        with self._connections.use() as connection:
            return found + [self._login(connection, user, own) for user in _existing(connection, users)]

    def logins(self, users: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            return _existing(connection, users)

    def remove(self, found: Leftover) -> None:
        """The toolkit's schema is not dropped while it holds what the closed fence locked (TGT-122, SRC-122)."""
        match found.kind:
            case Kind.SLOT:
                MySqlChangeLog(self._connections).drop_slot(found.name)
            case Kind.CONTROL | Kind.MARKERS:
                self._drop_schema(found)
            case Kind.ACCOUNT:
                self._drop_login(found.name)
            case _:
                raise ValueError(f"no {found.kind.value} stands on a server of this family")

    def forget_exceptions(self, control_schema: str, seen: Sequence[ExceptionsOf]) -> None:
        exceptions = qualified(TableName(control_schema, "awsdms_apply_exceptions"))
        with self._connections.use() as connection:
            for one in seen:
                connection.execute(
                    f"DELETE FROM {exceptions} WHERE TABLE_OWNER = %s AND TABLE_NAME = %s AND ERROR_TIME <= %s"
                    " ORDER BY ERROR_TIME LIMIT %s",
                    [one.table.schema, one.table.name, one.last_at, one.rows],
                )

    def _drop_schema(self, found: Leftover) -> None:
        with self._connections.use() as connection:
            if found.kind is Kind.MARKERS and fence.stands(connection):
                message = f"{self._connections.where}: the fence is closed, and {found.name} knows whom it locked"
                hint = f"Unlock each account that {found.name}.fence lists, drop that table, then repeat the command."
                raise failure(self._connections.side, FENCED, message, hint=hint)
            connection.execute(f"DROP DATABASE IF EXISTS {identifier(found.name)}")

    def _drop_login(self, user: str) -> None:
        if not self.logins([user]):
            return
        MySqlAccounts(self._connections).lock(user, SESSIONS_SECONDS)
        with self._connections.use() as connection:
            for each in of(user, accounts(connection)):
                connection.execute(f"DROP USER IF EXISTS {each.sql}")

    def _login(self, connection: Connection, user: str, own: set[str]) -> Leftover:
        """GRANT keeps a database as a pattern, with its own wildcards escaped."""
        rows = if_permitted(connection, "SELECT DISTINCT db FROM mysql.db WHERE user = %s", [user]) or []
        granted = {str(name).replace("\\_", "_").replace("\\%", "%") for (name,) in rows}
        ties = sorted(granted - own)
        kept = f"it has rights on other databases: {', '.join(ties[:5])}" if ties else ""
        return self._of(Kind.ACCOUNT, user, "can log in, unless it is locked", kept=kept)

    def _of(self, kind: Kind, name: str, cost: str, size: int | None = None, kept: str = "") -> Leftover:
        where = self._connections.side.value
        return Leftover(kind=kind, where=where, name=name, cost=cost, size=size, kept=kept)


def _existing(connection: Connection, users: Sequence[str]) -> list[str]:
    known = {each.user for each in accounts(connection) if not each.role}
    return [user for user in dict.fromkeys(users) if user in known]
