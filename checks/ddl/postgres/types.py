"""Type names, spelled as the server's format_type spells them."""

from __future__ import annotations

import re

from checks.ddl.cursor import Cursor
from checks.ddl.lexer import Kind

_CANONICAL = {
    "int": "integer",
    "int4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "decimal": "numeric",
    "dec": "numeric",
    "bool": "boolean",
    "varchar": "character varying",
    "bpchar": "character",
    "char": "character",
    "nchar": "character",
    "varbit": "bit varying",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
}
SERIAL = {
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}
_INTERVAL_FIELDS = ("year", "month", "day", "hour", "minute", "second", "to")
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")


def read_type(cursor: Cursor) -> str:
    """Pass over a type and return its name, lower case, in format_type's spelling (`character varying(20)[]`)."""
    cursor.accept("setof")
    quoted_first = (token := cursor.peek()) is not None and token.kind is Kind.QUOTED
    parts = cursor.dotted()
    if len(parts) > 1 and parts[0] == "pg_catalog":
        parts = parts[1:]
    if len(parts) == 1 and not quoted_first:
        text = _built_in(cursor, parts[0])
    else:
        keep_quotes = quoted_first and len(parts) == 1
        text = ".".join(_as_written(part, keep_quotes) for part in parts) + _modifier(cursor)
    if cursor.at_mark("[") or cursor.at_words("array"):
        text += "[]"
    while cursor.at_mark("["):
        cursor.skip_one()
    if cursor.accept("array") and cursor.at_mark("["):
        cursor.skip_one()
    return text


def _built_in(cursor: Cursor, word: str) -> str:
    if word == "double" and cursor.accept("precision"):
        return "double precision"
    if word == "national" and (cursor.accept("character") or cursor.accept("char")):
        word = "character"
    if word in ("character", "char", "nchar", "bit") and cursor.accept("varying"):
        word = "bit varying" if word == "bit" else "character varying"
    if word == "interval":
        return _interval(cursor)
    if word in ("timestamp", "time"):
        precision = _modifier(cursor)
        zone = "with" if cursor.accept("with", "time", "zone") else "without"
        cursor.accept("without", "time", "zone")
        return f"{word}{precision} {zone} time zone"
    name = _CANONICAL.get(word, word)
    modifier = _modifier(cursor)
    if word == "float" and modifier:
        return "real" if int(modifier.strip("()")) <= 24 else "double precision"
    if word == "float":
        return "double precision"
    if name in ("timestamp with time zone", "time with time zone"):
        base = name.split(" ", 1)
        return f"{base[0]}{modifier} {base[1]}"
    if not modifier and name in ("character", "bit") and word != "bpchar":
        modifier = "(1)"
    if name == "numeric" and modifier and "," not in modifier:
        modifier = modifier[:-1] + ",0)"
    return name + modifier


def _interval(cursor: Cursor) -> str:
    precision = _modifier(cursor)
    words = []
    while found := cursor.accept_any(*_INTERVAL_FIELDS):
        words.append(found)
    return " ".join(["interval", *words]) + (precision or _modifier(cursor))


def _modifier(cursor: Cursor) -> str:
    if not cursor.at_mark("("):
        return ""
    return "(" + re.sub(r"\s*,\s*", ",", cursor.group_text()) + ")"


def _as_written(part: str, keep_quotes: bool) -> str:
    if _PLAIN.match(part) and not keep_quotes:
        return part
    if keep_quotes and _PLAIN.match(part) and part != "char":
        return part
    return '"' + part.replace('"', '""') + '"'
