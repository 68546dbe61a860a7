"""What an application does: transactions, each a list of statements, with the effects that the ledger keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


class Statement(NamedTuple):
    """One statement and its parameters. It must touch exactly `rows` rows; None where the server does not tell."""

    text: str
    values: Sequence[Any] = ()
    rows: int | None = 1


def nothing() -> None:
    """For a transaction that moves nobody's picture."""


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """`effects` is what the ledger keeps."""

    id: str
    kind: str
    effects: dict[str, Any]
    statements: tuple[Statement, ...]
    acknowledged: Callable[[], None] = field(default=nothing, repr=False)
    """Call when the server acknowledged it: the session's own picture moves on."""
    uncertain: Callable[[], None] = field(default=nothing, repr=False)
    """Call when nobody knows, or when a row was not as expected: the session never touches the subject again."""


class Customer(Protocol):
    """Makes up transactions for one session, the same ones for the same seed and answers."""

    def next(self) -> Transaction:
        """The next transaction."""
        ...
