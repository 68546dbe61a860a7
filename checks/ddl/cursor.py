"""Reading one statement token by token."""

from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind, Token, tokens
from checks.facts import Location, TableName

_OPEN = {"(": ")", "[": "]"}


class NotUnderstoodError(Exception):
    """The reader does not know this form; the statement becomes an `Unread` with this reason."""


class Cursor:
    """A place among the tokens of a statement. Words compare folded, and quoted identifiers never equal a keyword."""

    def __init__(self, text: str, location: Location, lexed: Iterable[Token] | None = None) -> None:
        """`lexed` are the tokens of `text` where it is not PostgreSQL's."""
        self.text = text
        self.location = location
        found = tokens(text) if lexed is None else lexed
        self._tokens = [token for token in found if not (token.kind is Kind.MARK and token.value == ";")]
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def next(self) -> Token:
        """The next token, passed over. Raises NotUnderstoodError at the end of the statement."""
        token = self.peek()
        if token is None:
            raise NotUnderstoodError("the statement ends too early")
        self._at += 1
        return token

    def at_words(self, *words: str) -> bool:
        """Whether exactly these keywords come next."""
        for ahead, word in enumerate(words):
            token = self.peek(ahead)
            if token is None or token.kind is not Kind.WORD or token.value != word:
                return False
        return True

    def at_mark(self, mark: str) -> bool:
        token = self.peek()
        return token is not None and token.kind is Kind.MARK and token.value == mark

    def at_number(self) -> bool:
        token = self.peek()
        return token is not None and token.kind is Kind.NUMBER

    def accept(self, *words: str) -> bool:
        """Pass over these keywords if all of them come next."""
        if self.at_words(*words):
            self._at += len(words)
            return True
        return False

    def accept_any(self, *words: str) -> str | None:
        """Pass over one of these keywords and return it."""
        return next((word for word in words if self.accept(word)), None)

    def accept_mark(self, mark: str) -> bool:
        if self.at_mark(mark):
            self._at += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            raise NotUnderstoodError(f"expected {' '.join(words).upper()}, found {self._found()}")

    def expect_mark(self, mark: str) -> None:
        if not self.accept_mark(mark):
            raise NotUnderstoodError(f"expected {mark}, found {self._found()}")

    def name(self) -> str:
        """One identifier, as the server stores it."""
        token = self.next()
        if token.kind not in (Kind.WORD, Kind.QUOTED):
            raise NotUnderstoodError(f"expected a name, found {token.value!r}")
        return token.value

    def dotted(self) -> tuple[str, ...]:
        """Identifiers joined by dots."""
        parts = [self.name()]
        while self.accept_mark("."):
            parts.append(self.name())
        return tuple(parts)

    def qualified(self, default_schema: str) -> TableName:
        """A name with or without its schema."""
        parts = self.dotted()
        return TableName(parts[-2] if len(parts) > 1 else default_schema, parts[-1])

    def names_in_parentheses(self) -> tuple[str, ...]:
        """`(a, b)` as names; anything after a name up to the comma (an operator class, an order) is passed over."""
        self.expect_mark("(")
        found = [self.name()]
        while not self.accept_mark(")"):
            if self.accept_mark(","):
                found.append(self.name())
            else:
                self.skip_one()
        return tuple(found)

    def skip_one(self) -> None:
        """Pass over one token, or over a whole bracketed group."""
        token = self.next()
        if token.kind is Kind.MARK and token.value in _OPEN:
            close = _OPEN[token.value]
            while not self.accept_mark(close):
                self.skip_one()

    def group_text(self) -> str:
        """The source inside the parentheses that come next, passed over."""
        token = self.peek()
        if token is None or not self.at_mark("("):
            raise NotUnderstoodError(f"expected (, found {self._found()}")
        self.skip_one()
        return self.text[token.end : self._tokens[self._at - 1].start].strip()

    def skip_until_mark(self, *marks: str) -> None:
        """Pass over everything up to one of these marks at this level, or to the end."""
        while not self.done and not any(self.at_mark(mark) for mark in marks):
            self.skip_one()

    def source_until(self, words: frozenset[str], marks: tuple[str, ...] = ()) -> str:
        """Pass over, and return the source up to, one of these keywords or marks at this level, or to the end."""
        first = self.peek()
        last = first
        while (token := self.peek()) is not None:
            if (token.kind is Kind.WORD and token.value in words) or any(self.at_mark(mark) for mark in marks):
                break
            self.skip_one()
            last = self._tokens[self._at - 1]
        if first is None or last is None or self.peek() is first:
            return ""
        return self.text[first.start : last.end]

    def mark_place(self) -> int:
        """The place as a number, for `source_since` and `back_to`."""
        return self._at

    def back_to(self, place: int) -> None:
        """Return to a place given by `mark_place`."""
        self._at = place

    def source_since(self, place: int) -> str:
        """The source of all tokens passed since `place`."""
        if place >= self._at:
            return ""
        return self.text[self._tokens[place].start : self._tokens[self._at - 1].end]

    def rest(self) -> str:
        """The source from here to the end, passed over."""
        place = self._at
        self._at = len(self._tokens)
        return self.source_since(place)

    def _found(self) -> str:
        token = self.peek()
        return "the end" if token is None else repr(token.value)
