"""What a kind of damage is: a table with one column under test, and what a migration may do to a row of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Route(StrEnum):
    """Source engine and target engine."""

    POSTGRES = "PostgreSQL → PostgreSQL"
    MYSQL = "MySQL → MySQL"
    MARIADB = "MariaDB → MySQL"

    @property
    def postgres(self) -> bool:
        return self is Route.POSTGRES


MYSQL_FAMILY = (Route.MYSQL, Route.MARIADB)

Pair = tuple[str, str]
"""Two different values of a column, as SQL literals: before and after."""


class Act(StrEnum):
    """How a pair of values becomes damage on one side. The row named first in each has the pair's first value."""

    CHANGE = "the first value becomes the second"
    SWAP_ROWS = "a row and its neighbour, which has the second value, exchange them"
    SWAP_COLUMNS = "the two columns of one row exchange their values"
    LOSE = "the row is gone"
    ADD = "a row is there that was not"
    MOVE = "the row has another key"
    LOSE_TWIN = "one of two equal rows of a table without a key is gone"
    ADD_TWIN = "a row of a table without a key is there once more"
    CHANGE_KEYLESS = "a row of a table without a key is changed"

    @property
    def keyless(self) -> bool:
        return self in (Act.LOSE_TWIN, Act.ADD_TWIN, Act.CHANGE_KEYLESS)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of damage, or of a change that is none."""

    name: str
    type: str
    """DDL of the column under test, and of its second column where two exchange their values."""
    pair: Callable[[Random], Pair]
    act: Act = Act.CHANGE
    routes: tuple[Route, ...]
    target_type: str = ""
    """DDL on the target where it is another one."""
    key_type: str = "bigint"
    key: Callable[[int], str] = str
    """SQL literal of the n-th key."""
    moved_key: Callable[[int], str] | None = None
    """What the n-th row's key becomes when it moves; None: one that is free."""
    printed: str = "{}"
    """SQL expression that prints the column so that any damage of this kind shows."""
    setup: str = ""
    """SQL that makes what the type needs."""
    equal: str = ""
    """Why both values are the same to the database, so that nobody may raise an alarm; empty for damage."""

    @property
    def table(self) -> str:
        return slug(self.name)


@dataclass(frozen=True, kw_only=True)
class Harmless:
    """Something that happens to a whole table and changes no row."""

    name: str
    routes: tuple[Route, ...]
    columns: str = "id bigint PRIMARY KEY, v varchar(60), n decimal(12,3), at timestamp(6) NULL"
    target_columns: str = ""
    options: str = ""
    """What stands behind the columns on the target."""
    backwards: bool = False
    """The target's rows are inserted in another order."""
    statements: tuple[str, ...] = ()
    """Run on the target after the rows are there; `{table}` and `{database}` are put in."""
    alone: bool = False
    """It changes the whole database, and comes after everything else."""
    only_one_side: bool = False
    """It makes tables that the other side has not, which a comparison of whole databases refuses."""

    @property
    def table(self) -> str:
        return slug(self.name)


def slug(name: str) -> str:
    """A name that both servers take as a table's."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"-(?=\d)", "minus ", name.lower())).strip("_")[:60]
