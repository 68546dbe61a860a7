"""The one way this engine writes a name into SQL. Values never come this way: they are parameters."""

from __future__ import annotations

from checks.facts import TableName
from checks.identifiers import quoted


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier, exactly as the server stores it.

    Raises ValueError for an empty name or one with a zero byte: no server can hold either.
    """
    if not name or "\0" in name:
        raise ValueError(f"not a name a PostgreSQL object can have: {name!r}")
    return quoted(name)


def qualified(table: TableName) -> str:
    """A table, sequence or index by schema and name; needs no search_path."""
    return f"{identifier(table.schema)}.{identifier(table.name)}"
