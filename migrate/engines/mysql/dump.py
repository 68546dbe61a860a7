"""The schema as a script for Aurora MySQL, read with SHOW CREATE in the order in which it can be made.

What cannot come along is told in the script, line by line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from checks.facts import TableName
from migrate.engines.mysql import grants, stored_code
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.conversions import checks, collations, converted
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.engines.mysql.script import Script
from migrate.engines.mysql.stored_code import Code
from migrate.engines.mysql.table_ddl import Key, TableDdl
from migrate.model.roles import KEPT, Roles

SETTINGS = (
    "SET NAMES utf8mb4",
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES', time_zone = '+00:00'",
)
"""Without NO_ZERO_DATE a column's default may stay the zero date it is."""
_ALONE = ("FULLTEXT KEY", "SPATIAL KEY")
"""InnoDB builds one full text index at a time."""


class Hidden(Exception):
    """Stored code that the server does not show to this user. The text is the privilege to grant."""


def pre_data(connection: Connection, schemas: Sequence[str], users: Roles = KEPT) -> str:
    """Databases, tables with the keys they cannot be without, routines, views, grants."""
    script = _begun()
    for schema, collation in connection.rows(
        "SELECT schema_name, default_collation_name FROM information_schema.schemata WHERE schema_name IN %s"
        " ORDER BY schema_name",
        [schemas],
    ):
        nearest = collations.known(collation)
        notes = [f"{schema}: {collation} as {nearest}"] if not collations.alike(collation, nearest) else []
        manner = f"{identifier(schema)} DEFAULT {collations.clause(nearest)}"
        script.add(f"CREATE DATABASE IF NOT EXISTS {manner}", *notes)
        # One that the cluster, or a grant, made before has the server's own collation.
        script.add(f"ALTER DATABASE {manner}")
    for table, notes in _tables(connection, schemas):
        script.add(table.sql, *notes)
    _left_out(connection, schemas, script)
    for code in stored_code.routines(connection, schemas):
        if code.kind in ("PROCEDURE", "FUNCTION"):
            _add_code(script, code, users)
        else:
            script.note(f"{code.kind.lower()} {code.name} is left out, for MySQL has none")
    views = list(stored_code.views(connection, schemas))
    on_views: defaultdict[str, list[grants.Statement]] = defaultdict(list)
    names = {qualified(code.name) for code in views}
    for statement, told in grants.statements(connection, schemas, users):
        granted = grants.on(statement)
        if granted in names:
            on_views[granted].append((statement, told))
        else:
            _add_grant(script, statement, told)
    for code in views:
        # A view can only be asked for another one's columns once its definer may see them.
        _add_code(script, code, users)
        for statement, told in on_views[qualified(code.name)]:
            _add_grant(script, statement, told)
    script.add(SETTINGS[1])
    return script.text


def post_data(connection: Connection, schemas: Sequence[str], users: Roles = KEPT) -> str:
    """Indexes, triggers, events at rest."""
    script = _begun()
    for table, _ in _tables(connection, schemas):
        for keys in _together(table.later):
            added = ", ".join(f"ADD {key.sql}" for key in keys)
            script.add(f"ALTER TABLE {qualified(table.name)} {added}")
    for code in (*stored_code.triggers(connection, schemas), *stored_code.events(connection, schemas)):
        _add_code(script, code, users)
    return script.text


def foreign_keys(connection: Connection, schemas: Sequence[str], _users: Roles = KEPT) -> str:
    """Unchecked: the rows were the source's, and the order of tables does not matter then."""
    script = _begun()
    script.add("SET foreign_key_checks = 0")
    for table, _ in _tables(connection, schemas):
        if table.foreign_keys:
            script.add(f"USE {identifier(table.name.schema)}")
            added = ", ".join(f"ADD {key.text}" for key in table.foreign_keys)
            script.add(f"ALTER TABLE {qualified(table.name)} {added}")
    return script.text


def _begun() -> Script:
    script = Script()
    for setting in SETTINGS:
        script.add(setting)
    return script


def _tables(connection: Connection, schemas: Sequence[str]) -> Iterator[tuple[TableDdl, list[str]]]:
    """Tables as Aurora MySQL can make them, with what was changed."""
    named: defaultdict[TableName, dict[str, str]] = defaultdict(dict)
    for schema, name, column, collation in connection.rows(
        "SELECT table_schema, table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema IN %s AND collation_name IS NOT NULL",
        [schemas],
    ):
        named[TableName(schema, name)][column] = collation
    rows = connection.rows(
        "SELECT table_schema, table_name, table_collation FROM information_schema.tables"
        " WHERE table_schema IN %s AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1, 2",
        [schemas],
    )
    taken: defaultdict[str, set[str]] = defaultdict(set)
    for schema, name, collation in rows:
        table = TableDdl.read(
            TableName(schema, name), connection.rows(f"SHOW CREATE TABLE {qualified(TableName(schema, name))}")[0][1]
        )
        notes = [*converted(table), *checks.converted(table, taken[schema])]
        notes += collations.converted(table, collation, named[table.name])
        yield table, notes


def _left_out(connection: Connection, schemas: Sequence[str], script: Script) -> None:
    for schema, name in connection.rows(
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_schema IN %s AND table_type = 'SEQUENCE' ORDER BY 1, 2",
        [schemas],
    ):
        script.note(f"sequence {schema}.{name} is left out, for MySQL has none")


def _add_code(script: Script, code: Code, users: Roles) -> None:
    if code.create is None:
        raise Hidden(f"{code.kind.lower()} {code.name}")
    if not code.create:
        script.note(*code.notes)
        return
    for statement in code.making.statements:
        script.add(statement)
    script.add(stored_code.made_by(code.create, users), *code.notes)


def _add_grant(script: Script, statement: str, notes: Sequence[str]) -> None:
    if statement:
        script.add(statement, *notes)
    else:
        script.note(*notes)


def _together(keys: Sequence[Key]) -> Iterator[list[Key]]:
    """Keys that one ALTER TABLE adds: it reads the table once for all of them."""
    plain = [key for key in keys if key.kind not in _ALONE]
    if plain:
        yield plain
    for key in keys:
        if key.kind in _ALONE:
            yield [key]
