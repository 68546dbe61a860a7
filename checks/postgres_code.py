"""The SQL that a schema stores: routines in SQL and PL/pgSQL, views, and the expressions of columns.

It comes statement by statement, in tokens: what stands in comments and plain strings is not code. Text that EXECUTE
runs is code too, as far as it is written out; `?` stands where a value is put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from checks.ddl.lexer import Kind, Token, tokens
from checks.facts import Catalog, ObjectRef
from checks.postgres_executed import executed_texts

SQL_LANGUAGES = frozenset({"sql", "plpgsql"})
_OPENS, _CLOSES = frozenset("(["), frozenset(")]")
_BLOCK_WORDS = frozenset({"begin", "then", "else", "loop", "declare", "atomic"})
_NO_CALL_AFTER = frozenset({"into", "table", "as", "references", "with", "function", "procedure", "update", "copy"})

Statement = tuple[Token, ...]


class Call(NamedTuple):
    """A function called in a statement; `at` is the place of its opening parenthesis among the tokens."""

    schema: str
    name: str
    at: int


@dataclass(frozen=True)
class StoredCode:
    """Code of one object. `procedural` is True for PL/pgSQL."""

    ref: ObjectRef
    text: str
    procedural: bool = False

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements, those inside of blocks and those that EXECUTE runs among them."""
        own = tuple(_split(tokens(self.text), procedural=self.procedural))
        if not self.procedural:
            return own
        dynamic = (_split(tokens(text), procedural=False) for text in executed_texts(own))
        return (*own, *(statement for split in dynamic for statement in split))

    def calls(self, names: Iterable[str]) -> Iterator[tuple[Call, Statement]]:
        """Calls of these functions, of whatever schema."""
        wanted = frozenset(names)
        for statement in self.statements:
            for call in calls(statement):
                if call.name in wanted:
                    yield call, statement


def stored_code(catalog: Catalog, words: Iterable[str]) -> Iterator[StoredCode]:
    """The code of a catalog that has one of these words in it, anywhere: only that is worth taking apart."""
    any_word = re.compile(rf"(?<![\w$])(?:{'|'.join(map(re.escape, words))})(?![\w$])", re.IGNORECASE)
    for routine in catalog.routines:
        if routine.language in SQL_LANGUAGES and routine.kind != "aggregate" and any_word.search(routine.body):
            yield StoredCode(routine.ref, routine.body, procedural=routine.language == "plpgsql")
    for view in catalog.views:
        if any_word.search(view.definition):
            yield StoredCode(view.ref, view.definition)
    for table in catalog.tables:
        for column in table.columns if table.partition_of is None else ():
            expression = column.default or column.generated
            calls_more = expression and "(" in expression and not expression.startswith("nextval(")
            if expression and calls_more and any_word.search(expression):
                yield StoredCode(ObjectRef("column", f"{table.name}.{column.name}", table.location), expression)


def called(catalog: Catalog, names: Iterable[str], *, builtin: bool) -> Iterator[tuple[ObjectRef, tuple[str, ...]]]:
    """Objects whose code calls these functions, with the names of those called.

    Built-in functions are meant without a schema or with pg_catalog; others with any schema, unless the database has
    a routine of its own by that name.
    """
    wanted = frozenset(names)
    if not builtin:
        wanted -= {routine.name for routine in catalog.routines}
    for code in stored_code(catalog, wanted) if wanted else ():
        found = {call.name for call, _ in code.calls(wanted) if not builtin or call.schema in ("", "pg_catalog")}
        if found:
            yield code.ref, tuple(sorted(found))


def calls(statement: Statement) -> Iterator[Call]:
    """Functions that a statement calls: a name, maybe with its schema, before a parenthesis."""
    for at in range(1, len(statement)):
        if not is_mark(statement[at], "(") or not is_name(statement[at - 1]):
            continue
        first = at - 1
        while first >= 2 and is_mark(statement[first - 1], ".") and is_name(statement[first - 2]):
            first -= 2
        before = statement[first - 1] if first else None
        if before is not None and before.kind is Kind.WORD and before.value in _NO_CALL_AFTER:
            continue
        schema = statement[first].value if first < at - 1 else ""
        yield Call(schema, statement[at - 1].value, at)


def begins(statement: Statement, *words: str) -> bool:
    """Whether a statement begins with these keywords."""
    return len(statement) >= len(words) and all(
        token.kind is Kind.WORD and token.value == word for token, word in zip(statement, words, strict=False)
    )


def outermost(statement: Statement) -> Iterator[tuple[int, Token]]:
    """Tokens outside of all parentheses, with their places."""
    depth = 0
    for at, token in enumerate(statement):
        if token.kind is Kind.MARK and token.value in _OPENS:
            depth += 1
        elif token.kind is Kind.MARK and token.value in _CLOSES:
            depth -= 1
        elif depth == 0:
            yield at, token


def is_mark(token: Token, mark: str) -> bool:
    """Whether it is this mark, and not a string or name of the same text."""
    return token.kind is Kind.MARK and token.value == mark


def is_name(token: Token) -> bool:
    """Whether it can be a name."""
    return token.kind in (Kind.WORD, Kind.QUOTED)


def _split(found: Iterable[Token], *, procedural: bool) -> Iterator[Statement]:
    """Statements at semicolons and, in PL/pgSQL, at the words that begin a block."""
    statement: list[Token] = []
    depth = cases = 0
    for token in found:
        if token.kind is Kind.MARK:
            depth += (token.value in _OPENS) - (token.value in _CLOSES)
        word = token.value if token.kind is Kind.WORD and depth == 0 else ""
        if word == "case" and statement:
            cases += 1  # an expression; a CASE that begins a statement has statements of its own
        elif word == "end" and cases:
            cases -= 1
        block = word in _BLOCK_WORDS and not cases and (procedural or word == "atomic")
        label = is_mark(token, ">>") and len(statement) == 2 and is_mark(statement[0], "<<")
        if block or label or is_mark(token, ";"):
            if statement:
                yield tuple(statement)
            statement, depth, cases = [], 0, 0
        else:
            statement.append(token)
    if statement:
        yield tuple(statement)
