"""CREATE of indexes, schemas and the objects without a class of their own; and RENAME TABLE."""

from __future__ import annotations

import re

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft
from checks.ddl.mysql.keys import ReadKey, read_parts_and_options
from checks.ddl.mysql.naming import add_key
from checks.ddl.mysql.options import read_schema_option
from checks.ddl.mysql.rename import rename_table
from checks.facts import SchemaObject

_SECRETS = re.compile(
    r"(?i)((?:password|identified\s+(?:with\s+\S+\s+)?(?:by|as|using))\s*=?\s*\(?\s*)('(?:[^'\\]|\\.|'')*'|\S+)"
)


def redacted(text: str) -> str:
    """`text` without the passwords and hashes of accounts, servers and replication."""
    return _SECRETS.sub(r"\1'***'", text)


def create_index(cursor: MySqlCursor, draft: Draft, kind: str | None, *, replace: bool) -> None:
    """Read what follows `CREATE [UNIQUE | FULLTEXT | SPATIAL] INDEX`."""
    if_not_exists = cursor.accept("if", "not", "exists")
    key = ReadKey(name=cursor.name(), unique=kind == "unique", method=kind if kind and kind != "unique" else "")
    if cursor.accept_any("using", "type"):
        key.method = key.method or cursor.keyword()
    cursor.expect("on")
    table = draft.table(cursor.qualified(draft.schema))
    if cursor.accept("wait"):
        cursor.integer()
    cursor.accept("nowait")
    read_parts_and_options(cursor, key)
    while cursor.accept_any("algorithm", "lock"):
        cursor.accept_mark("=")
        cursor.next()
    if key.name.lower() in table.key_names():
        if if_not_exists:
            return
        if not replace:
            raise NotUnderstoodError(f"table {table.name} already has a key {key.name}")
    add_key(table, key, cursor.location)


def create_schema(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `CREATE DATABASE`, and `ALTER DATABASE`, which may leave the name to the current one."""
    cursor.accept("if", "not", "exists")
    at_option = any(cursor.at_words(word) for word in ("default", "character", "charset", "collate", "encryption"))
    name = draft.schema if at_option else cursor.name()
    draft.schemas.setdefault(name, None)
    if cursor.accept("upgrade", "data", "directory", "name"):
        return
    while read_schema_option(cursor, draft, name):
        continue


def create_other(cursor: MySqlCursor, draft: Draft, kind: str) -> None:
    """Keep an object that has no class of its own: a server, a resource group, a package."""
    cursor.accept("if", "not", "exists")
    name = cursor.word_or_string()
    if cursor.accept_mark("."):
        name = f"{name}.{cursor.name()}"
    cursor.rest()
    definition = redacted(cursor.text.strip())
    draft.others.append(SchemaObject(kind=kind, name=name, definition=definition, location=cursor.location))


def install(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `INSTALL`: a plugin, or components by their address."""
    kind = cursor.keyword()
    cursor.accept("if", "not", "exists")
    name = cursor.word_or_string()
    cursor.rest()
    draft.others.append(SchemaObject(kind=kind, name=name, definition=cursor.text.strip(), location=cursor.location))


def rename_tables(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `RENAME TABLE`."""
    cursor.accept("if", "exists")
    while True:
        old = cursor.qualified(draft.schema)
        if cursor.accept("wait"):
            cursor.integer()
        cursor.accept("nowait")
        cursor.expect("to")
        rename_table(draft, old, cursor.qualified(draft.schema))
        if not cursor.accept_mark(","):
            return
