"""Schema copy by the server's own pg_dump, in two parts around the load.

Whoever loads owns what is made. What the former owners could do by owning comes along as grants, where they exist.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import psycopg

from checks.facts import Catalog, TableName
from migrate.engines.postgres import ddl, programs
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.failures import LOAD_FAILED, failed, failure
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier, qualified

PRE_DATA, POST_DATA, FOREIGN_KEYS = "pre-data", "post-data", "foreign-keys"
_SHAPE = ("--no-owner", "--no-publications", "--no-subscriptions", "--no-tablespaces", "--lock-wait-timeout=60000")


class PostgresSchema:
    """Implements ports.database.Schema."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def dump(self, schemas: Sequence[str], section: str) -> str:
        """Empty `schemas` means all of the user's. Extensions come with `pre-data`."""
        if section not in (PRE_DATA, POST_DATA, FOREIGN_KEYS):
            raise ValueError(f"not a section: {section!r}")
        with self._connections.use() as connection:
            major = connection.info.server_version // 10000
            wanted = list(schemas) or [row[0] for row in connection.execute(query("schemas"), [[]])]
            extras = _extensions(connection) if section == PRE_DATA else ""
            grants = _owners(connection, wanted) if section == PRE_DATA else ""
        if not wanted:
            return extras
        chosen = [f"--schema={identifier(schema)}" for schema in wanted]
        native = PRE_DATA if section == PRE_DATA else POST_DATA
        text = programs.dump(self._connections, major, [f"--section={native}", *_SHAPE, *chosen])
        if section == PRE_DATA:
            return extras + text + grants
        return ddl.divided(text)[section == FOREIGN_KEYS]

    def copied(self, catalog: Catalog) -> Catalog:
        """The same: pg_dump changes nothing."""
        return catalog

    def load(self, ddl_text: str) -> list[str]:
        """Returns how many grants were left out, by role that is not here."""
        with self._connections.use() as connection:
            settings = {row[0] for row in connection.execute("SELECT name FROM pg_settings")}
            roles = {row[0] for row in connection.execute("SELECT rolname::text FROM pg_roles")}
            text = ddl.fitted(ddl_text, settings=settings, roles=roles, self_named=self._connections.user)
            try:
                with connection.transaction():
                    connection.execute(text)
            except psycopg.Error as error:
                if error.diag.message_primary is None:
                    raise
                at = _line(text, error.diag.statement_position)
                message = f"{self._connections.where}: {error.diag.message_primary}{f', in: {at}' if at else ''}"
                hint = "Nothing was made. Mend the schema, or make what is missing first."
                raise failure(self._connections.side, LOAD_FAILED, message, hint=hint) from failed(
                    self._connections.side, self._connections.where, error
                )
            finally:
                # The dump changed the session's settings; no later caller may meet them.
                connection.close()
        made = set(text.split("\n"))
        grants = [line for line in ddl_text.split("\n") if line.startswith("GRANT ") and line not in made]
        absent = Counter(line.rstrip(";").rpartition(" TO ")[2].removesuffix(" WITH GRANT OPTION") for line in grants)
        return [f"left out, for there is no role {role}: {count} grants" for role, count in sorted(absent.items())]

    def manner(self) -> Mapping[str, str]:
        """None: names and values are the same on every server."""
        return {}

    def misfits(self, manner: Mapping[str, str]) -> list[str]:
        return []

    def analyze(self, tables: Sequence[TableName]) -> None:
        with self._connections.use() as connection:
            for table in _existing(connection, tables):
                connection.execute(f"ANALYZE {qualified(table)}")

    def nonempty(self, tables: Sequence[TableName]) -> list[TableName]:
        with self._connections.use() as connection:
            found = []
            for table in _existing(connection, tables):
                row = connection.execute(f"SELECT EXISTS (SELECT 1 FROM {qualified(table)})").fetchone()
                if row is not None and row[0]:
                    found.append(table)
            return found


def _existing(connection: Connection, tables: Sequence[TableName]) -> list[TableName]:
    rows = connection.execute(
        "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p')"
    )
    there = {TableName(schema, name) for schema, name in rows}
    return [table for table in tables if table in there]


def _extensions(connection: Connection) -> str:
    """pg_dump leaves extensions out when schemas are chosen. One that nothing in the schema needs may fail."""
    lines: list[str] = []
    for name, schema, needed in connection.execute(query("extension_needs")):
        if not schema.startswith("pg_"):
            lines.append(f"CREATE SCHEMA IF NOT EXISTS {identifier(schema)};")
        create = f"CREATE EXTENSION IF NOT EXISTS {identifier(name)} WITH SCHEMA {identifier(schema)}"
        if needed:
            lines.append(f"{create};")
        else:
            lines.append(
                f"DO $aurora_migrate$ BEGIN {create}; EXCEPTION WHEN insufficient_privilege OR feature_not_supported"
                " OR undefined_file THEN NULL; END $aurora_migrate$;"
            )
    return "".join(f"{line}\n" for line in lines)


def _owners(connection: Connection, schemas: Sequence[str]) -> str:
    """What owning gave: GRANT ALL on schemas, tables, views and sequences to the roles that own them here."""
    rows = connection.execute(query("owners"), [list(schemas)])
    lines = []
    for kind, schema, name, owner in rows:
        what = identifier(schema) if name is None else qualified(TableName(schema, name))
        lines.append(f"GRANT ALL ON {kind} {what} TO {identifier(owner)};\n")
    return "".join(lines)


def _line(text: str, position: str | None) -> str:
    if position is None:
        return ""
    at = int(position) - 1
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return re.sub(r"'[^']*'", "'…'", text[start : end if end >= 0 else len(text)]).strip()[:200]
