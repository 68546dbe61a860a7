"""What accounts may do in the migrated databases, as GRANT statements for the target.

Accounts are not made here: who is not there is told when the script is loaded. Roles are, where they hold any of this.
A privilege on all databases becomes one on each of the migrated ones, and no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrate.engines.mysql.account_list import Account, accounts, own_name
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.privileges import ON_DATABASES, pattern
from migrate.engines.mysql.quoting import account
from migrate.engines.mysql.sqltext import ACCOUNT, NAME, Sql, account_in, unquoted
from migrate.model.roles import KEPT, Roles, renamed

ALL = "ALL PRIVILEGES"
_GRANT = (
    rf"^(?P<verb>GRANT|REVOKE) (?P<privileges>.+?) ON (?P<kind>PROCEDURE |FUNCTION )?"
    rf"(?P<schema>\*|{NAME})\.(?P<object>\*|{NAME}) (?:TO|FROM) (?P<rest>.*)$"
)
_ROLE = rf"^GRANT (?P<roles>{ACCOUNT}(?: ?, ?{ACCOUNT})*) TO "
_OPTION = " WITH GRANT OPTION"

Statement = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Line:
    """One line of SHOW GRANTS on an object."""

    verb: str
    privileges: tuple[str, ...]
    kind: str
    schema: str
    """As it is written, with its backticks; `*` for all."""
    object: str
    option: bool


def statements(connection: Connection, schemas: Sequence[str], users: Roles = KEPT) -> Iterator[Statement]:
    """Statements and what they do not say any more; an empty statement is a note alone. Who has another name on the
    target is there already; who is left out gets nothing.
    """
    granted: set[str] = set()
    toolkit, _ = own_name(connection)
    everybody = [each for each in accounts(connection) if each.user != toolkit and renamed(each.user, users)]
    for each in sorted(everybody, key=lambda found: not found.role):
        lines, there = _shown(connection, each), replace(each, user=renamed(each.user, users))
        grants = list(_grants(connection, there, lines, schemas))
        roles = [role for role in _roles(lines) if role in granted]
        if not grants and not roles:
            continue
        if each.role:
            granted.add(each.user)
            if each.user not in users:
                yield f"CREATE ROLE IF NOT EXISTS {_grantee(each)}", ()
        yield from grants
        for role in roles:
            yield f"GRANT {account(renamed(role, users), '%')} TO {_grantee(there)}", ()
        if roles and not each.role:
            yield from _defaults(connection, each, there, [(role, renamed(role, users)) for role in roles])


def on(statement: str) -> str:
    """The table or view that a statement of `statements` grants rights on, with its backticks; empty for other ones."""
    line = _parsed(statement)
    return f"{line.schema}.{line.object}" if line is not None and not line.kind else ""


def _grants(connection: Connection, each: Account, lines: Sequence[str], schemas: Sequence[str]) -> Iterator[Statement]:
    parsed = [line for text in lines if (line := _parsed(text)) is not None]
    for line in parsed:
        option = _OPTION if line.option else ""
        if line.verb == "REVOKE":
            continue
        if line.schema == "*":
            for schema in schemas:
                kept = _on_database(line, schema, parsed)
                if kept:
                    where = _written(schema, parsed) or pattern(connection, schema)
                    note = f"{each}: {', '.join(kept)} on all databases, granted on {schema}"
                    yield f"GRANT {', '.join(kept)} ON {where}.* TO {_grantee(each)}{option}", (note,)
        elif any(_stands_for(unquoted(line.schema), schema, exact=line.object != "*") for schema in schemas):
            known = [word for word in line.privileges if _word(word) in (*ON_DATABASES, ALL)]
            lost = [word for word in line.privileges if word not in known and _word(word) != "USAGE"]
            where = f"{line.kind}{line.schema}.{line.object}"
            notes = (f"{each}: without {', '.join(lost)} on {where}, which MySQL does not have",) if lost else ()
            if known:
                yield f"GRANT {', '.join(known)} ON {where} TO {_grantee(each)}{option}", notes
            elif notes:
                yield "", notes


def _on_database(line: _Line, schema: str, lines: Sequence[_Line]) -> list[str]:
    """What a privilege on everything comes to on one database, less what was revoked there."""
    if line.privileges == (ALL,):
        return [ALL]
    revoked = {
        word
        for other in lines
        if other.verb == "REVOKE" and other.schema != "*" and unquoted(other.schema) == schema
        for word in other.privileges
    }
    return [word for word in line.privileges if word in ON_DATABASES and word not in revoked]


def _written(schema: str, lines: Sequence[_Line]) -> str | None:
    """How the account's own grants spell this database: of two spellings the server would only look at one."""
    spelled = (line.schema for line in lines if line.schema != "*" and line.object == "*")
    return next((text for text in spelled if _stands_for(unquoted(text), schema, exact=False)), None)


def _shown(connection: Connection, each: Account) -> list[str]:
    name = each.sql if each.host or not each.role else account(each.user, "").partition("@")[0]
    return [str(row[0]) for row in connection.rows(f"SHOW GRANTS FOR {name}")]


def _parsed(text: str) -> _Line | None:
    line = Sql(text)
    found = line.search(_GRANT)
    if found is None:
        return None
    words = tuple(part.text for part in Sql(line.at(found, "privileges")).parts())
    option = bool(re.search(r"WITH GRANT OPTION", found["rest"]))
    return _Line(
        found["verb"].upper(),
        words,
        found["kind"] or "",
        line.at(found, "schema"),
        line.at(found, "object"),
        option,
    )


def _roles(lines: Sequence[str]) -> list[str]:
    found = []
    for text in lines:
        line = Sql(text)
        if match := line.search(_ROLE):
            found += [account_in(part.text)[0] for part in Sql(line.at(match, "roles")).parts()]
    return found


def _defaults(
    connection: Connection, each: Account, there: Account, roles: Sequence[tuple[str, str]]
) -> Iterator[Statement]:
    """Which roles are active when the account logs in."""
    if connection.server.mariadb:
        rows = connection.rows(
            "SELECT default_role FROM mysql.user WHERE user = %s AND host = %s", [each.user, each.host]
        )
    else:
        rows = connection.rows(
            "SELECT default_role_user FROM mysql.default_roles WHERE user = %s AND host = %s", [each.user, each.host]
        )
    here = {name for (name,) in rows}
    active = [called for role, called in roles if role in here]
    if active:
        listed = ", ".join(account(role, "%") for role in active)
        yield f"ALTER USER {_grantee(there)} DEFAULT ROLE {listed}", ()


def _grantee(each: Account) -> str:
    return account(each.user, each.host or "%") if each.role else each.sql


def _word(privilege: str) -> str:
    """The privilege without the columns it is limited to."""
    return privilege.partition("(")[0].strip().upper()


def _stands_for(written: str, schema: str, *, exact: bool) -> bool:
    """Whether a database as GRANT writes it, where `_` and `%` stand for others, means this one."""
    if exact:
        return written == schema
    regex, escaped = "", False
    for character in written:
        if escaped or character not in "\\_%":
            regex += re.escape(character)
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            regex += "." if character == "_" else ".*"
    return re.fullmatch(regex, schema, re.DOTALL) is not None
