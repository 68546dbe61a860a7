"""Tokens of one MySQL or MariaDB statement, with their places; comments and white space are left out.

sqlglot's parser is not used: it knows part of what SHOW CREATE TABLE prints, and drops conditional comments, in which
dumps put partitions, definers, generated columns and invisible ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from checks.ddl.lexer import Kind, Token
from checks.ddl.mysql.mode import Mode

_EDGE = re.compile(
    r"""'(?:[^'\\]++|\\.)*+' | "(?:[^"\\]++|\\.)*+" | `[^`]*+` | (?:\#|--(?=\s|\Z))[^\n]*+ | /\* | \*/""",
    re.VERBOSE | re.DOTALL,
)
_EDGE_WITHOUT_ESCAPES = re.compile(
    r"""'[^']*+' | "[^"]*+" | `[^`]*+` | (?:\#|--(?=\s|\Z))[^\n]*+ | /\* | \*/""", re.VERBOSE
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_NOT_LINE_END = re.compile(r"[^\n]")
_ESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
_BYTES = re.compile(r"[xXbB]'|0[xb]")


def unfolded(text: str, mode: Mode) -> str:
    """`text` as the server reads it: conditional comments are code where it runs them, and blanks where it does not.

    Places stay what they were. Plain comments are left in place, for the body of a routine keeps them.
    """
    edge = _EDGE if mode.backslash_escapes else _EDGE_WITHOUT_ESCAPES
    if "/*!" not in text and "/*M!" not in text:
        return text
    parts: list[str] = []
    taken = at = 0
    open_conditions = 0
    while found := edge.search(text, at):
        begin, at = found.span()
        if found.group() == "*/" and open_conditions:
            open_conditions -= 1
            parts += [text[taken:begin], "  "]
            taken = at
        elif found.group() == "/*":
            runs, inside = mode.conditional(text, begin)
            if runs:
                open_conditions += 1
                parts += [text[taken:begin], " " * (inside - begin)]
                taken = at = inside
                continue
            conditional = text.startswith(("/*!", "/*M!"), begin)
            at = _comment_end(text, at, nests=conditional)
            if conditional:
                parts += [text[taken:begin], _NOT_LINE_END.sub(" ", text[begin:at])]
                taken = at
    return "".join(parts) + text[taken:]


def _comment_end(text: str, at: int, *, nests: bool) -> int:
    depth = 1
    for edge in _COMMENT_EDGE.finditer(text, at):
        if edge.group() == "*/":
            depth -= 1
        elif nests:
            depth += 1
        if not depth:
            return edge.end()
    return len(text)


@cache
def _pattern(backslash: bool) -> re.Pattern[str]:
    single, double = (
        rf"{quote}(?:[^{quote}\\]|\\.|{quote}{quote})*+{quote}"
        if backslash
        else rf"{quote}(?:[^{quote}]|{quote}{quote})*+{quote}"
        for quote in "'\""
    )
    return re.compile(
        rf"""(?P<space>\s+|\#[^\n]*|--(?=\s|\Z)[^\n]*)
        |(?P<comment>/\*)
        |(?P<bytes>[xXbB]'[0-9A-Fa-f]*'|0x[0-9A-Fa-f]+(?![0-9A-Za-z_$\x80-\U0010ffff])|0b[01]+(?![0-9A-Za-z_$\x80-\U0010ffff]))
        |(?P<string>[nN]?{single})
        |(?P<double>{double})
        |(?P<backtick>`(?:[^`]|``)*`)
        |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![0-9A-Za-z_$\x80-\U0010ffff]))
        |(?P<word>[0-9A-Za-z_$\x80-\U0010ffff]+)
        |(?P<other>.)""",
        re.VERBOSE | re.DOTALL,
    )


def tokens(text: str, mode: Mode) -> Iterator[Token]:
    """Yield the tokens of `text`, which is unfolded. Words are folded in `value`; a quote without end is a MARK.

    Hexadecimal and bit literals are strings whose `value` is their source.
    """
    pattern = _pattern(mode.backslash_escapes)
    at = 0
    while at < len(text):
        found = pattern.match(text, at)
        if not found:
            raise AssertionError(f"the lexer stands still at {at}")
        start, at = found.span()
        source = found.group()
        match found.lastgroup:
            case "space":
                continue
            case "comment":
                at = _comment_end(text, at, nests=False)
            case "string":
                yield Token(Kind.STRING, unquoted(source.lstrip("nN"), mode), start, at)
            case "double" if mode.ansi_quotes:
                yield Token(Kind.QUOTED, source[1:-1].replace('""', '"'), start, at)
            case "double":
                yield Token(Kind.STRING, unquoted(source, mode), start, at)
            case "backtick":
                yield Token(Kind.QUOTED, source[1:-1].replace("``", "`"), start, at)
            case "bytes":
                yield Token(Kind.STRING, source, start, at)
            case "number":
                yield Token(Kind.NUMBER, source, start, at)
            case "word":
                yield Token(Kind.WORD, source.lower(), start, at)
            case _:
                yield Token(Kind.MARK, source, start, at)


def unquoted(source: str, mode: Mode) -> str:
    """The value of a quoted string."""
    quote, body = source[0], source[1:-1]
    if not mode.backslash_escapes or "\\" not in body:
        return body.replace(quote * 2, quote)

    def plain(found: re.Match[str]) -> str:
        escaped: str | None = found.group(1)
        return quote if escaped is None else _ESCAPED.get(escaped, escaped)

    return re.sub(rf"\\(.)|{quote}{quote}", plain, body, flags=re.DOTALL)


def is_bytes(source: str) -> bool:
    """Whether a literal is written in hexadecimal or bits."""
    return _BYTES.match(source) is not None
