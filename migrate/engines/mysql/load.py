"""Runs a script on a server: what is there already is passed over, what names accounts is fitted to those that are."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pymysql

from migrate.engines.mysql.account_list import Account, accounts, of, own_name
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.failures import number_of
from migrate.engines.mysql.quoting import account
from migrate.engines.mysql.sqltext import ACCOUNT, DEFINER, Sql, account_in

_THERE_ALREADY = frozenset((1050, 1304, 1359, 1537))
"""A table or view, a routine, a trigger, an event of this name."""
_KEY_THERE = frozenset((1061, 1826))
_NO_SUCH_OBJECT = frozenset((1146, 1305))
_GRANTEE = rf"^(?:GRANT\b.* TO|ALTER USER) (?P<account>{ACCOUNT})"
_LOCKED = rf"^CREATE USER IF NOT EXISTS (?P<account>{ACCOUNT}) "
_ADD = r"^ALTER TABLE .*? (?=ADD )"


class Failed(Exception):
    """A statement that the server refused. `at` is its beginning, without what stands in quotes."""

    def __init__(self, error: pymysql.MySQLError, at: str) -> None:
        super().__init__(at)
        self.error = error
        self.at = at


class Loader:
    """Runs statements one by one on a session of their own. `notes` tells what was fitted to this server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._there = accounts(connection)
        self._own = own_name(connection)
        self.notes: list[str] = []

    def run(self, statements: Iterable[str]) -> None:
        """Raises Failed. What ran before stays; the same statements can be run again."""
        for statement in statements:
            fitted = self._fitted(Sql(statement))
            if fitted is not None:
                self._run(fitted)

    def _run(self, statement: Sql) -> None:
        try:
            self._connection.cursor().execute(statement.text)
        except pymysql.MySQLError as error:
            number = number_of(error)
            if number in _THERE_ALREADY:
                return
            if number in _KEY_THERE and self._one_by_one(statement):
                return
            if number in _NO_SUCH_OBJECT and statement.has(r"^GRANT\b"):
                self._note(f"left out, for there is no such object here: {statement.text}")
                return
            raise Failed(error, _beginning(statement)) from error

    def _one_by_one(self, statement: Sql) -> bool:
        """Add each key by itself: some of them are there. False where the statement is no such one."""
        head = statement.search(_ADD)
        if head is None:
            return False
        for part in Sql(statement.text[head.end() :]).parts():
            try:
                self._connection.cursor().execute(f"{statement.text[: head.end()]}{part.text}")
            except pymysql.MySQLError as error:
                if number_of(error) not in _KEY_THERE:
                    raise Failed(error, _beginning(part)) from error
        return True

    def _fitted(self, statement: Sql) -> Sql | None:
        """With accounts that are here; None for a grant to one that is not."""
        if found := statement.search(DEFINER):
            return self._with_definer(statement, found)
        if found := statement.search(_LOCKED):
            user, _ = account_in(statement.at(found, "account"))
            return None if any(not each.locked for each in of(user, self._there)) else statement
        if found := statement.search(_GRANTEE):
            return self._with_grantee(statement, found)
        return statement

    def _with_definer(self, statement: Sql, found: re.Match[str]) -> Sql:
        user, host = account_in(statement.at(found, "account"))
        here = self._nearest(user, host)
        name = here.name if here is not None else self._own
        if name == (user, host):
            return statement
        start, end = found.span("account")
        self._note(f"definer {user}@{host} is not here, made as {name[0]}@{name[1]}: {_object(statement)}")
        return Sql(f"{statement.text[:start]}{account(*name)}{statement.text[end:]}")

    def _with_grantee(self, statement: Sql, found: re.Match[str]) -> Sql | None:
        user, host = account_in(statement.at(found, "account"))
        here = self._nearest(user, host, roles=True)
        if here is None:
            if self._made_since(user, host):
                return statement
            self._note(f"left out, for there is no account {user}@{host}: {statement.text}")
            return None
        if here.name == (user, host):
            return statement
        start, end = found.span("account")
        self._note(f"granted to {here} in place of {user}@{host}: {statement.text}")
        return Sql(f"{statement.text[:start]}{here.sql}{statement.text[end:]}")

    def _nearest(self, user: str, host: str, *, roles: bool = False) -> Account | None:
        """The account of this name, or the same user's for other hosts: for every host first."""
        exact = [each for each in self._there if each.name == (user, host) and (roles or not each.role)]
        others = sorted(of(user, self._there), key=lambda each: each.host != "%")
        return next(iter([*exact, *others]), None)

    def _made_since(self, user: str, host: str) -> bool:
        """Whether this script has made the role itself."""
        self._there = accounts(self._connection)
        return self._nearest(user, host, roles=True) is not None

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _object(statement: Sql) -> str:
    found = statement.search(r"\b(VIEW|PROCEDURE|FUNCTION|TRIGGER|EVENT)(?: IF NOT EXISTS)? ([^\s(]+)")
    return f"{found[1].lower()} {statement.at(found, 2)}" if found else "stored code"


def _beginning(statement: Sql) -> str:
    """Names and words, but nothing that stands in quotes."""
    without = statement.replaced(r"'\x01+'|\"\x01+\"", "'…'")
    return " ".join(without.text.split())[:200]
