"""The text that PL/pgSQL's EXECUTE runs, put together from the strings that are written out in the routine.

A value that is put in becomes `?`, a quoted literal `''`, a quoted identifier `"?"`. A variable's text is followed
through its assignments; what comes from elsewhere stays `?`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from checks.ddl.lexer import Kind, Token

_FORMAT = re.compile(r"%(?:\d+\$)?-?\d*([sIL%])")
_FILLED = {"s": " ? ", "I": '"?"', "L": "''", "%": "%"}
_QUOTES = {"quote_literal": "''", "quote_nullable": "''", "quote_ident": '"?"'}
_ENDS = frozenset({"into", "using", "loop"})
_NOT_DYNAMIC = frozenset({"on", "function", "procedure"})
_ASSIGNS = frozenset({":=", "="})


def executed_texts(statements: Iterable[Sequence[Token]]) -> Iterator[str]:
    """What the EXECUTEs of these statements run."""
    assigned: dict[str, str] = {}
    given: list[tuple[str, Sequence[Token]]] = []
    for statement in statements:
        target = _assignment(statement)
        if target:
            given.append(target)
        for at, token in enumerate(statement):
            follows = statement[at + 1] if at + 1 < len(statement) else None
            if not _is_word(token, "execute") or follows is None or follows.value in _NOT_DYNAMIC:
                continue
            expression = list(_expression(statement[at + 1 :]))
            if len(expression) == 1 and expression[0].kind is Kind.WORD:
                assigned.setdefault(expression[0].value, "")
            else:
                yield text_of(expression)
    for name, value in given:
        if name in assigned:
            grows = len(value) > 1 and _is_word(value[0], name)
            if not grows and assigned[name]:
                yield assigned[name]
            assigned[name] = assigned[name] + text_of(value[1:]) if grows else text_of(value)
    yield from (text for text in assigned.values() if text)


def text_of(expression: Sequence[Token]) -> str:
    """The text that an expression of strings, `||`, format() and quote_…() gives."""
    text, at = "", 0
    while at < len(expression):
        token = expression[at]
        is_call = token.kind is Kind.WORD and at + 1 < len(expression) and expression[at + 1].value == "("
        if token.kind is Kind.STRING:
            text += token.value
        elif is_call and token.value in ("format", "concat"):
            end = _group_end(expression, at + 1)
            inside = expression[at + 2 : end]
            text += _formatted(inside) if token.value == "format" else text_of(inside)
            at = end
        elif is_call:
            text += _QUOTES.get(token.value, " ? ")
            at = _group_end(expression, at + 1)
        elif token.kind is not Kind.MARK:
            text += " ? "
        at += 1
    return text


def _formatted(arguments: Sequence[Token]) -> str:
    depth = 0
    for at, token in enumerate(arguments):
        depth += {"(": 1, ")": -1}.get(token.value, 0) if token.kind is Kind.MARK else 0
        if token.kind is Kind.MARK and token.value == "," and depth == 0:
            arguments = arguments[:at]
            break
    return _FORMAT.sub(lambda found: _FILLED[found[1]], text_of(arguments))


def _assignment(statement: Sequence[Token]) -> tuple[str, Sequence[Token]] | None:
    """`name := expression`, also as the default of a declaration."""
    for at, token in enumerate(statement[:6]):
        assigns = token.kind is Kind.MARK and token.value in _ASSIGNS
        if at and (assigns or _is_word(token, "default")):
            return (statement[0].value, statement[at + 1 :]) if statement[0].kind is Kind.WORD else None
    return None


def _expression(following: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in following:
        if token.kind is Kind.MARK:
            depth += {"(": 1, ")": -1}.get(token.value, 0)
        if depth == 0 and token.kind is Kind.WORD and token.value in _ENDS:
            return
        yield token


def _group_end(expression: Sequence[Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(expression)):
        if expression[at].kind is Kind.MARK:
            depth += {"(": 1, ")": -1}.get(expression[at].value, 0)
            if depth == 0:
                return at
    return len(expression)


def _is_word(token: Token, word: str) -> bool:
    return token.kind is Kind.WORD and token.value == word
