"""What the common part of the worker must know of a table on either side; each engine adds what it needs itself."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar


@dataclass(frozen=True)
class Column:
    """One column. `type_sql` as the server prints it, `place` tells a renamed column from a new
    one, `is_lob` by the source's type (dms.md §5.3)."""

    name: str
    type_sql: str
    place: Hashable
    not_null: bool
    generated: bool
    is_lob: bool


C = TypeVar("C", bound=Column)


@dataclass(frozen=True)
class Table(Generic[C]):
    """One table. `key` is its primary key; `identity` the columns of another unique key that finds a row
    in the log: one named as replica identity, or on MySQL what stands in for a missing primary key.

    `full_identity`: the log holds whole rows, so a row can be found by all of them. `size` orders the load, biggest
    first, in a unit of the engine's own. `number` tells a table from a later one of its name; 0 where nothing does.
    """

    schema: str
    name: str
    columns: tuple[C, ...]
    key: tuple[str, ...]
    identity: tuple[str, ...]
    full_identity: bool
    size: int
    number: int = field(default=0, kw_only=True)

    def column(self, name: str) -> C | None:
        """The column of that name."""
        return next((one for one in self.columns if one.name == name), None)
