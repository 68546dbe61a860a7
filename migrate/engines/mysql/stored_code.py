"""Views, routines, triggers and events as the server says they were made, with the settings they were made under."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pymysql

from checks.facts import TableName
from checks.mysql_settings import MODE_WITHOUT_EFFECT, SQL_MODES
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.conversions.collations import in_code, known
from migrate.engines.mysql.failures import number_of
from migrate.engines.mysql.making import Making
from migrate.engines.mysql.quoting import account, qualified
from migrate.engines.mysql.sqltext import DEFINER, Sql, account_in
from migrate.model.roles import Roles, renamed

_INVALID_VIEW = 1356
"""MariaDB has it by default, MySQL 8.0 knows it no more: there GRANT never makes an account."""
_ALIVE = r"(ON COMPLETION (?:NOT )?PRESERVE) (?:ENABLE|DISABLE ON \w+|DISABLE)\b"


@dataclass(frozen=True)
class Code:
    """One piece of stored code. `create` is None where the server hides it, empty where it is broken already."""

    kind: str
    """`VIEW`, `PROCEDURE`, `FUNCTION`, `TRIGGER`, `EVENT`; MariaDB's `PACKAGE` and `PACKAGE BODY`."""
    name: TableName
    create: str | None
    making: Making
    notes: tuple[str, ...] = ()


def views(connection: Connection, schemas: Sequence[str]) -> Iterator[Code]:
    """Each after those it is made of. Asked for outside of the schemas, so that the text names every database; a view
    keeps no sql_mode."""
    rows = connection.rows(
        "SELECT table_schema, table_name FROM information_schema.views WHERE table_schema IN %s ORDER BY 1, 2",
        [schemas],
    )
    found = {}
    for schema, name in rows:
        view = TableName(schema, name)
        if not _works(connection, view):
            yield _broken(view)
            continue
        row = connection.rows(f"SHOW CREATE VIEW {qualified(view)}")[0]
        create = re.sub(r"^CREATE (?!OR REPLACE )", "CREATE OR REPLACE ", row[1], count=1)
        found[view] = _fitted("VIEW", view, create, "", row[3], "")
    yield from _by_need(found)


def routines(connection: Connection, schemas: Sequence[str]) -> Iterator[Code]:
    rows = connection.rows(
        "SELECT routine_schema, routine_name, routine_type FROM information_schema.routines"
        " WHERE routine_schema IN %s AND routine_type IN ('FUNCTION', 'PROCEDURE', 'PACKAGE', 'PACKAGE BODY')"
        " ORDER BY 3, 1, 2",
        [schemas],
    )
    for schema, name, kind in rows:
        routine = TableName(schema, name)
        _, mode, create, _, collation, *_ = connection.rows(f"SHOW CREATE {kind} {qualified(routine)}")[0]
        yield _fitted(kind, routine, create, mode, collation, "")


def triggers(connection: Connection, schemas: Sequence[str]) -> Iterator[Code]:
    """Made in their order they fire in it again."""
    for trigger, _ in firing_order(connection, schemas):
        _, mode, create, _, collation, *_ = connection.rows(f"SHOW CREATE TRIGGER {qualified(trigger)}")[0]
        yield _fitted("TRIGGER", trigger, create, mode, collation, "")


def firing_order(connection: Connection, schemas: Sequence[str]) -> list[tuple[TableName, str]]:
    """Triggers, each with its table, in the order in which those of a table fire."""
    rows = connection.rows(
        "SELECT trigger_schema, trigger_name, event_object_table FROM information_schema.triggers"
        " WHERE trigger_schema IN %s"
        " ORDER BY trigger_schema, event_object_table, action_timing, event_manipulation, action_order",
        [schemas or [""]],
    )
    return [(TableName(schema, name), table) for schema, name, table in rows]


def events(connection: Connection, schemas: Sequence[str]) -> Iterator[Code]:
    """None of them enabled: those that run here rest there until they are woken."""
    rows = connection.rows(
        "SELECT event_schema, event_name, status FROM information_schema.events WHERE event_schema IN %s ORDER BY 1, 2",
        [schemas],
    )
    for schema, name, status in rows:
        event = TableName(schema, name)
        _, mode, zone, create, _, collation, *_ = connection.rows(f"SHOW CREATE EVENT {qualified(event)}")[0]
        code = _fitted("EVENT", event, create, mode, collation, zone)
        state = "DISABLE ON SLAVE" if status == "ENABLED" else "DISABLE"
        text = code.create or ""
        if alive := Sql(text).search(_ALIVE):
            text = f"{text[: alive.end(1)]} {state}{text[alive.end() :]}"
        text = re.sub(r"\bEVENT (?=`)", "EVENT IF NOT EXISTS ", text, count=1)
        more = () if status in ("ENABLED", "DISABLED") else (f"event {event}: another server runs it; made disabled",)
        yield Code(code.kind, code.name, text, code.making, (*code.notes, *more))


def made_by(create: str, users: Roles) -> str:
    """With the definer's name on the target; where he is left out, whoever loads becomes it."""
    text = Sql(create)
    if (found := text.search(DEFINER)) is None:
        return create
    user, host = account_in(text.at(found, "account"))
    if user not in users:
        return create
    called = renamed(user, users)
    start, end = found.span("account")
    return f"{create[:start]}{account(called, host) if called else 'CURRENT_USER'}{create[end:]}"


def _works(connection: Connection, view: TableName) -> bool:
    """False where what the view is made of is gone."""
    try:
        connection.rows(f"SHOW COLUMNS FROM {qualified(view)}")
    except pymysql.MySQLError as error:
        if number_of(error) == _INVALID_VIEW:
            return False
        raise
    return True


def _broken(view: TableName) -> Code:
    note = f"view {view} is left out, for what it is made of is not there"
    return Code("VIEW", view, "", Making(view.schema, "", ""), (note,))


def _fitted(kind: str, name: TableName, create: str | None, mode: str, collation: str, zone: str) -> Code:
    """With words of sql_mode and collations that MySQL 8.0 has."""
    words = [word for word in mode.split(",") if word]
    unknown = [word for word in words if word not in (*SQL_MODES, MODE_WITHOUT_EFFECT)]
    text, changed = in_code(create) if create is not None else (None, [])
    notes = [f"{kind.lower()} {name}: collation {change}" for change in changed]
    if unknown:
        notes.append(f"{kind.lower()} {name}: without sql_mode {', '.join(unknown)}")
    modes = ",".join(word for word in words if word in SQL_MODES)
    return Code(kind, name, text, Making(name.schema, modes, known(collation), zone), tuple(notes))


def _by_need(found: dict[TableName, Code]) -> Iterator[Code]:
    """Views in an order in which each may be made; MySQL lets none need itself."""
    made: set[TableName] = set()

    def make(view: TableName) -> Iterator[Code]:
        if view in made:
            return
        made.add(view)
        text = found[view].create or ""
        for other in found:
            if other != view and qualified(other) in text:
                yield from make(other)
        yield found[view]

    for view in found:
        yield from make(view)
