"""What information_schema leaves out without a word: objects on which an account has no privilege."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.privileges import pattern

_GRANT = re.compile(r"GRANT (?P<what>.+?) ON (?P<on>\*|`(?:[^`]|``)*`)\.\* TO ")
_SHOWN_BY = {
    "tables": ("SELECT",),
    "triggers": ("TRIGGER",),
    "routines": ("EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"),
    "events": ("EVENT",),
}
"""Kinds of objects, and the privileges on a whole database of which any shows all of its objects of that kind.

https://dev.mysql.com/doc/refman/8.4/en/information-schema-introduction.html#information-schema-privileges
"""


def hidden(connection: Connection, schemas: Sequence[str]) -> Iterator[str]:
    """What there may be more of in these databases, in words for Catalog.unknown. Roles count where they are active."""
    held = [
        (granted["on"], {name.strip().upper() for name in granted["what"].split(",")})
        for (line,) in connection.rows("SHOW GRANTS")
        if (granted := _GRANT.match(line))
    ]
    for schema in schemas:
        spelled = pattern(connection, schema)
        here = set().union(*(names for on, names in held if on == "*" or _covers(on, schema)))
        for kind, showing in _SHOWN_BY.items():
            if not {*showing, "ALL PRIVILEGES"} & here:
                yield f"{kind} of {schema} on which this account has no privilege (no {showing[0]} on {spelled}.*)"


def _covers(granted: str, schema: str) -> bool:
    """Whether a grant's pattern is this database: `_` and `%` are wildcards there unless a backslash precedes them."""
    name = granted[1:-1].replace("``", "`")
    pieces = re.findall(r"\\.|.", name, re.DOTALL)
    wild = {"_": ".", "%": ".*"}
    text = "".join(wild.get(piece) or re.escape(piece[-1]) for piece in pieces)
    return re.fullmatch(text, schema, re.DOTALL | re.IGNORECASE) is not None or name == schema
