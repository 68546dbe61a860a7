"""Reading one MySQL or MariaDB statement: words as names keep their case, strings join, accounts have hosts."""

from __future__ import annotations

from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.lexer import Kind, Token
from checks.ddl.mysql.lexer import is_bytes, tokens, unfolded
from checks.ddl.mysql.mode import Mode
from checks.facts import Location


class MySqlCursor(Cursor):
    """A Cursor over a statement whose conditional comments are unfolded for the server of `mode`."""

    def __init__(self, text: str, location: Location, mode: Mode) -> None:
        text = unfolded(text, mode)
        super().__init__(text, location, tokens(text, mode))
        self.mode = mode

    def within(self, text: str) -> MySqlCursor:
        """A cursor over a part of this statement."""
        return MySqlCursor(text, self.location, self.mode)

    def name(self) -> str:
        """One identifier with its case: the server compares names of tables by it, and of columns without."""
        token = self.next()
        if token.kind is Kind.WORD:
            return self.text[token.start : token.end]
        if token.kind is Kind.QUOTED:
            return token.value
        if self.text[token.start] == '"' and token.end - token.start > 2:
            # Of a dump made with --compatible=ansi, which does not say that it wants ANSI_QUOTES.
            return self.text[token.start + 1 : token.end - 1].replace('""', '"')
        raise NotUnderstoodError(f"expected a name, found {token.value!r}")

    def keyword(self) -> str:
        """The next token as a folded keyword. Raises NotUnderstoodError where it is none."""
        token = self.next()
        if token.kind is not Kind.WORD:
            raise NotUnderstoodError(f"expected a keyword, found {token.value!r}")
        return token.value

    def word_or_string(self) -> str:
        """A name that may also be written as a string: of a charset, a storage engine, a plugin."""
        return self.string() if self.at_string() else self.name()

    def at_string(self) -> bool:
        token = self.peek()
        return token is not None and token.kind is Kind.STRING

    def string(self) -> str:
        """The value of one string, or of several that stand side by side."""
        token = self.next()
        if token.kind is not Kind.STRING:
            raise NotUnderstoodError(f"expected a string, found {token.value!r}")
        parts = [token.value]
        while not is_bytes(parts[0]) and self.at_string():
            parts.append(self.next().value)
        return "".join(parts)

    def strings_in_parentheses(self) -> list[str]:
        """`('a', 'b')` as values."""
        self.expect_mark("(")
        found = [self._list_value()]
        while self.accept_mark(","):
            found.append(self._list_value())
        self.expect_mark(")")
        return found

    def _list_value(self) -> str:
        token = self.peek()
        if token and token.kind is Kind.WORD and token.value.startswith("_"):
            self.next()
        return self.string()

    def integer(self) -> int:
        """A whole number with or without sign."""
        sign = -1 if self.accept_mark("-") else 1
        self.accept_mark("+")
        token = self.next()
        try:
            return sign * int(token.value)
        except ValueError:
            raise NotUnderstoodError(f"expected a number, found {token.value!r}") from None

    def length(self) -> int | None:
        """`(20)` as a number where it comes next."""
        if not self.at_mark("("):
            return None
        self.next()
        number = self.integer()
        self.expect_mark(")")
        return number

    def account(self) -> str | None:
        """`user@host`, or `user` for any host, as the server prints it: `user@%`. None for CURRENT_USER."""
        if self.accept("current_user"):
            if self.accept_mark("("):
                self.expect_mark(")")
            return None
        name, host = self.account_parts()
        return f"{name}@{host}"

    def account_parts(self) -> tuple[str, str]:
        """User and host of an account."""
        name = self.word_or_string()
        if not self.accept_mark("@"):
            return name, "%"
        host = self.word_or_string()
        while not self.done and (self.at_mark(".") or self.at_mark("-")) and not self.at_string():
            host += self.next().value + self.word_or_string()
        return name, host

    def last(self, count: int) -> list[Token]:
        """The last tokens of the statement."""
        return self._tokens[-count:]
