"""Statements that set session state, move data or only read: what of them the catalogue needs."""

from __future__ import annotations

import dataclasses
import re

import sqlglot
from sqlglot import exp

from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.postgres.draft import Draft
from checks.facts import StoredSetting, TableName

_HARMLESS_CALLS = frozenset(
    {
        *("set_config", "current_setting", "lo_open", "lowrite", "lo_close", "pg_notify", "currval", "nextval"),
        *("count", "sum", "min", "max", "avg", "now", "version", "coalesce", "format", "generate_series"),
    }
)
_BEFORE_PARENTHESES = frozenset(
    {
        "select",
        "from",
        "in",
        "values",
        "and",
        "or",
        "not",
        "exists",
        "any",
        "all",
        "as",
        "over",
        "by",
        "on",
        "using",
        "where",
    }
)
_DEFAULT_ACCESS_METHOD = "heap"


def read_set(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `SET`: where unqualified names go, and the tablespace and access method of what follows."""
    cursor.accept_any("session", "local")
    parts = cursor.dotted()
    if not cursor.accept_mark("="):
        cursor.accept("to")
    value = cursor.peek()
    match parts[-1]:
        case "search_path":
            draft.schema = _first_schema(cursor)
        case "default_tablespace":
            draft.tablespace = value.value if value and value.value else None
        case "default_table_access_method":
            draft.access_method = value.value if value and value.value != _DEFAULT_ACCESS_METHOD else None
        case "client_encoding" if value:
            draft.encoding = value.value.upper()
        case "standard_conforming_strings" if value and value.value in ("off", "false"):
            raise NotUnderstoodError(
                "backslashes in plain strings escape from here on, which this reader does not follow"
            )
    cursor.rest()


def read_stored_setting(cursor: Cursor, draft: Draft, kind: str) -> None:
    """Read what follows `ALTER ROLE` or `ALTER DATABASE` where it is followed by a name and SET."""
    owner = "" if kind != "database" and cursor.accept("all") else cursor.name()
    database = owner if kind == "database" else cursor.name() if cursor.accept("in", "database") else ""
    if cursor.accept("set") and not cursor.at_words("tablespace"):
        name = ".".join(cursor.dotted())
        role = "" if kind == "database" else owner
        draft.stored_settings.append(StoredSetting(name=name, role=role, database=database, location=cursor.location))
    cursor.rest()


def _first_schema(cursor: Cursor) -> str:
    while not cursor.done:
        token = cursor.next()
        if token.kind in (Kind.WORD, Kind.QUOTED, Kind.STRING) and token.value not in ("", "$user", "default"):
            return token.value.split(",")[0].strip().strip('"') or "public"
    return "public"


def read_select(cursor: Cursor, draft: Draft) -> None:
    """Read a query: of interest is what changes state (`setval`, `lo_create`, `set_config` of the search path).

    Raises NotUnderstoodError for calls of functions that may change the schema, such as those of an extension.
    """
    calls = _calls(cursor)
    if "setval" in calls:
        _read_setval(cursor, draft)
    elif "lo_create" in calls or "lo_creat" in calls or "lo_from_bytea" in calls:
        draft.large_objects += 1
    elif "set_config" in calls:
        found = re.search(r"set_config\('search_path',\s*'([^']*)'", cursor.text)
        if found:
            draft.schema = found.group(1).split(",")[0].strip().strip('"') or "public"
    elif calls - _HARMLESS_CALLS:
        raise NotUnderstoodError(f"it calls {', '.join(sorted(calls - _HARMLESS_CALLS))}, whose effect cannot be read")
    cursor.rest()


def _calls(cursor: Cursor) -> set[str]:
    """Names of the functions called on the outermost level of a query."""
    place = cursor.mark_place()
    found: set[str] = set()
    previous = ""
    while not cursor.done:
        token = cursor.peek()
        if cursor.at_mark("(") and previous and previous not in _BEFORE_PARENTHESES:
            found.add(previous)
        previous = token.value if token and token.kind in (Kind.WORD, Kind.QUOTED) else ""
        cursor.skip_one()
    cursor.back_to(place)
    return found


def _read_setval(cursor: Cursor, draft: Draft) -> None:
    values = re.search(r"setval\('((?:[^']|'')+)'(?:::\w+)?,\s*(\d+)(?:,\s*(true|false))?\)", cursor.text)
    if not values:
        return
    name = Cursor(values.group(1).replace("''", "'"), cursor.location).qualified(draft.schema)
    called = values.group(3) != "false"
    if name in draft.sequences and called:
        draft.sequences[name] = dataclasses.replace(draft.sequences[name], last_value=int(values.group(2)))


def is_plain_query(text: str) -> bool:
    """Whether sqlglot reads the statement as one that only moves or reads rows."""
    try:
        parsed = sqlglot.parse_one(text, dialect="postgres")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return False
    return isinstance(parsed, exp.Query | exp.Values | exp.Insert | exp.Update | exp.Delete | exp.Merge)


def drop_relation(cursor: Cursor, draft: Draft, kind: str) -> None:
    """Read what follows `DROP TABLE | VIEW | …`, and forget the objects with what hangs on them."""
    cursor.accept("concurrently")
    cursor.accept("if", "exists")
    while True:
        name = cursor.qualified(draft.schema)
        match kind:
            case "table":
                _drop_table(draft, name)
            case "view" | "materialized view":
                draft.views.pop(name, None)
            case "index":
                draft.indexes.pop(name, None)
            case "sequence":
                draft.sequences.pop(name, None)
            case "extension":
                draft.extensions.pop(name.name, None)
            case "event trigger":
                draft.event_triggers.pop(name.name, None)
            case _:
                draft.others = [
                    o for o in draft.others if (o.kind, o.name) not in ((kind, str(name)), (kind, name.name))
                ]
        if not cursor.accept_mark(","):
            break
    cursor.rest()


def _drop_table(draft: Draft, name: TableName) -> None:
    draft.tables.pop(name, None)
    for child in [table.name for table in draft.tables.values() if table.partition_of == name]:
        _drop_table(draft, child)
    draft.indexes = {key: own for key, own in draft.indexes.items() if own.index.table != name}
    draft.triggers = [trigger for trigger in draft.triggers if trigger.table != name]
    owned = f"{name}."
    draft.sequences = {k: s for k, s in draft.sequences.items() if not (s.owned_by and s.owned_by.startswith(owned))}
    for table in draft.tables.values():
        table.constraints = [own for own in table.constraints if own.constraint.references != name]
