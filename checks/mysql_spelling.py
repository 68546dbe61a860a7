"""How facts of the MySQL family spell types, expressions and collations, whichever version printed them."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"('(?:[^'\\]|''|\\.)*')", re.DOTALL)
_INTEGER = re.compile(r"\b(tinyint|smallint|mediumint|int|bigint)\((\d+)\)")
_NOW = re.compile(r"(?:current_timestamp|now|localtime|localtimestamp)(?:\((\d*)\))?\Z", re.IGNORECASE)


def spelled_type(printed: str) -> str:
    """A column type as Column.type has it, from what COLUMN_TYPE or SHOW CREATE TABLE prints of it."""
    parts = _QUOTED.split(printed)
    plain = [re.sub(r"/\*.*?\*/", "", part).lower() for part in parts[::2]]
    parts[::2] = [re.sub(r"\s+", " ", re.sub(r"\s*,\s*", ",", part)) for part in plain]
    text = "".join(parts).strip()
    if "zerofill" not in text:
        text = _INTEGER.sub(lambda found: found[0] if found[0] == "tinyint(1)" else found[1], text)
    text = re.sub(r"^year\(4\)", "year", text)
    return re.sub(r"^geometrycollection\b", "geomcollection", text)


def spelled_now(expression: str) -> str | None:
    """`current_timestamp` or `current_timestamp(6)` where the expression is this function by any name; else None."""
    found = _NOW.match(expression.strip())
    if found is None:
        return None
    return f"current_timestamp({found[1]})" if found[1] and found[1] != "0" else "current_timestamp"


def spelled_expression(printed: str) -> str:
    """An expression without the brackets around the whole of it."""
    text = printed.strip()
    while text.startswith("(") and _closes_at(text) == len(text) - 1:
        text = text[1:-1].strip()
    return spelled_now(text) or text


def spelled_collation(name: str) -> str:
    """A collation or charset with utf8 spelled out: `utf8_bin` (before 8.0.30) is `utf8mb3_bin`."""
    return re.sub(r"^utf8(?=_|\Z)", "utf8mb3", name.lower())


def quoted_literal(text: str) -> str:
    """A string literal that every server reads alike in every sql_mode but NO_BACKSLASH_ESCAPES."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _closes_at(text: str) -> int:
    """Where the bracket that `text` begins with closes; brackets in quotes do not count."""
    depth = 0
    for token in re.finditer(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|`(?:[^`]|``)*`|[()]", text, re.DOTALL):
        if token[0] in "()":
            depth += 1 if token[0] == "(" else -1
            if depth == 0:
                return token.start()
    return -1
