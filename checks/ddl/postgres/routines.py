"""CREATE FUNCTION, PROCEDURE and AGGREGATE, and the change of their owner."""

from __future__ import annotations

import dataclasses
import re

from checks.ddl.cursor import Cursor
from checks.ddl.lexer import tokens
from checks.ddl.postgres.draft import Draft
from checks.facts import Routine


def create_routine(cursor: Cursor, draft: Draft, kind: str, *, replace: bool) -> None:
    """Read what follows `CREATE FUNCTION`, `CREATE PROCEDURE` or `CREATE AGGREGATE`."""
    name = cursor.qualified(draft.schema)
    arguments = _one_line(cursor.group_text())
    language, body, definer = ("internal" if kind == "aggregate" else "sql"), "", False
    settings: list[str] = []
    while kind != "aggregate" and not cursor.done:
        if cursor.accept("language"):
            language = cursor.next().value.lower()
        elif cursor.accept("security", "definer"):
            definer = True
        elif cursor.accept("set"):
            settings.append(_setting(cursor))
        elif cursor.accept("as"):
            body = cursor.next().value
        elif cursor.at_words("begin", "atomic") or cursor.at_words("return"):
            body = cursor.rest()
        else:
            cursor.skip_one()
    options = cursor.rest()
    routine = Routine(
        schema=name.schema,
        name=name.name,
        arguments=arguments,
        kind=kind,
        language=language,
        body=options if kind == "aggregate" else body,
        security_definer=definer,
        settings=tuple(settings),
        location=cursor.location,
    )
    if replace:
        draft.routines = [other for other in draft.routines if not _same(other, routine)]
    draft.routines.append(routine)


def alter_routine(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `ALTER FUNCTION | PROCEDURE | ROUTINE | AGGREGATE`: owner, SECURITY DEFINER and SET matter.

    pg_dump gives the owner right after the routine, so of several with one name the newest is meant.
    """
    name = cursor.qualified(draft.schema)
    if cursor.at_mark("("):
        cursor.skip_one()
    places = [i for i, r in enumerate(draft.routines) if (r.schema, r.name) == (name.schema, name.name)]
    owner = cursor.name() if cursor.accept("owner", "to") else None
    place = cursor.mark_place()
    settings: list[str] = []
    while not cursor.done:
        if cursor.accept("set") and not cursor.at_words("schema"):
            settings.append(_setting(cursor))
        elif not cursor.done:
            cursor.skip_one()
    text = cursor.source_since(place).lower()
    if not places:
        return
    routine = draft.routines[places[-1]]
    draft.routines[places[-1]] = dataclasses.replace(
        routine,
        owner=owner or routine.owner,
        security_definer=routine.security_definer or "security definer" in text,
        settings=(*routine.settings, *settings),
    )


def _one_line(text: str) -> str:
    """`text` without its comments and line breaks."""
    line, last = "", 0
    for token in tokens(text):
        line += (" " if token.start > last and line else "") + text[token.start : token.end]
        last = token.end
    return re.sub(r"\s+", " ", line)


def _setting(cursor: Cursor) -> str:
    """The name after SET; of its value what would be taken for another clause is passed over."""
    name = "TimeZone" if cursor.accept("time", "zone") else ".".join(cursor.dotted())
    if cursor.accept_any("to", "from") or cursor.accept_mark("="):
        cursor.skip_one()
    return name


def drop_routine(cursor: Cursor, draft: Draft) -> None:
    """Read what follows `DROP FUNCTION | PROCEDURE | ROUTINE | AGGREGATE`."""
    cursor.accept("if", "exists")
    name = cursor.qualified(draft.schema)
    arguments = _one_line(cursor.group_text()) if cursor.at_mark("(") else None
    named = [r for r in draft.routines if (r.schema, r.name) == (name.schema, name.name)]
    exact = [r for r in named if arguments is None or r.arguments == arguments]
    gone = exact or named
    draft.routines = [routine for routine in draft.routines if routine not in gone[:1]]
    cursor.rest()


def _same(one: Routine, other: Routine) -> bool:
    return (one.schema, one.name, one.arguments) == (other.schema, other.name, other.arguments)
