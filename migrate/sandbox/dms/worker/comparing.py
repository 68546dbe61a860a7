"""What two sides of a table are compared by: a fingerprint a row, found by its key (dms.md §13, §19.16)."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol

from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Settings
from migrate.sandbox.dms.worker.tables import C

Key = tuple[str, ...]
"""The key's values as text."""

WAITING_ROWS = 50_000
"""How many rows of one side wait for the other's before the oldest is taken for one that differs."""


@dataclass(frozen=True)
class Compared(Generic[C]):
    """The columns of one table as (source, target) pairs. `partial`: LOBs are compared up to so many characters."""

    route: Route[C]
    key: tuple[tuple[C, C], ...]
    columns: tuple[tuple[C, C], ...]
    partial: int | None

    @classmethod
    def of(cls, route: Route[C], settings: Settings) -> Compared[C] | None:
        """None for a table that cannot be compared: no key, a LOB in it, or no such columns on the target (§13)."""
        if route.target is None:
            return None
        pairs: list[tuple[C, C]] = []
        for column, name in route.moved():
            there = route.target.column(name)
            if there is not None and not (column.is_lob and settings.flag("ValidationSettings", "SkipLobColumns")):
                pairs.append((column, there))
        key = tuple(pair for one in route.own_key for pair in pairs if pair[0].name == one)
        if not key or len(key) != len(route.own_key) or any(column.is_lob for column, _ in key):
            return None
        size = settings.number("ValidationSettings", "ValidationPartialLobSize", 0)
        return cls(route, key, tuple(pairs), size * 1024 or None)


class Fingerprints(Protocol):
    """One side of a table. Everything may raise the driver's errors."""

    names: tuple[str, ...]
    """The source's names of the columns that are compared."""

    def all(self) -> Generator[tuple[Key, str], None, None]:
        """Every row's key and fingerprint, in an order that is the same on both sides."""

    def some(self, keys: Collection[Key]) -> Mapping[Key, tuple[str, ...]]:
        """Of those keys that are there, the fingerprint of each column."""


def different(source: Iterator[tuple[Key, str]], target: Iterator[tuple[Key, str]]) -> Iterator[Key]:
    """Keys whose rows differ or are on one side only.

    Both sides are read in step; what one of them lacks waits for a while. A key may come twice.
    """
    here: dict[Key, str] = {}
    there: dict[Key, str] = {}
    sides = [(source, here, there), (target, there, here)]
    while sides:
        for side in list(sides):
            rows, mine, other = side
            row = next(rows, None)
            if row is None:
                sides.remove(side)
                continue
            key, digest = row
            found = other.pop(key, None)
            if found is None:
                mine[key] = digest
                if len(mine) > WAITING_ROWS:
                    oldest = next(iter(mine))
                    del mine[oldest]
                    yield oldest
            elif found != digest:
                yield key
    yield from here
    yield from there
