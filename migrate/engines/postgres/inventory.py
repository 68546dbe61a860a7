"""Everything that a PostgreSQL schema is made of, as the server itself prints it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query
from migrate.model.inventory import MADE, Discrepancy, Inventory
from migrate.model.roles import KEPT, Roles, renamed

MEMBER_OF = "member of"
_PRINTED = ("view ", "materialized view ", "rule ")
_QUALIFIER = re.compile(r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")*")\.(?=[a-z_"])')


def inventory(
    connection: Connection, schemas: Sequence[str], user: str, friends: Sequence[str], roles: Roles = KEPT
) -> Inventory:
    """In one snapshot, every name qualified. `user` stands for whoever makes things; rights of `friends` are left out.

    Raises psycopg.Error as the server does.
    """
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL search_path = pg_catalog")
        wanted = [row[0] for row in connection.execute(query("schemas"), [list(schemas)])]
        called: list[list[str]] = [list(roles), list(roles.values())]
        for name, more in (("inventory_relations", []), ("inventory_keys", called), ("inventory_code", [])):
            for thing, aspect, value in connection.execute(query(name), [wanted, *more]):
                found[thing][aspect] = value
        rights = connection.execute(query("inventory_rights"), [wanted, [user], list(friends), *called]).fetchall()
        needed = connection.execute(query("roles_needed"), [list(roles)]).fetchall()
    for here, login, inherits, limit, bypasses, groups, _ in needed:
        if here not in friends and (name := renamed(here, roles)):
            about = {"login": "yes" if login else "", MEMBER_OF: _listed(renamed(group, roles) for group in groups)}
            about |= {"inherits": "" if inherits else "no", "connections": "" if limit < 0 else str(limit)}
            about |= {"row security": "bypassed" if bypasses else ""}
            found[f"role {name}"] = {"made": "yes"} | {aspect: value for aspect, value in about.items() if value}
    for thing, aspect, value in rights:
        if thing in found or thing.startswith("default privileges "):
            found[thing][aspect] = value
    return found


def excuse(each: Discrepancy, roles: Roles = KEPT) -> str:
    """Why two servers that were given the same may print it otherwise."""
    if each.object.removeprefix("role ") in roles.values() and each.object.startswith("role ") and each.aspect != MADE:
        groups = [{*filter(None, (value or "").split(", "))} for value in (each.source, each.target)]
        if each.aspect != MEMBER_OF or groups[0] <= groups[1]:
            return "the target's own role: [roles] names it"
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


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(filter(None, names)))


def _bare(definition: str) -> str:
    return " ".join(_QUALIFIER.sub("", definition).split())
