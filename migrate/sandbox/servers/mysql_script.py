"""An SQL file as the `mysql` client reads it: statements, comments, quotes, and DELIMITER for stored code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITER = re.compile(r"[ \t]*delimiter[ \t]+(\S+)[^\n]*(?:\n|\Z)", re.IGNORECASE)
COMMENT = re.compile(r"(?:--(?=[\s\x00-\x1f]|\Z)|#)[^\n]*|/\*(?!!|M!).*?(?:\*/|\Z)", re.DOTALL)
"""A comment for people. `/*! … */` is none: the server reads it, so it belongs to the statement."""
VERSIONED = re.compile(r"/\*(?:!|M!).*?(?:\*/|\Z)", re.DOTALL)
QUOTED = re.compile(
    r"'(?:[^'\\]+|\\.|'')*+(?:'|\Z)" r'|"(?:[^"\\]+|\\.|"")*+(?:"|\Z)' r"|`(?:[^`]+|``)*+(?:`|\Z)", re.DOTALL
)
OTHER = re.compile(r"[^'\"`#/\-\n]+|.", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """One statement without its delimiter, and the line of the file it begins in."""

    line: int
    text: str


def statements(script: str) -> Iterator[Statement]:
    """The statements of `script` in order. Comments stay inside a statement; between statements they are dropped.

    Source: the mysql client's own rules (MySQL Reference Manual, "mysql Client Commands" and "Comments"). A backslash
    escapes inside quotes, as without NO_BACKSLASH_ESCAPES.
    """
    delimiter, at, begin = ";", 0, 0
    spoken = False  # whether anything but blanks and comments was read since `begin`
    while at < len(script):
        if not spoken and (at == 0 or script[at - 1] == "\n") and (command := DELIMITER.match(script, at)):
            delimiter = command.group(1)
            at = begin = command.end()
            continue
        if script.startswith(delimiter, at):
            if spoken:
                yield _statement(script, begin, at)
            at += len(delimiter)
            begin, spoken = at, False
            continue
        comment = COMMENT.match(script, at)
        if comment:
            at = comment.end()
            begin = begin if spoken else at
            continue
        piece = VERSIONED.match(script, at) or QUOTED.match(script, at) or OTHER.match(script, at)
        assert piece is not None  # OTHER takes any character
        end = piece.end()
        if piece.re is OTHER:
            found = script.find(delimiter, at, end + len(delimiter) - 1)
            end = min(end, found) if found > at else end
        spoken = spoken or not script[at:end].isspace()
        at = end
    if spoken:
        yield _statement(script, begin, at)


def _statement(script: str, begin: int, end: int) -> Statement:
    text = script[begin:end]
    first = begin + len(text) - len(text.lstrip())
    return Statement(script.count("\n", 0, first) + 1, text.strip())
