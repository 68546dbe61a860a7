"""One side of a migration in the MySQL family, composed of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import Catalog, TableName
from migrate.engines.mysql import introspect
from migrate.engines.mysql.accounts import MySqlAccounts
from migrate.engines.mysql.activity import MySqlActivity
from migrate.engines.mysql.changelog import MySqlChangeLog
from migrate.engines.mysql.connection import Connections
from migrate.engines.mysql.feed import MySqlFeedSide
from migrate.engines.mysql.fence import MySqlFence
from migrate.engines.mysql.identity import server_name
from migrate.engines.mysql.leftovers import MySqlLeftovers
from migrate.engines.mysql.markers import MySqlMarkers
from migrate.engines.mysql.measures import MySqlMeasures
from migrate.engines.mysql.own_statements import MySqlStatements
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.quoting import qualified
from migrate.engines.mysql.rights import MySqlRights
from migrate.engines.mysql.rows import MySqlRows
from migrate.engines.mysql.schema import MySqlSchema
from migrate.engines.mysql.sequences import MySqlSequences
from migrate.engines.mysql.triggers import MySqlTriggers
from migrate.model.database import Address, Credentials, Fencing, Identity, Side, unfenced


class MySqlDatabase:
    """Implements ports.database.Database for MySQL, MariaDB and Aurora MySQL. Thread-safe; connects when first used."""

    def __init__(self, address: Address, credentials: Credentials, side: Side, fencing: Fencing = unfenced) -> None:
        self._connections = Connections(address, credentials, side, fencing)
        self.side = side
        self.markers = MySqlMarkers(self._connections)
        self.fence = MySqlFence(self._connections)
        self.log = MySqlChangeLog(self._connections)
        self.rights = MySqlRights(self._connections)
        self.rows = MySqlRows(self._connections)
        self.sequences = MySqlSequences(self._connections)
        self.triggers = MySqlTriggers(self._connections)
        self.schema = MySqlSchema(self._connections)
        self.accounts = MySqlAccounts(self._connections)
        self.activity = MySqlActivity(self._connections)
        self.statements = MySqlStatements(self._connections)
        self.measures = MySqlMeasures(self._connections)
        self.leftovers = MySqlLeftovers(self._connections)
        self.feed = MySqlFeedSide(self._connections)

    def __repr__(self) -> str:
        return f"MySqlDatabase({self._connections.where})"

    def identity(self) -> Identity:
        with self._connections.use() as connection:
            server, name = connection.server, server_name(connection)
            [(database,)] = connection.rows("SELECT COALESCE(DATABASE(), '')")
            settings = connection.rows(
                "SHOW GLOBAL VARIABLES WHERE variable_name IN ('read_only', 'super_read_only', 'innodb_read_only')"
            )
        writable = all(value.upper() in ("OFF", "0") for _, value in settings)
        return Identity(name, server.version, database, writable)

    def catalog(self, schemas: Sequence[str] = ()) -> Catalog:
        with self._connections.use() as connection:
            return introspect.catalog(connection, schemas)

    def apply_exceptions(self, control_schema: str) -> int | None:
        table = TableName(control_schema, "awsdms_apply_exceptions")
        with self._connections.use() as connection:
            rows = if_permitted(connection, f"SELECT COUNT(*) FROM {qualified(table)}")
        return int(rows[0][0]) if rows else None

    def close(self) -> None:
        self._connections.close()
