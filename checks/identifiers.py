"""Quoting of PostgreSQL names: in the SQL that remedies offer, and beneath what the engine writes itself."""

from __future__ import annotations

from checks.ddl.lexer import Kind, tokens
from checks.facts import Routine, TableName


def quoted(name: str) -> str:
    """`name` as a PostgreSQL identifier, always in double quotes. Raises ValueError for a NUL."""
    if "\0" in name:
        raise ValueError("an identifier cannot hold a NUL character")
    return '"' + name.replace('"', '""') + '"'


def quoted_table(name: TableName) -> str:
    """Schema and name, both quoted."""
    return f"{quoted(name.schema)}.{quoted(name.name)}"


def quoted_list(names: tuple[str, ...]) -> str:
    """Names quoted and joined by commas, for column lists."""
    return ", ".join(quoted(name) for name in names)


def quoted_routine(routine: Routine) -> str:
    """Schema and name quoted, with the arguments as ALTER and DROP take them: without their defaults."""
    kept, depth, last, defaulted = "", 0, 0, False
    for token in tokens(routine.arguments):
        if token.kind is Kind.MARK and token.value in "([":
            depth += 1
        elif token.kind is Kind.MARK and token.value in ")]":
            depth -= 1
        elif depth == 0 and token.kind is Kind.MARK and token.value == ",":
            defaulted = False
        elif depth == 0 and (token.kind, token.value) in ((Kind.WORD, "default"), (Kind.MARK, "=")):
            defaulted = True
        if not defaulted:
            kept += routine.arguments[last : token.end]
        last = token.end
    return f"{quoted(routine.schema)}.{quoted(routine.name)}({kept.strip()})"
