"""Queries of the catalog of which an administrator may have closed some: what is closed is noted, never passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg

from migrate.engines.postgres.connection import Connection

_DENIED = re.compile(r"permission denied for (?P<kind>\w+) \"?(?P<name>[^\"]+)\"?$")
_PRIVILEGE = {"function": "EXECUTE", "schema": "USAGE"}


class Reading:
    """Reads within one snapshot. `unknown` grows by what this login may not read, with the privilege that it lacks."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.unknown: list[str] = []

    def rows(self, what: str, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]] | None:
        """Rows of a query; None where it is closed to this login, and where this server does not offer it."""
        try:
            with self.connection.transaction():
                return self.connection.execute(statement, values).fetchall()
        except psycopg.errors.InsufficientPrivilege as error:
            self.lacks(what, lacking(error))
        except psycopg.errors.FeatureNotSupported:
            self.unknown.append(f"{what} (this server does not offer it)")
        return None

    def lacks(self, what: str, privilege: str) -> None:
        """Note that the login lacks `privilege` for this: `SELECT on pg_proc`, or the name of a role."""
        self.unknown.append(f"{what} (no {privilege})")


def lacking(error: psycopg.Error) -> str:
    """The privilege that an error speaks of, as `SELECT on pg_proc`: the server names it in its message alone."""
    denied = _DENIED.search(error.diag.message_primary or "")
    if denied is None:
        return "privilege"
    name = {"function": f"{denied['name']}()", "schema": f"schema {denied['name']}"}.get(denied["kind"], denied["name"])
    return f"{_PRIVILEGE.get(denied['kind'], 'SELECT')} on {name}"
