"""What a database runs by itself: views, triggers, routines and events."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft, same
from checks.ddl.mysql.types import read_type
from checks.facts import Event, Routine, SchemaObject, Trigger, View
from checks.mysql_names import quoted
from checks.mysql_spelling import spelled_type

_STATES = {"enable": "enabled", "disable": "disabled"}
_SPACE = re.compile(r"\s+")
_CHECK_OPTION = re.compile(r"\s+with\s+(?:cascaded\s+|local\s+)?check\s+option\s*\Z", re.IGNORECASE)


@dataclass
class Heading:
    """What may stand between CREATE and the kind of object."""

    replace: bool = False
    definer: str | None = None
    invoker: bool = False
    """SQL SECURITY INVOKER."""


def read_heading(cursor: MySqlCursor) -> Heading:
    """Read OR REPLACE, ALGORITHM, DEFINER and SQL SECURITY, as far as they come next."""
    heading = Heading(replace=cursor.accept("or", "replace"))
    while True:
        if cursor.accept("definer"):
            cursor.expect_mark("=")
            heading.definer = cursor.account()
        elif cursor.accept("algorithm"):
            cursor.expect_mark("=")
            cursor.keyword()
        elif cursor.accept("sql", "security"):
            heading.invoker = cursor.accept("invoker")
            cursor.accept("definer")
        else:
            return heading


def create_view(cursor: MySqlCursor, draft: Draft, heading: Heading) -> None:
    """Read what follows `CREATE … VIEW`; `ALTER … VIEW` says the same."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    if cursor.at_mark("("):
        cursor.skip_one()
    cursor.expect("as")
    definition = _CHECK_OPTION.sub("", cursor.rest())
    if if_not_exists and name in draft.views:
        return
    draft.schemas.setdefault(name.schema, None)
    draft.views[name] = View(
        name=name,
        definition=definition,
        definer=heading.definer,
        security_definer=not heading.invoker,
        location=cursor.location,
    )


def create_trigger(cursor: MySqlCursor, draft: Draft, heading: Heading) -> None:
    """Read what follows `CREATE … TRIGGER`. A trigger lives in the schema of its table."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    timing = cursor.accept_any("before", "after")
    event = cursor.accept_any("insert", "update", "delete")
    if timing is None or event is None:
        raise NotUnderstoodError("a trigger fires BEFORE or AFTER an INSERT, UPDATE or DELETE")
    cursor.expect("on")
    table = draft.stored(cursor.qualified(name.schema))
    cursor.expect("for", "each", "row")
    if cursor.accept_any("follows", "precedes"):
        cursor.name()
    body = read_body(cursor)
    known = [t for t in draft.triggers if (t.table.schema, t.name) == (table.schema, name.name)]
    if known and if_not_exists:
        return
    draft.triggers = [trigger for trigger in draft.triggers if trigger not in known]
    draft.triggers.append(
        Trigger(
            name=name.name,
            table=table,
            definition=body,
            timing=timing,
            event=event,
            definer=heading.definer,
            sql_mode=draft.mode.sql_mode or None,
            location=cursor.location,
        )
    )


def read_body(cursor: MySqlCursor) -> str:
    """The rest of the statement as a body. Raises NotUnderstoodError for one that is cut at its first semicolon."""
    compound = (
        cursor.at_words("begin") or cursor.at_words("if") or cursor.at_words("case") or cursor.at_words("declare")
    )
    if not compound and (label := cursor.peek(1)) and label.value == ":":
        compound = True
    body = cursor.rest()
    if not body:
        raise NotUnderstoodError("the body is missing")
    last = [token.value for token in cursor.last(3) if token.kind is Kind.WORD or token.kind is Kind.QUOTED]
    if compound and "end" not in last:
        raise NotUnderstoodError("its body has no END: a DELIMITER command is missing before it")
    return body


def create_routine(cursor: MySqlCursor, draft: Draft, heading: Heading, kind: str) -> None:
    """Read what follows `CREATE … FUNCTION`, `PROCEDURE` or MariaDB's `AGGREGATE FUNCTION`."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    if _at_loadable(cursor):
        _create_loadable(cursor, draft, name.name)
        return
    arguments = read_arguments(cursor, kind) if cursor.at_mark("(") else ""
    if cursor.accept_any("returns", "return"):
        read_type(cursor)
    deterministic, access, invoker, language = False, "contains sql", False, "sql"
    while not _at_body(cursor):
        if cursor.accept("not", "deterministic"):
            deterministic = False
        elif cursor.accept("deterministic"):
            deterministic = True
        elif words := _data_access(cursor):
            access = words
        elif cursor.accept("sql", "security"):
            invoker = cursor.keyword() == "invoker"
        elif cursor.accept("comment"):
            cursor.string()
        elif cursor.accept("language"):
            language = cursor.keyword()
        else:
            cursor.skip_one()
    body = _external(cursor) if language != "sql" else read_body(cursor)
    known = [r for r in draft.routines if r.schema == name.schema and same(r.name, name.name) and _alike(r.kind, kind)]
    if known and if_not_exists:
        return
    draft.routines = [routine for routine in draft.routines if routine not in known]
    draft.schemas.setdefault(name.schema, None)
    draft.routines.append(
        Routine(
            schema=name.schema,
            name=name.name,
            arguments=arguments,
            kind=kind,
            language=language,
            body=body,
            security_definer=not invoker,
            definer=heading.definer,
            sql_mode=draft.mode.sql_mode or None,
            deterministic=deterministic,
            data_access=access,
            location=cursor.location,
        )
    )


def create_package(cursor: MySqlCursor, draft: Draft, heading: Heading) -> None:
    """Read what follows MariaDB's `CREATE … PACKAGE`."""
    kind = "package body" if cursor.accept("body") else "package"
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    invoker = cursor.accept("sql", "security") and cursor.keyword() == "invoker"
    known = [r for r in draft.routines if r.schema == name.schema and same(r.name, name.name) and r.kind == kind]
    routine = Routine(
        schema=name.schema,
        name=name.name,
        kind=kind,
        body=read_body(cursor),
        security_definer=not invoker,
        definer=heading.definer,
        sql_mode=draft.mode.sql_mode or None,
        deterministic=False,
        data_access="contains sql",
        location=cursor.location,
    )
    if known and if_not_exists:
        return
    draft.routines = [*(other for other in draft.routines if other not in known), routine]


def alter_routine(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `ALTER FUNCTION` or `ALTER PROCEDURE`."""
    name = cursor.qualified(draft.schema)
    changes: dict[str, object] = {}
    while not cursor.done:
        if words := _data_access(cursor):
            changes["data_access"] = words
        elif cursor.accept("sql", "security"):
            changes["security_definer"] = cursor.keyword() == "definer"
        elif cursor.accept_any("comment", "language"):
            cursor.next()
        else:
            raise NotUnderstoodError(f"{cursor.next().value!r} is not a known characteristic of a routine")
    draft.routines = [
        dataclasses.replace(routine, **changes)  # type: ignore[arg-type]
        if routine.schema == name.schema and same(routine.name, name.name)
        else routine
        for routine in draft.routines
    ]


def read_arguments(cursor: MySqlCursor, kind: str) -> str:
    """The parameters of a routine as a live server tells them: `in total decimal(12,2)`, of a function `total int`."""
    place = cursor.mark_place()
    cursor.expect_mark("(")
    found: list[str] = []
    try:
        while not cursor.accept_mark(")"):
            mode = cursor.accept_any("in", "out", "inout") or "in"
            name = cursor.name()
            mode = cursor.accept_any("in", "out", "inout") or mode
            spelled = spelled_type(read_type(cursor).spelled())
            if cursor.accept("default"):
                cursor.skip_until_mark(",", ")")
            found.append(f"{mode} {name} {spelled}" if kind == "procedure" else f"{name} {spelled}")
            cursor.accept_mark(",")
    except NotUnderstoodError:
        cursor.back_to(place)
        return _SPACE.sub(" ", cursor.group_text())
    return ", ".join(found)


def _at_loadable(cursor: MySqlCursor) -> bool:
    following = cursor.peek(2)
    return cursor.at_words("returns") and following is not None and following.value == "soname"


def _create_loadable(cursor: MySqlCursor, draft: Draft, name: str) -> None:
    """A function of a shared library: `CREATE [AGGREGATE] FUNCTION f RETURNS STRING SONAME 'f.so'`."""
    cursor.expect("returns")
    cursor.keyword()
    cursor.expect("soname")
    definition = f"CREATE FUNCTION {quoted(name)} … SONAME '{cursor.string()}'"
    draft.others.append(
        SchemaObject(kind="loadable function", name=name, definition=definition, location=cursor.location)
    )


_BODY_WORDS = frozenset(
    {
        *("begin", "return", "select", "insert", "update", "delete", "replace", "set", "call", "if", "case", "while"),
        *("loop", "repeat", "with", "truncate", "create", "drop", "alter", "do", "show", "signal", "declare", "for"),
        *("load", "lock", "start", "commit", "rollback", "execute", "prepare", "flush", "analyze", "optimize"),
        *("grant", "revoke", "kill", "values", "rename", "is", "as", "using", "table", "open", "get", "resignal"),
        *("deallocate", "savepoint", "unlock", "handler", "explain", "describe", "iterate", "leave", "null"),
    }
)


def _at_body(cursor: MySqlCursor) -> bool:
    token, following = cursor.peek(), cursor.peek(1)
    if token is None:
        return True
    if following and following.value == ":" and token.kind in (Kind.WORD, Kind.QUOTED):
        return True
    if token.kind is Kind.MARK:
        return token.value == "("
    return token.kind is Kind.WORD and token.value in _BODY_WORDS


def _data_access(cursor: MySqlCursor) -> str | None:
    for words in ("contains sql", "no sql", "reads sql data", "modifies sql data"):
        if cursor.accept(*words.split()):
            return words
    return None


def _external(cursor: MySqlCursor) -> str:
    if cursor.accept("using"):
        return cursor.rest()
    cursor.accept("as")
    return cursor.next().value


def _alike(one: str, other: str) -> bool:
    return (one == "procedure") == (other == "procedure")


def create_event(cursor: MySqlCursor, draft: Draft, heading: Heading) -> None:
    """Read what follows `CREATE … EVENT`."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    event = Event(schema=name.schema, name=name.name, definer=heading.definer, location=cursor.location)
    cursor.expect("on", "schedule")
    known = [e for e in draft.events if e.schema == name.schema and same(e.name, name.name)]
    event = read_event_clauses(cursor, draft, event, _schedule(cursor))
    if known and if_not_exists:
        return
    draft.events = [other for other in draft.events if other not in known]
    draft.schemas.setdefault(name.schema, None)
    draft.events.append(event)


def alter_event(cursor: MySqlCursor, draft: Draft, heading: Heading) -> None:
    """Read what follows `ALTER … EVENT`: without DEFINER it becomes the one who alters it.

    Raises NotUnderstoodError where the file has not created it.
    """
    name = cursor.qualified(draft.schema)
    for at, event in enumerate(draft.events):
        if event.schema == name.schema and same(event.name, name.name):
            schedule = _schedule(cursor) if cursor.accept("on", "schedule") else event.schedule
            event = dataclasses.replace(event, definer=heading.definer)
            draft.events[at] = read_event_clauses(cursor, draft, event, schedule)
            return
    raise NotUnderstoodError(f"the file does not create event {name}")


def read_event_clauses(cursor: MySqlCursor, draft: Draft, event: Event, schedule: str) -> Event:
    """Read what follows the schedule of an event."""
    facts: dict[str, str | None] = {"schedule": schedule, "sql_mode": draft.mode.sql_mode or None}
    while not cursor.done:
        if cursor.accept("on", "completion"):
            cursor.accept("not")
            cursor.expect("preserve")
        elif cursor.accept("rename", "to"):
            renamed = cursor.qualified(event.schema)
            facts |= {"schema": renamed.schema, "name": renamed.name}
        elif word := cursor.accept_any("enable", "disable"):
            replica = cursor.accept("on") and cursor.accept_any("slave", "replica")
            facts["enabled"] = "replica" if replica else _STATES[word]
        elif cursor.accept("comment"):
            cursor.string()
        elif cursor.accept("do"):
            facts["definition"] = read_body(cursor)
        else:
            raise NotUnderstoodError(f"{cursor.next().value!r} is not a known clause of an event")
    return dataclasses.replace(event, **facts)  # type: ignore[arg-type]


def _schedule(cursor: MySqlCursor) -> str:
    """`every 1 day` or `at 2030-01-01 00:00:00`; when a repeated one starts and ends is left out."""
    ends = frozenset({"starts", "ends", "on", "enable", "disable", "comment", "do", "rename"})
    if cursor.accept("every"):
        text = cursor.source_until(ends)
        cursor.source_until(ends - {"starts", "ends"})
        return f"every {_SPACE.sub(' ', text).lower()}"
    cursor.expect("at")
    if cursor.at_string() and (following := cursor.peek(1)) and following.value != "+":
        return f"at {cursor.string()}"
    return f"at {_SPACE.sub(' ', cursor.source_until(ends)).lower()}"
