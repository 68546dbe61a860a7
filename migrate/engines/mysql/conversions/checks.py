"""Names of checks: MariaDB's are the table's own, MySQL's the database's, so two tables cannot share one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate.engines.mysql.sqltext import NAME, Sql, unquoted
from migrate.engines.mysql.table_ddl import TableDdl

_NAMED = rf"^CONSTRAINT ({NAME}) (?=CHECK)"
_MADE_UP = re.compile(r"CONSTRAINT_\d+")


def converted(table: TableDdl, taken: set[str]) -> Iterator[str]:
    """`taken` holds the names that the database's tables before this one have, in small letters; this one's are added.
    A name that MariaDB made up, or that is taken, is left to the server."""
    for number, check in enumerate(table.checks):
        found = check.search(_NAMED)
        if found is None:
            continue
        name = unquoted(check.at(found, 1))
        if name.lower() in taken or _MADE_UP.fullmatch(name):
            table.checks[number] = Sql(check.text[found.end() :])
            yield f"{table.name}: check {name} under another name, for it is not the database's only one"
        taken.add(name.lower())
