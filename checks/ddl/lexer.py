"""Tokens of one PostgreSQL statement, with their places, comments and white space left out.

The parser of sqlglot is not used for tables: it rewrites type names and knows only part of what pg_dump writes
(`interval day to second(3)`, `bit varying`, `CREATE INDEX … ON ONLY`, `ATTACH PARTITION` are among what it refuses).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
    |(?P<comment>/\*)
    |(?P<escaped>[eE]'(?:[^'\\]|\\.|'')*')
    |(?P<prefixed>(?:[uU]&|[bBxXnN])'(?:[^']|'')*')
    |(?P<string>'(?:[^']|'')*')
    |(?P<quoted>(?:[uU]&)?"(?:[^"]|"")*")
    |(?P<dollar>\$(?P<tag>(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?)\$)
    |(?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<mark>::|[(),;\[\].])
    |(?P<operator>[-+*/<>=~!@#%^&|`?:]+?(?=--|/\*|[^-+*/<>=~!@#%^&|`?:]|\Z))
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class Kind(StrEnum):
    WORD = "word"
    QUOTED = "quoted identifier"
    STRING = "string"
    NUMBER = "number"
    MARK = "mark"


class Token(NamedTuple):
    """`value` is folded to lower case for words, unescaped for quoted identifiers and plain strings."""

    kind: Kind
    value: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of `text`. A quote without its end becomes a MARK of one character: nothing is dropped."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise AssertionError(f"the lexer stands still at {at}")
        at = found.end()
        match found.lastgroup:
            case "space":
                continue
            case "comment":
                at = _comment_end(text, found.end())
            case "dollar":
                close = text.find(found.group(), at)
                if close < 0:
                    yield Token(Kind.MARK, found.group(), found.start(), at)
                    continue
                value = text[at:close]
                at = close + len(found.group())
                yield Token(Kind.STRING, value, found.start(), at)
            case "word":
                yield Token(Kind.WORD, found.group().lower(), found.start(), at)
            case "quoted":
                body = found.group()[found.group().index('"') + 1 : -1]
                yield Token(Kind.QUOTED, body.replace('""', '"'), found.start(), at)
            case "string" | "prefixed":
                body = found.group()[found.group().index("'") + 1 : -1]
                yield Token(Kind.STRING, body.replace("''", "'"), found.start(), at)
            case "escaped":
                body = found.group()[2:-1].replace("''", "'")
                yield Token(Kind.STRING, re.sub(r"\\(.)", r"\1", body, flags=re.DOTALL), found.start(), at)
            case "number":
                yield Token(Kind.NUMBER, found.group(), found.start(), at)
            case _:
                yield Token(Kind.MARK, found.group(), found.start(), at)


def _comment_end(text: str, at: int) -> int:
    depth = 1
    for edge in _COMMENT_EDGE.finditer(text, at):
        depth += 1 if edge.group() == "/*" else -1
        if not depth:
            return edge.end()
    return len(text)
