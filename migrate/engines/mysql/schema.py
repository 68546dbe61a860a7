"""Schema copy without another program: SHOW CREATE is read in one go, made to fit Aurora MySQL, and run there.

DDL of MySQL cannot be rolled back. So every statement either makes nothing twice or is passed over when its object is
there: a load that broke off is run again, and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from checks.facts import Catalog, Table, TableName
from migrate.engines.failures import DUMP_FAILED, LOAD_FAILED, NOT_PERMITTED, failure
from migrate.engines.mysql import dump, excuses, fitness, holders, inventory, script
from migrate.engines.mysql.account_facts import privileges_of_session
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.conversions.column_types import AS_TEXT
from migrate.engines.mysql.databases import users_databases
from migrate.engines.mysql.failures import failed, number_of, reason_of
from migrate.engines.mysql.load import Failed, Loader
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.quoting import qualified
from migrate.model.inventory import Discrepancy, Inventory
from migrate.model.roles import KEPT, Lacking, NamedRole, Roles

_SECTIONS: dict[str, Callable[[Connection, Sequence[str], Roles], str]] = {
    "roles": holders.made,
    "pre-data": dump.pre_data,
    "post-data": dump.post_data,
    "foreign-keys": dump.foreign_keys,
}
_HINTS = {
    1062: "Under the target's collation two of the values are one: see what the schema copy said of collations.",
    1273: "The target does not know this collation: change it on the source, or choose a later Aurora version.",
    1418: "Set log_bin_trust_function_creators = 1 in the target's parameter group, or declare the function"
    " DETERMINISTIC, NO SQL or READS SQL DATA.",
    1419: "Set log_bin_trust_function_creators = 1 in the target's parameter group.",
    6125: "Aurora MySQL 8.4 wants foreign keys to point to unique ones: add a unique key on the source, or set"
    " restrict_fk_on_non_standard_key = OFF in the target's parameter group.",
}
"""mysql-compatibility.md §3.3 and §3.8."""


class MySqlSchema:
    """Implements ports.database.Schema."""

    all_or_nothing = False

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def dump(self, schemas: Sequence[str], section: str, roles: Roles = KEPT) -> str:
        """A script whose notes tell what Aurora MySQL has not or has otherwise. Empty `schemas`: all of the user's.

        Raises SourceError or TargetError when stored code is hidden from the toolkit: it would be missing unseen.
        """
        if section not in _SECTIONS:
            raise ValueError(f"not a section: {section!r}")
        with self._connections.use() as connection:
            wanted = list(schemas) or users_databases(connection)
            # Outside of the schemas the server names the database of everything.
            connection.execute("USE information_schema")
            try:
                return _SECTIONS[section](connection, wanted or [""], roles)
            except dump.Hidden as hidden:
                message = f"{self._connections.where}: the server does not show {hidden} to this user"
                hint = "GRANT SHOW_ROUTINE ON *.* (MySQL 8.0.20 and later), else SELECT ON mysql.proc, to the toolkit."
                raise failure(self._connections.side, NOT_PERMITTED, message, hint=hint) from None
            except ValueError as error:
                message = f"{self._connections.where}: {error}"
                hint = "The toolkit cannot read this table's DDL: drop what it names, or leave the table out."
                raise failure(self._connections.side, DUMP_FAILED, message, hint=hint) from None
            finally:
                connection.close()

    def copied(self, catalog: Catalog) -> Catalog:
        """Types that only MariaDB has become text on the way; columns of a row's time stay behind."""
        return replace(catalog, tables=tuple(_copied(table) for table in catalog.tables))

    def load(self, ddl: str) -> list[str]:
        """Returns the script's notes, and what was fitted to this server: definers and grantees that are not here."""
        with self._connections.use() as connection:
            loader = Loader(connection)
            try:
                loader.run(script.statements(ddl))
            except Failed as problem:
                number = number_of(problem.error)
                cause = failed(self._connections.side, self._connections.where, problem.error)
                if cause.retryable or (number not in _HINTS and cause.code.endswith(f"-{NOT_PERMITTED}")):
                    raise cause from problem.error
                message = f"{self._connections.where}: {reason_of(problem.error)} [{number}], in: {problem.at}"
                hint = _HINTS.get(number, "Mend the schema, or make what is missing first.")
                raise failure(
                    self._connections.side, LOAD_FAILED, message, hint=f"{hint} Then load again: it goes on from here."
                ) from problem.error
            finally:
                # The script changed the session's settings; no later caller may meet them.
                connection.close()
            return [*script.notes(ddl), *loader.notes]

    def named_roles(self, schemas: Sequence[str]) -> list[NamedRole]:
        with self._connections.use() as connection:
            return holders.named(connection, list(schemas) or users_databases(connection) or [""])

    def lacking(self, wanted: Mapping[str, bool]) -> dict[str, Lacking]:
        with self._connections.use() as connection:
            return holders.lacking(connection, wanted)

    def makes_roles(self) -> bool:
        with self._connections.use() as connection:
            return bool({"CREATE USER", "ALL PRIVILEGES"} & {*privileges_of_session(connection)})

    def extensions(self) -> dict[str, str]:
        """None: the family has no extensions."""
        return {}

    def inventory(self, schemas: Sequence[str], friends: Sequence[str] = (), roles: Roles = KEPT) -> Inventory:
        with self._connections.use() as connection:
            return inventory.inventory(connection, schemas, friends, self.copied, roles)

    def stored(self, tables: Sequence[TableName]) -> dict[TableName, str]:
        """InnoDB's number of the table, which is made anew when it is emptied. Names with marks are not told: InnoDB
        codes them in ways of its own."""
        names = {f"{table.schema}/{table.name}": table for table in tables}
        with self._connections.use() as connection:
            catalog = "innodb_sys_tables" if connection.server.mariadb else "innodb_tables"
            rows = if_permitted(connection, f"SELECT name, table_id FROM information_schema.{catalog}") or []
        found = {names.get(name.decode() if isinstance(name, bytes) else name): str(number) for name, number in rows}
        return {table: number for table, number in found.items() if table is not None}

    def refresh_views(self, schemas: Sequence[str]) -> list[str]:
        """None: the family has no materialized views."""
        return []

    def excuse(self, each: Discrepancy, roles: Roles = KEPT) -> str:
        if each.aspect == "login" and each.object.removeprefix("account ").rpartition("@")[0] in roles.values():
            return "the target's own account: [roles] names it"
        with self._connections.use() as connection:
            return excuses.excuse(each, mariadb=connection.server.mariadb)

    def manner(self) -> dict[str, str]:
        with self._connections.use() as connection:
            return fitness.manner(connection)

    def misfits(self, manner: Mapping[str, str]) -> list[str]:
        return fitness.misfits(manner, self.manner())

    def analyze(self, tables: Sequence[TableName]) -> None:
        with self._connections.use() as connection:
            for table in _existing(connection, tables):
                connection.rows(f"ANALYZE TABLE {qualified(table)}")

    def nonempty(self, tables: Sequence[TableName]) -> list[TableName]:
        with self._connections.use() as connection:
            return [
                table
                for table in _existing(connection, tables)
                if connection.rows(f"SELECT 1 FROM {qualified(table)} LIMIT 1")
            ]


def _copied(table: Table) -> Table:
    columns = (column for column in table.columns if not (column.generated or "").startswith("row "))
    return replace(
        table, columns=tuple(replace(column, type=AS_TEXT.get(column.type, column.type)) for column in columns)
    )


def _existing(connection: Connection, tables: Sequence[TableName]) -> list[TableName]:
    if not tables:
        return []
    rows = connection.rows(
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_schema IN %s AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
        [sorted({table.schema for table in tables})],
    )
    there = {TableName(schema, name) for schema, name in rows}
    return [table for table in tables if table in there]
