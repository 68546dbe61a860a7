"""Cut a psql script into statements, in one pass over its lines and without holding COPY data.

The rules are psql's own (src/fe_utils/psqlscan.l): a semicolon ends a statement outside quotes, comments and
parentheses, and outside the BEGIN … END body of an SQL-standard function.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from checks.ddl.lexer import Kind, tokens

_STOP = re.compile(
    r"""(?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)
    |(?P<line_comment>--)
    |(?P<block>/\*)
    |(?P<single>')
    |(?P<double>")
    |(?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$)
    |(?P<semicolon>;)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<meta>\\)
    |(?P<other>[^\s])""",
    re.VERBOSE | re.ASCII,
)
_STOP_BUT_WORDS = re.compile(
    r"""(?P<line_comment>--)
    |(?P<block>/\*)
    |(?P<single>')
    |(?P<double>")
    |(?<![A-Za-z0-9_$\x80-\U0010ffff])(?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$)
    |(?P<semicolon>;)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<meta>\\)""",
    re.VERBOSE | re.ASCII,
)
"""The same without words, for statements whose first words say that no BEGIN can nest in them: most of a dump."""
_WORD_CHARACTER = re.compile(r"[A-Za-z0-9_$\x80-\U0010ffff]")
_FIRST_WORDS = 4
_ESCAPED_END = re.compile(r"\\.|''|'", re.DOTALL)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class PieceKind(StrEnum):
    STATEMENT = "statement"
    META = "meta-command"
    COPY_DATA = "copy data"
    GAP = "gap"
    """White space and comments between statements."""


@dataclass(frozen=True)
class Piece:
    """A span of the script. Spans lie end to end: joined they are the whole script.

    `text` is the exact source of the span, and empty for COPY data, which is counted but never kept.
    `line` is the 1-based line of the first character. `complete` is False where the script ends inside it.
    """

    kind: PieceKind
    text: str
    line: int
    start: int
    end: int
    complete: bool = True


class _Scan:
    """Where the scanner stands inside the current statement."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.kind = PieceKind.GAP
        self.line = 1
        self.start = 0
        self.inside = ""
        """Closing mark that is awaited: `'`, `E'`, `"`, a dollar tag, or `*/`; empty outside all of them."""
        self.comment_depth = 0
        self.parentheses = 0
        self.begin_depth = 0
        self.words: list[str] = []
        """First words of the statement, folded, to know a CREATE FUNCTION."""

        self.routine = False
        """Whether these words begin a routine, in whose SQL-standard body BEGIN … END nests."""
        self.stop = _STOP
        """What to look for next."""

    def note_word(self, word: str) -> None:
        if len(self.words) < _FIRST_WORDS:
            self.words.append(word.lower())
            telling = [known for known in self.words if known not in ("or", "replace")]
            self.routine = telling[:1] == ["create"] and telling[1:2] in (["function"], ["procedure"])
            if len(self.words) == _FIRST_WORDS and not self.routine:
                self.stop = _STOP_BUT_WORDS
        if self.routine and not self.parentheses:
            match word.lower():
                case "begin":
                    self.begin_depth += 1
                case "case" if self.begin_depth:
                    self.begin_depth += 1
                case "end" if self.begin_depth:
                    self.begin_depth -= 1


def split(lines: Iterable[str]) -> Iterator[Piece]:
    """Yield the pieces of a script given as lines that keep their line ends (as an open text file yields them)."""
    scan = _Scan()
    offset = 0
    copying = False
    copy_starts_next = False
    number = 0
    for number, line in enumerate(lines, start=1):
        if copy_starts_next:
            if scan.parts:
                yield _flush(scan, offset, number)
            copying, copy_starts_next = True, False
            scan.kind, scan.line, scan.start = PieceKind.COPY_DATA, number, offset
        if copying:
            if line.rstrip("\r\n") == "\\.":
                copying = False
                yield Piece(PieceKind.COPY_DATA, "", scan.line, scan.start, offset + len(line))
                _begin(scan, PieceKind.GAP, number + 1, offset + len(line))
            offset += len(line)
            continue
        for piece in _scan_line(scan, line, number, offset):
            if piece.kind is PieceKind.STATEMENT and reads_stdin(piece.text):
                copy_starts_next = True
            yield piece
        offset += len(line)
    if copying:
        yield Piece(PieceKind.COPY_DATA, "", scan.line, scan.start, offset, complete=False)
    elif scan.parts:
        text = "".join(scan.parts)
        complete = not (scan.inside or scan.parentheses or scan.begin_depth)
        yield Piece(scan.kind, text, scan.line, scan.start, offset, complete=complete)


def reads_stdin(statement: str) -> bool:
    """Whether a statement is a COPY … FROM stdin, after which the script holds data."""
    head = statement.lstrip()[:4].lower()
    if head != "copy":
        return False
    words = [token.value for token in tokens(statement) if token.kind is Kind.WORD]
    return any(a == "from" and b == "stdin" for a, b in itertools.pairwise(words))


def _begin(scan: _Scan, kind: PieceKind, line: int, start: int) -> None:
    scan.parts = []
    scan.kind, scan.line, scan.start = kind, line, start
    scan.inside, scan.comment_depth, scan.parentheses, scan.begin_depth = "", 0, 0, 0
    scan.words, scan.routine, scan.stop = [], False, _STOP


def _flush(scan: _Scan, end: int, next_line: int) -> Piece:
    piece = Piece(scan.kind, "".join(scan.parts), scan.line, scan.start, end)
    _begin(scan, PieceKind.GAP, next_line, end)
    return piece


def _scan_line(scan: _Scan, line: str, number: int, offset: int) -> Iterator[Piece]:
    at = 0
    taken = 0
    while at < len(line):
        if scan.inside:
            at = _leave(scan, line, at)
            continue
        found = scan.stop.search(line, at)
        if not found:
            break
        kind = found.lastgroup
        begin, at = found.start(), found.end()
        if kind == "line_comment":
            break
        if kind == "block":
            scan.inside, scan.comment_depth = "*/", 1
            continue
        if scan.kind is PieceKind.GAP:
            if begin > taken:
                scan.parts.append(line[taken:begin])
            taken = begin
            if scan.parts:
                yield _flush(scan, offset + begin, number)
            _begin(scan, PieceKind.META if kind == "meta" else PieceKind.STATEMENT, number, offset + begin)
        match kind:
            case "meta":
                if scan.kind is PieceKind.STATEMENT:
                    scan.parts.append(line[taken:begin])
                    taken = begin
                    yield _flush(scan, offset + begin, number)
                    _begin(scan, PieceKind.META, number, offset + begin)
                scan.parts.append(line[taken:])
                yield _flush(scan, offset + len(line), number + 1)
                return
            case "word":
                scan.note_word(found.group())
            case "single":
                scan.inside = "E'" if _escapes(line, begin) else "'"
            case "double":
                scan.inside = '"'
            case "dollar":
                scan.inside = found.group()
            case "open":
                scan.parentheses += 1
            case "close":
                scan.parentheses = max(0, scan.parentheses - 1)
            case "semicolon" if not scan.parentheses and not scan.begin_depth:
                scan.parts.append(line[taken:at])
                taken = at
                yield _flush(scan, offset + at, number if at < len(line) else number + 1)
    if taken < len(line):
        scan.parts.append(line[taken:])


def _escapes(line: str, quote: int) -> bool:
    """Whether the quote follows a lone E, which makes a string with backslash escapes."""
    if quote == 0 or line[quote - 1] not in "eE":
        return False
    return quote == 1 or not _WORD_CHARACTER.match(line[quote - 2])


def _leave(scan: _Scan, line: str, at: int) -> int:
    """Move on inside a quote or comment; clears `scan.inside` at its end. Returns the new place in the line."""
    match scan.inside:
        case "*/":
            for edge in _COMMENT_EDGE.finditer(line, at):
                scan.comment_depth += 1 if edge.group() == "/*" else -1
                if not scan.comment_depth:
                    scan.inside = ""
                    return edge.end()
            return len(line)
        case "E'":
            for mark in _ESCAPED_END.finditer(line, at):
                if mark.group() == "'":
                    scan.inside = ""
                    return mark.end()
            return len(line)
        case closing:
            end = line.find(closing, at)
            if end < 0:
                return len(line)
            scan.inside = ""
            return end + len(closing)
