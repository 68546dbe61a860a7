"""Quoting of MySQL names: in the SQL that remedies offer, and beneath what the engine writes itself."""

from __future__ import annotations

from checks.facts import TableName


def quoted(name: str) -> str:
    """`name` as an identifier, always in backticks. Raises ValueError for a NUL."""
    if "\0" in name:
        raise ValueError("an identifier cannot hold a NUL character")
    return "`" + name.replace("`", "``") + "`"


def quoted_table(name: TableName) -> str:
    """Database and name, both quoted; the name alone where the database is not known."""
    return f"{quoted(name.schema)}.{quoted(name.name)}" if name.schema else quoted(name.name)


def quoted_list(names: tuple[str, ...]) -> str:
    """Names quoted and joined by commas, for column lists."""
    return ", ".join(quoted(name) for name in names)


def quoted_account(full_name: str) -> str:
    """`user@host` as `'user'@'host'`; a name without host as it stands, in quotes.

    A backslash is doubled: where it escapes nothing (NO_BACKSLASH_ESCAPES) the name is another one, and still one name.
    """
    user, at, host = full_name.rpartition("@")
    parts = (user, host) if at else (host,)
    return "@".join("'" + part.replace("\\", "\\\\").replace("'", "''") + "'" for part in parts)
