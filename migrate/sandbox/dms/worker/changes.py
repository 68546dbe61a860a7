"""What a capture stream tells: row changes between the begin and the end of their transactions."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Unchanged(Enum):
    """An out-of-line value that an UPDATE did not touch; PostgreSQL's log does not hold it."""

    TOAST = "unchanged-toast-datum"


UNCHANGED: Final = Unchanged.TOAST

Value = bytes | Unchanged | None
"""A value as the source's server prints it, in the column's own character set."""


@dataclass(frozen=True, slots=True)
class Row:
    """Column names, as bytes without quotes, and their values."""

    columns: tuple[bytes, ...]
    values: list[Value]


@dataclass(slots=True)
class Change:
    """One change. `relation` stands for the table, `kind` is I, U, D or T (all rows), `size` the bytes of the log.

    L is none of the log's: the LOBs of a row that came without them, with its key alone.

    `old` holds what the log tells of the row before: everything, its key, or nothing.
    """

    relation: Hashable
    kind: str
    new: Row | None
    old: Row | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Begin:
    """A transaction starts."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The transaction's end: `position` is just after it, `at` epoch seconds by the source's clock."""

    position: int
    at: float


@dataclass(frozen=True, slots=True)
class Ddl:
    """Something that is no row change happened to a table: CREATE, ALTER, DROP, RENAME or TRUNCATE."""

    table: tuple[str, str]
    verb: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The table's changes cannot be read any more, and why."""

    relation: Hashable
    why: str


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """Nothing to tell: everything before `position` was sent."""

    position: int
    sent: float
    reply: bool = False


Message = Begin | Change | Commit | Ddl | Broken | KeepAlive
