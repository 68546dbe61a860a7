"""Everything that a PostgreSQL schema is made of, as the server itself prints it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query
from migrate.model.inventory import Discrepancy, Inventory

_PRINTED = ("view ", "materialized view ", "rule ")
_QUALIFIER = re.compile(r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")*")\.(?=[a-z_"])')


def inventory(connection: Connection, schemas: Sequence[str], user: str, friends: Sequence[str]) -> Inventory:
    """In one snapshot, every name qualified. `user` stands for whoever makes things; rights of `friends` are left out.

    Raises psycopg.Error as the server does.
    """
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL search_path = pg_catalog")
        wanted = [row[0] for row in connection.execute(query("schemas"), [list(schemas)])]
        for name in ("inventory_relations", "inventory_keys", "inventory_code"):
            for thing, aspect, value in connection.execute(query(name), [wanted]):
                found[thing][aspect] = value
        rights = connection.execute(query("inventory_rights"), [wanted, [user], list(friends)]).fetchall()
        roles = connection.execute(query("roles_needed")).fetchall()
    for name, login, inherits, limit, bypasses, groups, _ in roles:
        if name not in friends:
            about = {"login": "yes" if login else "", "member of": ", ".join(groups)}
            about |= {"inherits": "" if inherits else "no", "connections": "" if limit < 0 else str(limit)}
            about |= {"row security": "bypassed" if bypasses else ""}
            found[f"role {name}"] = {"made": "yes"} | {aspect: value for aspect, value in about.items() if value}
    for thing, aspect, value in rights:
        if thing in found or thing.startswith("default privileges "):
            found[thing][aspect] = value
    return found


def excuse(each: Discrepancy) -> str:
    """Why two servers that were given the same may print it otherwise."""
    if each.object.startswith("extension ") and each.aspect == "version":
        return "each server has its own versions of extensions"
    if each.object.startswith("role ") and each.target is None:
        if each.aspect == "login":
            return "made without login: only the application's own gets its password"
        if each.aspect == "row security":
            return "no role of a managed server bypasses row security, unless its administrator says so"
    printed = each.aspect == "definition" and each.object.startswith(_PRINTED)
    if printed and _bare(each.source or "") == _bare(each.target or ""):
        return "PostgreSQL 16 and later name a column's table only where they must"
    return ""


def _bare(definition: str) -> str:
    return " ".join(_QUALIFIER.sub("", definition).split())
