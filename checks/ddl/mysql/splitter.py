"""Cut a script of the `mysql` client into statements, in one pass and without holding the rows of its INSERTs.

The rules are the client's own (client/mysql.cc, add_line): DELIMITER is the client's, a delimiter ends a statement
outside quotes and comments, and `/*! … */` is part of the statement it stands in. With another delimiter, semicolons
still part the statements that the server is sent at once, but for those of a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from checks.ddl.mysql.mode import Mode

_LOOK_AHEAD = 64
"""Characters that are enough to know a mark, a delimiter, a first word or the head of a conditional comment."""
_LONGEST_COMMENT = 400
_SPACE = re.compile(r"\s*+")
_LINE_COMMENT = re.compile(r"#|--(?=[\s\x00-\x1f]|\Z)")
_DATA = re.compile(r"(?:insert|replace|update|delete)\b", re.IGNORECASE)
_DELIMITER = re.compile(r"(?:delimiter\b|\\d)[ \t]*(\S*)", re.IGNORECASE)
_PROGRAM = re.compile(
    r"""(?:/\*M?!\d*)?\s*(?:create|alter)\b
    (?:`[^`]*`|'[^']*'|"[^"]*"|(?!\b(?:table|view|index|database|schema|user|role|sequence|server)\b)[^`'";])*?
    \b(?:procedure|function|trigger|event|package)\b
    |begin\s+not\s|if\b|while\b|for\b|loop\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""A statement with a body, or MariaDB's statement that is one: its semicolons do not end it."""
_PROGRAM_LOOK_AHEAD = 600
_CLIENT = re.compile(r"use\s|source\s|\\[.u]\s", re.IGNORECASE)
"""Commands of the client that end with their line, where no delimiter stands in it."""
_LINE = re.compile(r"[^\n]*+\n?")
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class PieceKind(StrEnum):
    STATEMENT = "statement"
    COMMENT = "comment"
    """Between statements."""
    DATA = "data"
    """A statement that changes rows: its text is not kept."""


@dataclass(frozen=True)
class Piece:
    """One statement without its delimiter, or one comment between statements, cut after 400 characters.

    `line` is the 1-based line of its first character. `complete` is False where the script ends inside it.
    """

    kind: PieceKind
    text: str
    line: int
    complete: bool = True


def split(chunks: Iterable[str], mode: Mode) -> Iterator[Piece]:
    """Yield the pieces of a script that is given in chunks of any size.

    Each piece is cut as `mode` says when it is asked for, so that the effect of a SET reaches what follows it.
    """
    scanner = _Scanner(iter(chunks), mode)
    while (piece := scanner.next()) is not None:
        yield piece


@cache
def _dull(stops: str, backslash: bool) -> re.Pattern[str]:
    """As much as can be passed over at once: whole strings, and text without quote, comment or delimiter."""
    single, double = (
        (rf"{quote}(?:[^{quote}\\]++|\\.)*+{quote}" if backslash else rf"{quote}[^{quote}]*+{quote}") for quote in "'\""
    )
    plain = rf"[^'\"`#\-/\\{re.escape(stops)}]++"
    alone = "".join(rf"|{mark}(?=[^{second}])" for mark, second in (("-", "-"), ("/", "*")) if mark not in stops)
    return re.compile(rf"(?:{plain}|{single}|{double}|`[^`]*+`{alone})*+", re.DOTALL)


_INSIDE = {
    ("'", True): re.compile(r"(?:[^'\\]++|\\.)*+", re.DOTALL),
    ('"', True): re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL),
    ("'", False): re.compile(r"[^']*+"),
    ('"', False): re.compile(r'[^"]*+'),
    ("`", True): re.compile(r"[^`]*+"),
    ("`", False): re.compile(r"[^`]*+"),
}


class _Scanner:
    """A window over the script: what lies before it is gone, what lies after it is not yet read."""

    def __init__(self, chunks: Iterator[str], mode: Mode) -> None:
        self._chunks = chunks
        self._mode = mode
        self._text = ""
        self._at = 0
        self._ended = False
        self._line = 1
        self._delimiter = ";"

    def next(self) -> Piece | None:
        """The next piece, or None at the end."""
        while self._ready():
            self._take(_SPACE.match(self._text, self._at))
            if not self._ready():
                return None
            line = self._line
            if self._at_delimiter():
                self._take_to(self._at + len(self._delimiter))
            elif self._at_comment():
                return self._comment(line)
            elif found := _DELIMITER.match(self._text, self._at):
                self._delimiter = found.group(1) or ";"
                self._take(found)
            elif _CLIENT.match(self._text, self._at) and not self._delimiter_in_line():
                return Piece(PieceKind.STATEMENT, self._rest_of_line().strip(), line)
            else:
                return self._statement(line)
        return None

    def _statement(self, line: int) -> Piece:
        data = _DATA.match(self._text, self._at) is not None
        kind = PieceKind.DATA if data else PieceKind.STATEMENT
        kept: list[str] = []
        complete = True
        ends = self._ends()
        dull = _dull("".join(end[0] for end in ends), self._mode.backslash_escapes)
        while complete and self._ready():
            text = self._take(dull.match(self._text, self._at))
            if not self._ready():
                kept.append(text)
                break
            mark = self._text[self._at]
            if end := next((end for end in ends if self._text.startswith(end, self._at)), None):
                kept.append(text)
                self._take_to(self._at + len(end))
                break
            if mark in "'\"`":
                inside, complete = self._string(mark, keep=not data)
                text += inside
            elif self._at_comment():
                comment, complete = self._skip_comment()
                text += comment if not data else ""
            else:
                text += self._take_to(self._at + 1)
            if not data:
                kept.append(text)
        return Piece(kind, "" if data else "".join(kept), line, complete=complete)

    def _ends(self) -> tuple[str, ...]:
        """What ends the statement that begins here."""
        ends = (self._delimiter, "\\g", "\\G")
        if self._delimiter == ";" or not self._ready(_PROGRAM_LOOK_AHEAD) or _PROGRAM.match(self._text, self._at):
            return ends
        return (*ends, ";")

    def _string(self, quote: str, *, keep: bool) -> tuple[str, bool]:
        """Pass over a string that does not end within the window. Returns its text and whether it ends at all."""
        kept = [self._take_to(self._at + 1)]
        inside = _INSIDE[quote, self._mode.backslash_escapes]
        while self._ready(2):
            text = self._take(inside.match(self._text, self._at))
            if keep:
                kept.append(text)
            if self._text.startswith(quote, self._at):
                return "".join(kept) + self._take_to(self._at + 1), True
            if not text and self._ended:
                break
        self._take_to(len(self._text))
        return "".join(kept), False

    def _comment(self, line: int) -> Piece:
        text, complete = self._skip_comment()
        return Piece(PieceKind.COMMENT, text[:_LONGEST_COMMENT], line, complete=complete)

    def _at_comment(self) -> bool:
        """Whether something comes next that the server passes over."""
        if _LINE_COMMENT.match(self._text, self._at):
            return True
        return self._text.startswith("/*", self._at) and not self._mode.conditional(self._text, self._at)[0]

    def _skip_comment(self) -> tuple[str, bool]:
        if not self._text.startswith("/*", self._at):
            return self._rest_of_line(), True
        nests = self._text.startswith(("/*!", "/*M!"), self._at)
        kept = [self._take_to(self._at + 2)]
        depth = 1
        while self._ready(2):
            edge = _COMMENT_EDGE.search(self._text, self._at)
            if edge is None:
                kept.append(self._take_to(len(self._text) - (0 if self._ended else 1)))
                if self._ended:
                    break
                continue
            kept.append(self._take_to(edge.end()))
            if edge.group() == "*/":
                depth -= 1
            elif nests:
                depth += 1
            if not depth:
                return "".join(kept), True
        return "".join(kept), False

    def _rest_of_line(self) -> str:
        kept: list[str] = []
        while self._ready():
            kept.append(self._take(_LINE.match(self._text, self._at)))
            if kept[-1].endswith("\n"):
                break
        return "".join(kept)

    def _delimiter_in_line(self) -> bool:
        while True:
            end = self._text.find("\n", self._at)
            if end >= 0 or not self._more():
                return self._text.find(self._delimiter, self._at, end if end >= 0 else len(self._text)) >= 0

    def _at_delimiter(self) -> bool:
        return self._text.startswith(self._delimiter, self._at)

    def _ready(self, wanted: int = _LOOK_AHEAD) -> bool:
        """Have the next characters in the window as far as there are any; False at the end of the script."""
        while len(self._text) - self._at < wanted and self._more():
            continue
        return len(self._text) > self._at

    def _more(self) -> bool:
        chunk = "" if self._ended else next(self._chunks, "")
        if not chunk:
            self._ended = True
            return False
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return True

    def _take(self, found: re.Match[str] | None) -> str:
        return self._take_to(found.end()) if found else ""

    def _take_to(self, end: int) -> str:
        text = self._text[self._at : end]
        self._line += text.count("\n")
        self._at = end
        return text
