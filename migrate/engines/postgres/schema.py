"""Schema copy by the server's own pg_dump, in parts around the load.

Owners stay owners where whoever loads may act as them. Else whoever loads owns what is made, and what the former owners
could do by owning comes along as grants, where they exist.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import psycopg

from checks.facts import Catalog, TableName
from migrate.engines.failures import LOAD_FAILED, failure
from migrate.engines.postgres import ddl, inventory, programs, renaming
from migrate.engines.postgres import roles as naming
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.failures import failed
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.inventory import Discrepancy, Inventory
from migrate.model.roles import KEPT, Lacking, NamedRole, Roles, renamed

ROLES, PRE_DATA, POST_DATA, FOREIGN_KEYS = "roles", "pre-data", "post-data", "foreign-keys"
_SHAPE = ("--no-subscriptions", "--no-tablespaces", "--lock-wait-timeout=60000")
_ELSEWHERE = ("EXTENSION", "USER MAPPING")
"""Extensions are made first, by other means; a user mapping holds a password, and pg_dump does not always see it."""
_LAST = ("FK CONSTRAINT", "PUBLICATION", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "EVENT TRIGGER")
_TRIED = ("PUBLICATION", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "EVENT TRIGGER", "CAST")
"""What a managed service may keep to itself: left out, and told, where the server refuses."""
_FORCE = re.compile(r"ALTER TABLE ONLY .+ FORCE ROW LEVEL SECURITY;$")
_MADE_TO_MOVE = ("awsdms", "sandbox")
_SO_FAR = "AURORA MIGRATE RIGHTS"
"""An entry of our own: rights that were given for the time of the load are taken back."""


class PostgresSchema:
    """Implements ports.database.Schema."""

    all_or_nothing = True

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def dump(self, schemas: Sequence[str], section: str, roles: Roles = KEPT) -> str:
        """Empty `schemas` means all of the user's. What is in no schema comes along, and extensions with `pre-data`."""
        if section not in (ROLES, PRE_DATA, POST_DATA, FOREIGN_KEYS):
            raise ValueError(f"not a section: {section!r}")
        with self._connections.use() as connection:
            if section == ROLES:
                return naming.made(connection, roles)
            major = connection.info.server_version // 10000
            wanted = list(schemas) or [row[0] for row in connection.execute(query("schemas"), [[]])]
            everything = [row[0] for row in connection.execute(query("other_schemas"))]
            extras = _extensions(connection) if section == PRE_DATA else ""
            grants = _owners(connection, wanted, roles) if section == PRE_DATA else ""
            forced = _forced(connection, wanted) if section == POST_DATA else ""
            before, after = naming.to_make(connection, wanted, roles), naming.made_so(connection, wanted, roles)
        others = [f"--exclude-schema={identifier(name)}" for name in everything if name not in wanted]
        native = PRE_DATA if section == PRE_DATA else POST_DATA
        text = programs.dump(self._connections, major, [f"--section={native}", *_SHAPE, *others])
        found = [_unforced(each) for each in renaming.renamed(ddl.entries(text), roles) if _comes_along(each)]
        if section != PRE_DATA:
            found = [each for each in found if not each.type or _last(each) == (section == FOREIGN_KEYS)]
        ending = f"-- Name: -; Type: {_SO_FAR}; Schema: -"
        return "\n".join([extras + before + ddl.joined(found), forced, ending, after + grants])

    def copied(self, catalog: Catalog) -> Catalog:
        """The same: pg_dump changes nothing."""
        return catalog

    def load(self, ddl_text: str) -> list[str]:
        """Returns what was left out: grants, by role that is not here, and what the server does not let be made."""
        with self._connections.use() as connection:
            settings = {row[0] for row in connection.execute("SELECT name FROM pg_settings")}
            there = {row[0] for row in connection.execute("SELECT rolname::text FROM pg_roles")}
            acting = {row[0] for row in connection.execute(query("acting"))}
            text = ddl.fitted(ddl_text, settings=settings, roles=there, acting=acting)
            parts = ddl.entries(text)
            surely = ddl.joined(each for each in parts if each.type != _SO_FAR and not _is_tried(each))
            notes = []
            try:
                with connection.transaction():
                    connection.execute(surely)
                    for each in parts:
                        if _is_tried(each):
                            notes += _tried(connection, each)
                    connection.execute(ddl.joined(each for each in parts if each.type == _SO_FAR))
            except psycopg.Error as error:
                if error.diag.message_primary is None:
                    raise
                cause = failed(self._connections.side, self._connections.where, error)
                if cause.retryable:
                    raise cause from error
                at = _line(surely, error.diag.statement_position)
                message = f"{self._connections.where}: {error.diag.message_primary}{f', in: {at}' if at else ''}"
                hint = "Nothing was made. Mend the schema, or make what is missing first."
                raise failure(self._connections.side, LOAD_FAILED, message, hint=hint) from cause
            finally:
                # The dump changed the session's settings; no later caller may meet them.
                connection.close()
        told = [line.removeprefix(naming.NOTE) for line in ddl_text.split("\n") if line.startswith(naming.NOTE)]
        return [*told, *_absent(ddl_text, text), *notes]

    def named_roles(self, schemas: Sequence[str]) -> list[NamedRole]:
        with self._connections.use() as connection:
            wanted = [row[0] for row in connection.execute(query("schemas"), [list(schemas)])]
            return naming.named(connection, wanted)

    def lacking(self, wanted: Mapping[str, bool]) -> dict[str, Lacking]:
        with self._connections.use() as connection:
            return naming.lacking(connection, wanted)

    def makes_roles(self) -> bool:
        with self._connections.use() as connection:
            row = connection.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool(row.fetchall()[0][0])

    def extensions(self) -> dict[str, str]:
        with self._connections.use() as connection:
            return dict(
                connection.execute("SELECT name::text, default_version FROM pg_available_extensions").fetchall()
            )

    def inventory(self, schemas: Sequence[str], friends: Sequence[str] = (), roles: Roles = KEPT) -> Inventory:
        with self._connections.use() as connection:
            return inventory.inventory(connection, schemas, self._connections.user, friends, roles)

    def stored(self, tables: Sequence[TableName]) -> dict[TableName, str]:
        with self._connections.use() as connection:
            rows = connection.execute(
                "SELECT n.nspname::text, c.relname::text, c.relfilenode::text FROM pg_class c"
                " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
            ).fetchall()
        wanted = set(tables)
        return {name: mark for schema, table, mark in rows if (name := TableName(schema, table)) in wanted}

    def refresh_views(self, schemas: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            wanted = [row[0] for row in connection.execute(query("schemas"), [list(schemas)])]
            found = connection.execute(query("materialized_views"), [wanted]).fetchall()
            for schema, name, beside in found:
                how = "CONCURRENTLY " if beside else ""
                connection.execute(f"REFRESH MATERIALIZED VIEW {how}{qualified(TableName(schema, name))}")
        return [f"{schema}.{name}" for schema, name, _ in found]

    def excuse(self, each: Discrepancy, roles: Roles = KEPT) -> str:
        return inventory.excuse(each, roles)

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


def _comes_along(entry: ddl.Entry) -> bool:
    """What makes changes travel belongs to whatever moves them, and is no part of the schema."""
    what = entry.name.removeprefix("EXTENSION ") if entry.type == "COMMENT" else ""
    if entry.type in _ELSEWHERE or (what and entry.name.startswith("EXTENSION ")):
        return False
    return not (entry.type in _LAST[1:] and entry.name.partition(" ")[0].strip('"').startswith(_MADE_TO_MOVE))


def _unforced(entry: ddl.Entry) -> ddl.Entry:
    """pg_dump forces row security with the table; then not even the owner could add keys that refer to its rows."""
    if entry.type != "TABLE" or "FORCE ROW LEVEL SECURITY;" not in entry.text:
        return entry
    lines = [line for line in entry.text.split("\n") if not _FORCE.match(line)]
    return ddl.Entry(entry.type, entry.name, "\n".join(lines))


def _forced(connection: Connection, schemas: Sequence[str]) -> str:
    rows = connection.execute(
        "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relforcerowsecurity AND n.nspname = ANY ($1) ORDER BY 1, 2",
        [list(schemas)],
    )
    tables = [qualified(TableName(schema, name)) for schema, name in rows]
    return "".join(f"ALTER TABLE ONLY {table} FORCE ROW LEVEL SECURITY;\n" for table in tables)


def _last(entry: ddl.Entry) -> bool:
    commented = entry.type == "COMMENT" and entry.name.startswith(("CONSTRAINT ", "PUBLICATION ", "EVENT TRIGGER "))
    return entry.type in _LAST or commented


def _is_tried(entry: ddl.Entry) -> bool:
    """What may be left out, and a comment on it, which would have nothing to stand on."""
    return entry.type in _TRIED or (
        entry.type == "COMMENT" and entry.name.startswith(("PUBLICATION ", "EVENT TRIGGER ", "CAST "))
    )


def _tried(connection: Connection, entry: ddl.Entry) -> list[str]:
    try:
        with connection.transaction():
            connection.execute(entry.text)
    except psycopg.errors.DuplicateObject:
        return []  # by an earlier load of the same
    except (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.FeatureNotSupported,
        psycopg.errors.UndefinedObject,
    ) as no:
        return [f"left out: {entry.type.lower()} {entry.name}: {no.diag.message_primary}"]
    return []


def _absent(asked: str, made: str) -> list[str]:
    lines = set(made.split("\n"))
    grants = [line for line in asked.split("\n") if line.startswith("GRANT ") and line not in lines]
    absent = Counter(line.rstrip(";").rpartition(" TO ")[2].removesuffix(" WITH GRANT OPTION") for line in grants)
    return [f"left out, for there is no role {role}: {count} grants" for role, count in sorted(absent.items())]


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


def _owners(connection: Connection, schemas: Sequence[str], roles: Roles) -> str:
    """What owning gave: GRANT ALL on schemas, tables, views and sequences to the roles that own them here."""
    rows = connection.execute(query("owners"), [list(schemas), list(roles)])
    lines = []
    for kind, schema, name, owner in rows:
        what = identifier(schema) if name is None else qualified(TableName(schema, name))
        if role := renamed(owner, roles):
            lines.append(f"GRANT ALL ON {kind} {what} TO {identifier(role)};\n")
    return "".join(lines)


def _line(text: str, position: str | None) -> str:
    if position is None:
        return ""
    at = int(position) - 1
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return re.sub(r"'[^']*'", "'…'", text[start : end if end >= 0 else len(text)]).strip()[:200]
