"""Reads the text that the test_decoding plugin prints for one change: which table, what kind, which key.

The grammar is the plugin's own: `table <schema>.<name>: <KIND>: <tuple>` where a tuple is a run of
`<column>[<type>]:<value>`, identifiers stand as quote_identifier writes them, quotes in values are doubled and nothing
is escaped by a backslash. An UPDATE prints `old-key: … new-tuple: …` when the replica identity changed or is FULL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from checks.facts import TableName


class Kind(StrEnum):
    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    TRUNCATE = "TRUNCATE"


@dataclass(frozen=True)
class Change:
    """One change. `old` and `new` are the tuples' text, None where the plugin printed none."""

    tables: tuple[TableName, ...]
    """More than one only for TRUNCATE."""
    kind: Kind
    old: str | None = None
    new: str | None = None


_IDENTIFIER = r'(?:[a-z_][a-z0-9_]*+|"[^"]*+(?:""[^"]*+)*+")'
_QUALIFIED = rf"{_IDENTIFIER}\.{_IDENTIFIER}"
_HEAD = re.compile(rf"table ({_QUALIFIED}(?:, {_QUALIFIED})*): (INSERT|UPDATE|DELETE|TRUNCATE): ")
_NAMES = re.compile(rf"({_IDENTIFIER})\.({_IDENTIFIER})")
_TYPE = r'\[(?:[^\[\]"]++|"[^"]*+(?:""[^"]*+)*+"|\[\])*+\]'
_COLUMN = re.compile(
    rf" ?({_IDENTIFIER}){_TYPE}:"
    r"(?:'([^']*+(?:''[^']*+)*+)'"
    r"|B'([01]*+)'"
    r"|(null|unchanged-toast-datum)"
    r"|([^\s']++))"
)
_BEGIN = "BEGIN "
_OLD_KEY, _NEW_TUPLE = "old-key: ", " new-tuple: "
_NO_TUPLE = "(no-tuple-data)"


def change(text: str) -> Change | None:
    """The change that one line of the plugin's output says; None for BEGIN, COMMIT and messages.

    Raises ValueError when the line is of a form this module does not know: then nothing may be concluded from it.
    """
    if text.startswith(("BEGIN", "COMMIT", "message: ")):
        return None
    head = _HEAD.match(text)
    if head is None:
        raise ValueError("unknown form of a decoded change")
    tables, kind, rest = _tables(head[1]), Kind(head[2]), text[head.end() :]
    match kind:
        case Kind.TRUNCATE:
            return Change(tables, kind)
        case Kind.INSERT:
            return Change(tables, kind, new=_tuple(rest))
        case Kind.DELETE:
            return Change(tables, kind, old=_tuple(rest))
        case Kind.UPDATE:
            if not rest.startswith(_OLD_KEY):
                return Change(tables, kind, new=_tuple(rest))
            end = _end_of_tuple(rest, len(_OLD_KEY))
            if not rest.startswith(_NEW_TUPLE, end):
                raise ValueError("unknown form of a decoded update")
            return Change(tables, kind, rest[len(_OLD_KEY) : end], _tuple(rest[end + len(_NEW_TUPLE) :]))


def began(text: str) -> int | None:
    """Number of the transaction whose changes follow this line; None for any other line.

    Raises ValueError when it has no number.
    """
    return int(text.removeprefix(_BEGIN)) if text.startswith(_BEGIN) else None


def key_of(values: str, columns: Sequence[str]) -> tuple[str, ...] | None:
    """Values of `columns` in the text of a tuple, in that order; None when one is missing, null or not printed."""
    found: dict[str, str] = {}
    for name, value in _columns(values):
        if name in columns:
            if value is None:
                return None
            found[name] = value
            if len(found) == len(columns):
                return tuple(found[column] for column in columns)
    return None


def _columns(values: str) -> Iterator[tuple[str, str | None]]:
    at, end = 0, len(values)
    while at < end:
        found = _COLUMN.match(values, at)
        if found is None:
            raise ValueError("unknown form of a decoded tuple")
        name, quoted, bits, absent, plain = found.groups()
        at = found.end()
        if absent is not None:
            yield _unquoted(name), None
        elif quoted is not None:
            yield _unquoted(name), quoted.replace("''", "'")
        else:
            yield _unquoted(name), bits if bits is not None else plain


def _end_of_tuple(text: str, at: int) -> int:
    while (found := _COLUMN.match(text, at)) is not None:
        at = found.end()
    return at


def _tuple(text: str) -> str | None:
    return None if text == _NO_TUPLE else text


@lru_cache(maxsize=4096)
def _tables(text: str) -> tuple[TableName, ...]:
    return tuple(TableName(_unquoted(schema), _unquoted(name)) for schema, name in _NAMES.findall(text))


@lru_cache(maxsize=65536)
def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
