"""One PostgreSQL side of a migration, composed of its parts."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from checks.facts import Catalog
from checks.route import Version
from migrate.engines.postgres import introspect
from migrate.engines.postgres.accounts import PostgresAccounts
from migrate.engines.postgres.activity import PostgresActivity
from migrate.engines.postgres.changelog import PostgresChangeLog
from migrate.engines.postgres.connection import Connections
from migrate.engines.postgres.feed import PostgresFeedSide
from migrate.engines.postgres.fence import PostgresFence
from migrate.engines.postgres.leftovers import PostgresLeftovers
from migrate.engines.postgres.markers import PostgresMarkers
from migrate.engines.postgres.measures import PostgresMeasures
from migrate.engines.postgres.own_statements import PostgresStatements
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier
from migrate.engines.postgres.rights import PostgresRights
from migrate.engines.postgres.rows import PostgresRows
from migrate.engines.postgres.schema import PostgresSchema
from migrate.engines.postgres.sequences import PostgresSequences
from migrate.engines.postgres.triggers import PostgresTriggers
from migrate.model.database import Address, Credentials, Fencing, Identity, Side, unfenced


class PostgresDatabase:
    """Implements ports.database.Database for PostgreSQL and its Aurora. Thread-safe; connects when first used."""

    def __init__(self, address: Address, credentials: Credentials, side: Side, fencing: Fencing = unfenced) -> None:
        self._connections = Connections(address, credentials, side, fencing)
        self.side = side
        self.markers = PostgresMarkers(self._connections)
        self.fence = PostgresFence(self._connections)
        self.log = PostgresChangeLog(self._connections)
        self.rights = PostgresRights(self._connections)
        self.rows = PostgresRows(self._connections)
        self.sequences = PostgresSequences(self._connections)
        self.triggers = PostgresTriggers(self._connections)
        self.schema = PostgresSchema(self._connections)
        self.accounts = PostgresAccounts(self._connections)
        self.activity = PostgresActivity(self._connections)
        self.statements = PostgresStatements(self._connections)
        self.measures = PostgresMeasures(self._connections)
        self.leftovers = PostgresLeftovers(self._connections)
        self.feed = PostgresFeedSide(self._connections)

    def __repr__(self) -> str:
        return f"PostgresDatabase({self._connections.where})"

    def identity(self) -> Identity:
        with self._connections.use() as connection:
            row = connection.execute(query("identity")).fetchone()
            assert row is not None
            server, version, database, writable = row
            return Identity(server, Version.parse(version), database, writable)

    def catalog(self, schemas: Sequence[str] = ()) -> Catalog:
        with self._connections.use() as connection:
            return introspect.catalog(connection, schemas)

    def apply_exceptions(self, control_schema: str) -> int | None:
        with self._connections.use() as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = $1 AND c.relname = 'awsdms_apply_exceptions'",
                [control_schema],
            ).fetchone()
            if found is None:
                return None
            try:
                row = connection.execute(
                    f"SELECT count(*) FROM {identifier(control_schema)}.awsdms_apply_exceptions"
                ).fetchone()
            except psycopg.errors.InsufficientPrivilege:
                return None
            assert row is not None
            return int(row[0])

    def close(self) -> None:
        self._connections.close()
