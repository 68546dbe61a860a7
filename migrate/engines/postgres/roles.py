"""The roles that a schema names, as DDL for another server: locked, for no managed server tells their passwords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier
from migrate.model.roles import Lacking, NamedRole, Roles, renamed

NOTE = "-- aurora-migrate: "
"""Begins a line of a dump that tells what it does not hold."""


def made(connection: Connection, roles: Roles) -> str:
    """Makes them where they are not, locked, in the groups they are in here. Whoever loads may act as those that own.

    Where the server lets it not, the schema's inventory tells. One that has another name there is there already.
    """
    rows = connection.execute(query("roles_needed"), [list(roles)]).fetchall()
    lines = []
    for name, login, inherits, limit, bypasses, *_ in rows:
        if name in roles:
            continue
        if login:
            lines.append(
                f"{NOTE}role {_word(name)} is made without login: only the application's own gets its password"
            )
        if bypasses:
            lines.append(f"{NOTE}role {_word(name)} is made without BYPASSRLS")
        attributes = f"NOLOGIN {'INHERIT' if inherits else 'NOINHERIT'} CONNECTION LIMIT {limit}"
        absent = f"NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {_quoted(name)})"
        lines.append(_block(f"IF {absent} THEN CREATE ROLE {identifier(name)} {attributes}; END IF;"))
    for here, *_, groups, owns in rows:
        name = renamed(here, roles)
        if not name:
            continue
        names = [there for group in groups if (there := renamed(group, roles))]
        lines += [_tried(f"GRANT {identifier(group)} TO {identifier(name)};") for group in names]
        if owns or here in roles:
            lines.append(
                _tried(f"IF current_user <> {_quoted(name)} THEN GRANT {identifier(name)} TO CURRENT_USER; END IF;")
            )
    return "".join(f"{line}\n" for line in lines)


def to_make(connection: Connection, schemas: Sequence[str], roles: Roles) -> str:
    """Schemas, and for owners the right to be given what is made in them."""
    return "".join(f"{line}\n" for line in _rights(connection, schemas, roles, "GRANT", "TO"))


def made_so(connection: Connection, schemas: Sequence[str], roles: Roles) -> str:
    """Takes back what `to_make` gave to those that have it not here."""
    return "".join(f"{line}\n" for line in _rights(connection, schemas, roles, "REVOKE", "FROM"))


def named(connection: Connection, schemas: Sequence[str]) -> list[NamedRole]:
    """Those that `made` makes; and of the service's and of superusers those in policies and default privileges, which
    cannot be made without."""
    uses = {name: (tuple(how), binds) for name, how, binds in connection.execute(query("roles_that_bind"), [schemas])}
    found = {
        row[0]: NamedRole(name=row[0], uses=uses.get(row[0], (("member",), False))[0], owns=row[-1])
        for row in connection.execute(query("roles_needed"), [[]])
    }
    for name, (how, binds) in uses.items():
        if binds and name not in found and name != connection.info.user:
            found[name] = NamedRole(name=name, uses=how, owns="default privileges" in how, made=False)
    return [found[name] for name in sorted(found)]


def lacking(connection: Connection, wanted: Mapping[str, bool]) -> dict[str, Lacking]:
    there: dict[str, bool] = dict(connection.execute(query("roles_there"), [list(wanted)]).fetchall())
    user = identifier(connection.info.user)
    found = {}
    for name, owns in wanted.items():
        role = identifier(name)
        grant = f"GRANT {role} TO {user};"
        if name not in there:
            made = f"CREATE ROLE {role} NOLOGIN;"
            found[name] = Lacking(False, f"{made}\n{grant}" if owns else made)
        elif owns and not there[name]:
            found[name] = Lacking(True, grant)
    return found


def _rights(connection: Connection, schemas: Sequence[str], roles: Roles, verb: str, to: str) -> Iterator[str]:
    for schema, here, keeps in connection.execute(query("makers"), [list(schemas), list(roles)]):
        role = renamed(here, roles)
        if keeps and verb == "REVOKE":
            continue
        if not role:
            if schema is not None and verb == "GRANT":
                yield f"CREATE SCHEMA IF NOT EXISTS {identifier(schema)};"
            continue
        name = identifier(role)
        if schema is None:
            yield _if_there(
                role,
                f"EXECUTE format({_quoted(f'{verb} CREATE ON DATABASE %I {to} {_escaped(name)}')}, current_database())",
            )
        else:
            if verb == "GRANT":
                yield f"CREATE SCHEMA IF NOT EXISTS {identifier(schema)};"
            yield f"{verb} CREATE ON SCHEMA {identifier(schema)} {to} {name};"


def _tried(statements: str) -> str:
    return _block(f"{statements} EXCEPTION WHEN insufficient_privilege THEN NULL;")


def _if_there(role: str, statement: str) -> str:
    return _block(f"IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {_quoted(role)}) THEN {statement}; END IF;")


def _block(body: str) -> str:
    """A name may hold any dollar quote: the block is given as a string."""
    return f"DO {_quoted(f'BEGIN {body} END')};"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f" E'{escaped}'" if "\\" in text else f"'{escaped}'"


def _escaped(name: str) -> str:
    """For format()."""
    return name.replace("%", "%%")


def _word(name: str) -> str:
    return " ".join(name.split())
