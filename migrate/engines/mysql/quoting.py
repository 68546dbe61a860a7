"""The one way this engine writes a name into SQL. Values never come this way: they are parameters."""

from __future__ import annotations

from checks.facts import TableName
from checks.mysql_names import quoted

LONGEST = 64
"""Characters of the longest name a database, table, column or trigger can have."""


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier, exactly as the server stores it.

    Raises ValueError for a name no server can hold: empty, with a zero byte or one beyond the basic plane.
    """
    if not name or "\0" in name or any(ord(character) > 0xFFFF for character in name):
        raise ValueError(f"not a name a MySQL object can have: {name!r}")
    return quoted(name)


def qualified(table: TableName) -> str:
    """A table, view, routine or trigger by database and name; needs no default database."""
    return f"{identifier(table.schema)}.{identifier(table.name)}"


def account(user: str, host: str) -> str:
    """An account `'user'@'host'`, for statements that take no parameters there. An empty user is the anonymous one."""
    return f"{_literal(user)}@{_literal(host)}"


def _literal(text: str) -> str:
    """Good in every sql_mode: a quote is doubled, and a backslash has no place in a user's or host's name."""
    if "\0" in text or "\\" in text:
        raise ValueError(f"not a name a MySQL account can have: {text!r}")
    return "'" + text.replace("'", "''") + "'"
