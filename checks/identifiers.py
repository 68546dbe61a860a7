"""Quoting of names in the SQL that remedies offer."""

from __future__ import annotations

from checks.facts import TableName


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
