"""MariaDB's sequences."""

from __future__ import annotations

import dataclasses

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft, SequenceDraft
from checks.facts import Sequence

_LARGEST = 9223372036854775806
"""MAXVALUE of a sequence that names none."""


def create_sequence(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `CREATE SEQUENCE`."""
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.qualified(draft.schema)
    options = _options(cursor)
    if if_not_exists and name in draft.sequences:
        return
    increment = options.get("increment", 1)
    maximum = options.get("maxvalue", _LARGEST if increment > 0 else -1)
    start = options.get("start", options.get("minvalue", 1) if increment > 0 else maximum)
    sequence = Sequence(
        name=name,
        increment=increment,
        maximum=maximum,
        cycle=bool(options.get("cycle")),
        location=cursor.location,
    )
    draft.schemas.setdefault(name.schema, None)
    draft.sequences[name] = SequenceDraft(sequence, start)


def alter_sequence(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `ALTER SEQUENCE`. Raises NotUnderstoodError where the file has not created it."""
    cursor.accept("if", "exists")
    name = draft.stored(cursor.qualified(draft.schema))
    if name not in draft.sequences:
        raise NotUnderstoodError(f"the file does not create sequence {name}")
    own, options = draft.sequences[name], _options(cursor)
    own.start = options.get("start", own.start)
    own.sequence = dataclasses.replace(
        own.sequence,
        increment=options.get("increment", own.sequence.increment),
        maximum=options.get("maxvalue", own.sequence.maximum),
        cycle=bool(options.get("cycle", own.sequence.cycle)),
    )
    if "restart" in options:
        _set_next(own, options["restart"])


def set_sequence(cursor: MySqlCursor, draft: Draft) -> None:
    """Read what follows `DO SETVAL` or `SELECT SETVAL`: `(name, value, used, round)`."""
    cursor.expect_mark("(")
    name = draft.stored(cursor.qualified(draft.schema))
    cursor.expect_mark(",")
    value = cursor.integer()
    used = not cursor.accept_mark(",") or cursor.integer() != 0
    if own := draft.sequences.get(name):
        _set_next(own, value + own.sequence.increment if used else value)
    cursor.rest()


def _set_next(own: SequenceDraft, following: int) -> None:
    last = None if following == own.start else following - own.sequence.increment
    own.sequence = dataclasses.replace(own.sequence, last_value=last)


def _options(cursor: MySqlCursor) -> dict[str, int]:
    """The options that are written; CYCLE and NOCYCLE as `cycle` 1 and 0."""
    found: dict[str, int] = {}
    while not cursor.done:
        if cursor.accept("no"):
            found |= {"cycle": 0} if cursor.keyword() == "cycle" else {}
        elif word := cursor.accept_any("cycle", "nocycle"):
            found["cycle"] = int(word == "cycle")
        elif cursor.accept_any("nominvalue", "nomaxvalue", "nocache"):
            continue
        elif word := cursor.accept_any("increment", "maxvalue", "minvalue", "start", "restart", "cache"):
            cursor.accept_any("with", "by")
            cursor.accept_mark("=")
            token = cursor.peek()
            if word != "restart" or (token and token.value.lstrip("-").isdigit()):
                found[word] = cursor.integer()
        elif cursor.accept("as"):
            cursor.keyword()
            cursor.accept_any("unsigned", "signed")
        elif cursor.accept_any("engine", "comment"):
            cursor.accept_mark("=")
            cursor.next()
        else:
            raise NotUnderstoodError(f"{cursor.next().value!r} is not a known option of a sequence")
    return found
