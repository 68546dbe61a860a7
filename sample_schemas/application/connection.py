"""What a session needs of a database: one connection that says clearly how a transaction ended."""

from __future__ import annotations

from typing import Any, Protocol

from application.work import Statement, Transaction

STATEMENT_SECONDS = 15
CONNECT_SECONDS = 3


class Refused(Exception):
    """The server said no, or the connection broke before COMMIT was sent: nothing of the transaction can be there."""


class RowMissing(Refused):
    """A statement did not touch as many rows as it must: the database is not as the application left it."""


class Unanswered(Exception):
    """COMMIT was sent, and what came back does not say whether it happened."""


class Connection(Protocol):
    """Made by application.postgres or application.mysql. An error that a method raises leaves it fit to be closed."""

    port: int
    """Of the server that answers."""

    @property
    def closed(self) -> bool:
        """Whether the client knows that the connection is gone."""
        ...

    def send(self, work: Transaction) -> None:
        """Everything of a transaction but its COMMIT. Raises Refused, of which RowMissing."""
        ...

    def commit(self) -> None:
        """Raises Refused or Unanswered."""
        ...

    def ask(self, text: str) -> list[tuple[Any, ...]]:
        """Rows of one query, outside of any transaction. Raises Refused."""
        ...

    def close(self) -> None:
        """Never raises."""
        ...


def counted(work: Transaction, touched: list[tuple[Statement, int]]) -> None:
    """Raises RowMissing where a statement touched another number of rows than it must."""
    if any(statement.rows not in (None, rows) for statement, rows in touched):
        raise RowMissing(f"{work.kind}: rows touched {[rows for _, rows in touched]}")


def first_line(error: Exception, code: object = None) -> str:
    """A driver's error as one line of the ledger."""
    lines = str(error).strip().splitlines()
    return f"{code or type(error).__name__}: {lines[0] if lines else ''}"[:200]
