"""Query events: which statement a text is, and of which tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_BLANK = re.compile(r"(?:\s+|/\*.*?\*/|--[^\n]*(?:\n|\Z)|#[^\n]*(?:\n|\Z))*", re.DOTALL)
_NAME = r"(?:`(?:[^`]|``)+`|[\w$\u0080-\uffff]+)"
_TABLE = re.compile(rf"({_NAME})(?:\s*\.\s*({_NAME}))?")
_DDL = re.compile(
    r"(TRUNCATE|ALTER|DROP|RENAME|CREATE)\s+(?:OR\s+REPLACE\s+)?(?:TEMPORARY\s+)?(?:IGNORE\s+)?(?:(TABLES?)\s+)?"
    r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?",
    re.IGNORECASE,
)
_ROW_WORDS = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "CALL"})
_XA = re.compile(r"XA\s+(COMMIT|ROLLBACK)\s+X'([0-9A-Fa-f]*)'\s*,\s*X'([0-9A-Fa-f]*)'\s*,\s*(\d+)", re.IGNORECASE)

Xid = tuple[int, str, str]
"""Format, global and branch part in hexadecimal."""


class Verb(Enum):
    """What a statement in the log does to the transaction it stands in."""

    BEGIN = auto()
    COMMIT = auto()
    ROLLBACK = auto()
    SAVEPOINT = auto()
    ROLLBACK_TO = auto()
    XA_STEP = auto()
    XA_COMMIT = auto()
    XA_ROLLBACK = auto()
    ROWS = auto()
    DDL = auto()


@dataclass(frozen=True, slots=True)
class Query:
    """One statement; `name` is a savepoint's, `tables` those a DDL statement names, with their database or without."""

    verb: Verb
    word: str
    text: str
    database: str
    name: str = ""
    xid: Xid | None = None
    tables: tuple[tuple[str, str], ...] = ()


def parse(body: bytes) -> Query:
    """Read the event's body: thread, time, length of the database's name, error, variables, database, text."""
    size = body[8]
    start = 13 + int.from_bytes(body[11:13], "little")
    database = body[start : start + size].decode(errors="replace")
    raw = body[start + size + 1 :].decode(errors="replace")
    text = raw[_BLANK.match(raw).end() :]  # type: ignore[union-attr]  # the pattern matches nothing as well
    words = text.replace(";", " ").split(None, 2)
    first = words[0].upper() if words else ""
    second = words[1].upper() if len(words) > 1 else ""
    if first == "BEGIN" or (first, second) == ("START", "TRANSACTION"):
        return Query(Verb.BEGIN, first, text, database)
    if first == "COMMIT":
        return Query(Verb.COMMIT, first, text, database)
    if first == "ROLLBACK":
        verb = Verb.ROLLBACK_TO if second == "TO" else Verb.ROLLBACK
        return Query(verb, first, text, database, name=_savepoint(text))
    if first == "SAVEPOINT":
        return Query(Verb.SAVEPOINT, first, text, database, name=_savepoint(text))
    if first == "XA":
        return _xa(text, database)
    if first in _ROW_WORDS:
        return Query(Verb.ROWS, first, text, database)
    return Query(Verb.DDL, first, text, database, tables=_tables(text, database))


def _savepoint(text: str) -> str:
    return text.split()[-1].strip("`;")


def _xa(text: str, database: str) -> Query:
    found = _XA.match(text)
    if found is None:
        return Query(Verb.XA_STEP, "XA", text, database)
    verb = Verb.XA_COMMIT if found[1].upper() == "COMMIT" else Verb.XA_ROLLBACK
    return Query(verb, "XA", text, database, xid=(int(found[4]), found[2].lower(), found[3].lower()))


def _tables(text: str, database: str) -> tuple[tuple[str, str], ...]:
    """The tables a DDL statement changes. ALTER and CREATE name one, the others several."""
    found = _DDL.match(text)
    if found is None or (found[2] is None and found[1].upper() != "TRUNCATE"):
        return ()
    rest = text[found.end() :]
    names: list[tuple[str, str]] = []
    while (table := _TABLE.match(rest)) is not None:
        first, second = _plain(table[1]), _plain(table[2]) if table[2] else ""
        names.append((first, second) if second else (database, first))
        if found[1].upper() in {"ALTER", "CREATE"}:
            break
        more = re.match(r"\s*(?:,|TO\b)\s*", rest[table.end() :], re.IGNORECASE)
        if more is None:
            break
        rest = rest[table.end() + more.end() :]
    return tuple(names)


def _plain(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name
