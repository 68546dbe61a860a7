"""SET: what of a session's state decides how the rest of the script reads."""

from __future__ import annotations

import re

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft

_SETS = re.compile(r"(?:concat\s*\()?\s*'SET ", re.IGNORECASE)
_ON = frozenset({"1", "on", "true"})
_TELLING = ("ANSI", "NO_BACKSLASH_ESCAPES", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL")


def read_set(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `SET`: `[GLOBAL | SESSION] name = value, @variable = value, …`."""
    if any(
        cursor.at_words(word) for word in ("password", "names", "character", "charset", "role", "resource", "default")
    ):
        cursor.rest()
        return
    if cursor.accept("statement"):
        raise NotUnderstoodError("SET STATEMENT … FOR is not read")
    while True:
        _assignment(cursor, draft)
        if not cursor.accept_mark(","):
            cursor.rest()
            return


def read_prepared(cursor: MySqlCursor, draft: Draft, verb: str) -> None:
    """Read what follows PREPARE or EXECUTE: dumps set RocksDB's bulk load and, MariaDB's, the role in this way.

    Raises NotUnderstoodError for any other, which may be DDL.
    """
    if verb == "prepare":
        name = cursor.name()
        if not cursor.accept("from") or "@rocksdb_" not in cursor.rest().lower():
            raise NotUnderstoodError("the effect of PREPARE cannot be read")
        draft.prepared.add(name.lower())
    elif cursor.accept("immediate"):
        if not _SETS.match(cursor.rest()):
            raise NotUnderstoodError("the effect of EXECUTE IMMEDIATE cannot be read")
    elif cursor.name().lower() not in draft.prepared:
        raise NotUnderstoodError("the effect of EXECUTE cannot be read")


def _assignment(cursor: MySqlCursor, draft: Draft) -> None:
    scope = _scope(cursor)
    if cursor.at_words("transaction") or cursor.at_words("names") or cursor.at_words("character"):
        cursor.skip_until_mark(",")
        return
    name = ".".join(cursor.dotted()).lower()
    cursor.accept_mark(":")
    cursor.expect_mark("=")
    place = cursor.mark_place()
    if scope == "@":
        if cursor.accept_mark("@") and cursor.accept_mark("@") and _system_name(cursor) == "sql_mode":
            draft.variables[name] = draft.mode.sql_mode
    elif scope in ("session", "local", ""):
        _set_session(cursor, draft, name)
    cursor.back_to(place)
    cursor.skip_until_mark(",")


def _scope(cursor: MySqlCursor) -> str:
    """`@` for a user variable, else the scope that is written before a system variable."""
    if cursor.accept_mark("@"):
        if not cursor.accept_mark("@"):
            return "@"
        following = cursor.peek(1)
        if following and following.value == "." and (word := cursor.accept_any(*_SCOPES)):
            cursor.expect_mark(".")
            return word
        return ""
    return cursor.accept_any(*_SCOPES) or ""


_SCOPES = ("session", "local", "global", "persist", "persist_only")


def _system_name(cursor: MySqlCursor) -> str:
    """The name of a system variable after `@@`, without its scope."""
    return cursor.dotted()[-1].lower()


def _set_session(cursor: MySqlCursor, draft: Draft, name: str) -> None:
    token = cursor.peek()
    value = token.value if token else ""
    match name:
        case "sql_mode":
            draft.mode.enter(_sql_mode(cursor, draft))
        case "default_storage_engine" | "storage_engine":
            draft.storage_engine = None if value == "default" else value.lower()
        case "explicit_defaults_for_timestamp":
            draft.timestamps_explicit = None if value == "default" else value.lower() in _ON


def _sql_mode(cursor: MySqlCursor, draft: Draft) -> str:
    """A mode that is set. Raises NotUnderstoodError where an expression may change how text is read."""
    if cursor.at_string():
        literal = cursor.string()
        if cursor.done or cursor.at_mark(","):
            return literal
    elif cursor.accept("default"):
        return ""
    elif cursor.accept_mark("@"):
        if not cursor.accept_mark("@"):
            return draft.variables.get(cursor.name().lower(), "")
        return draft.mode.sql_mode if cursor.dotted()[0].lower() != "global" else ""
    elif (token := cursor.peek()) and token.kind is Kind.WORD and cursor.peek(1) is None:
        return cursor.name()
    text = cursor.source_until(frozenset(), (",",)).upper()
    if any(word in text for word in _TELLING) and "REPLACE" not in text:
        raise NotUnderstoodError("how quotes and backslashes are read from here on cannot be told")
    return draft.mode.sql_mode
