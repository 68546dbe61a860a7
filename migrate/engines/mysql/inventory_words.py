"""The rest of what databases of the MySQL family are made of: comments, orders, what code returns, who may do what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.mysql_spelling import spelled_type
from migrate.engines.mysql import fence, grants
from migrate.engines.mysql.account_list import accounts, own_name
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.excuses import HELD
from migrate.engines.mysql.sqltext import ACCOUNT, Sql, account_in
from migrate.model.roles import Roles, renamed

Found = Iterator[tuple[str, str, str | None]]
_ON = rf"^GRANT (?P<what>.+?) ON (?P<where>.+?) TO (?P<who>{ACCOUNT})(?P<option> WITH GRANT OPTION)?$"
_MEMBER = rf"^GRANT (?P<role>{ACCOUNT}) TO (?P<who>{ACCOUNT})$"


def comments(connection: Connection, schemas: Sequence[str]) -> Found:
    if not schemas:
        return
    for schema, table, comment in connection.rows(
        "SELECT table_schema, table_name, table_comment FROM information_schema.tables"
        " WHERE table_schema IN %s AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
        [schemas],
    ):
        yield f"table {schema}.{table}", "comment", comment
    for schema, table, column, comment in connection.rows(
        "SELECT c.table_schema, c.table_name, c.column_name, c.column_comment FROM information_schema.columns c"
        " JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
        " WHERE c.table_schema IN %s AND c.column_comment <> '' AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
        [schemas],
    ):
        yield f"column {schema}.{table}.{column}", "comment", comment


def order(connection: Connection, schemas: Sequence[str]) -> Found:
    """Parts of keys that run backwards, comments on keys; where partitions end; the columns of views."""
    if not schemas:
        return
    for schema, table, name, unique, parts, comment in connection.rows(
        "SELECT table_schema, table_name, index_name, MIN(non_unique) = 0,"
        " GROUP_CONCAT(CASE WHEN collation = 'D' THEN seq_in_index END ORDER BY seq_in_index), MIN(index_comment)"
        " FROM information_schema.statistics WHERE table_schema IN %s GROUP BY 1, 2, 3",
        [schemas],
    ):
        kind = "constraint" if name == "PRIMARY" else "unique key" if int(unique) else "index"
        yield f"{kind} {name} on {schema}.{table}", "descending parts", parts
        yield f"{kind} {name} on {schema}.{table}", "comment", comment
    for schema, table, cuts in connection.rows(
        "SELECT table_schema, table_name, GROUP_CONCAT(CONCAT_WS(' ', partition_name, subpartition_name,"
        " partition_description, partition_comment) ORDER BY partition_ordinal_position, subpartition_ordinal_position"
        " SEPARATOR '; ') FROM information_schema.partitions"
        " WHERE table_schema IN %s AND partition_name IS NOT NULL GROUP BY 1, 2",
        [schemas],
    ):
        yield f"table {schema}.{table}", "partitions", _text(cuts)
    for schema, view, columns in connection.rows(
        "SELECT c.table_schema, c.table_name, GROUP_CONCAT(c.column_name ORDER BY ordinal_position SEPARATOR ', ')"
        " FROM information_schema.columns c JOIN information_schema.views v"
        " ON v.table_schema = c.table_schema AND v.table_name = c.table_name WHERE c.table_schema IN %s GROUP BY 1, 2",
        [schemas],
    ):
        yield f"view {schema}.{view}", "columns", _text(columns)


def code(connection: Connection, schemas: Sequence[str]) -> Found:
    if not schemas:
        return
    for schema, view, check in connection.rows(
        "SELECT table_schema, table_name, check_option FROM information_schema.views WHERE table_schema IN %s",
        [schemas],
    ):
        yield f"view {schema}.{view}", "check option", check if check != "NONE" else None
    for schema, name, kind, returns, comment in connection.rows(
        "SELECT routine_schema, routine_name, LOWER(routine_type), dtd_identifier, routine_comment"
        " FROM information_schema.routines WHERE routine_schema IN %s",
        [schemas],
    ):
        yield f"{kind} {schema}.{name}", "returns", spelled_type(_text(returns) or "")
        yield f"{kind} {schema}.{name}", "comment", _text(comment)
    for name, table_schema, table, place in connection.rows(
        "SELECT trigger_name, event_object_schema, event_object_table, action_order"
        " FROM information_schema.triggers WHERE trigger_schema IN %s",
        [schemas],
    ):
        yield f"trigger {name} on {table_schema}.{table}", "place", str(place)
    for schema, name, completion, zone, starts, ends, comment in connection.rows(
        "SELECT event_schema, event_name, on_completion, time_zone, starts, ends, event_comment"
        " FROM information_schema.events WHERE event_schema IN %s",
        [schemas],
    ):
        thing = f"event {schema}.{name}"
        yield thing, "after its last run", completion.lower()
        yield thing, "time zone", zone
        yield thing, "runs", f"from {starts} to {ends}"
        yield thing, "comment", comment


def rights(connection: Connection, schemas: Sequence[str], friends: Sequence[str], users: Roles) -> Found:
    """Grants on these databases, and whether who has them can log in; without the toolkit's and those of `friends`."""
    if not schemas:
        return
    granted: set[str] = set()
    for text, _ in grants.statements(connection, list(schemas), users):
        statement = Sql(text)
        found = statement.search(_ON) or statement.search(_MEMBER)
        if found is None:
            continue
        user, host = account_in(statement.at(found, "who"))
        if user in friends:
            continue
        name = f"account {user}@{host}"
        granted.add(name)
        if "role" in found.groupdict():
            yield name, "member of", account_in(statement.at(found, "role"))[0]
        else:
            words = sorted(_sorted(part) for part in Sql(statement.at(found, "what")).parts())
            option = " with grant option" if found["option"] else ""
            yield name, f"rights on {statement.at(found, 'where')}", ", ".join(words) + option
    toolkit, _ = own_name(connection)
    held = fence.noted(connection)
    for each in accounts(connection):
        name = f"account {renamed(each.user, users)}@{each.host or '%'}"
        if name in granted and each.user != toolkit and not each.role:
            yield name, "login", "yes" if not each.locked else HELD if each.name in held else None


def _sorted(privilege: Sql) -> str:
    """With the columns it is limited to in one order."""
    opening = privilege.search(r"\(")
    if opening is None:
        return privilege.text.strip()
    columns = Sql(privilege.text[opening.end() : privilege.closing(opening.start())]).parts()
    return f"{privilege.text[: opening.start()].strip()} ({', '.join(sorted(part.text for part in columns))})"


def _text(value: str | bytes | None) -> str | None:
    return value.decode() if isinstance(value, bytes) else value
