"""Where a table's key is cut into ranges, found while they are asked for.

A whole number at the head of the index is cut by value: the optimizer's estimate of a range, which it reads off a few
pages of the index, tells whether the next piece is of the size that is wanted. Other keys are stepped along the index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.engines.mysql import ranges
from migrate.engines.mysql.ranges import Ordering
from migrate.model.validation import Key

Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a query with its parameters."""

COARSE = 8
"""Most ranges of a key whose order no index serves: each costs a scan of its own."""
SAMPLED_PER_RANGE = 200
MARIADB_COLUMNS = 10
"""Of EXPLAIN, which tells no partitions and nothing filtered there; `rows` is the last but one, else but two."""


def edges(ask: Ask, ordering: Ordering, every: int, after: Key | None) -> Iterator[Key]:
    """Bounds between ranges of about `every` rows, in order, behind `after`."""
    if not ordering.indexed:
        yield from _sampled(ask, ordering, every, after)
    elif ranges.leading(ordering) is not None:
        yield from _by_value(ask, ordering, every, after)
    else:
        yield from _stepped(ask, ordering, every, after)


def _stepped(ask: Ask, ordering: Ordering, every: int, low: Key | None) -> Iterator[Key]:
    """Every `every`-th key along the index: one pass over it in all."""
    while (found := _step(ask, ordering, every, low)) is not None:
        yield (low := found)


def _step(ask: Ask, ordering: Ordering, every: int, low: Key | None) -> Key | None:
    rows = ask(*ranges.stepped(ordering, low, every))
    return rows[0] if rows else None


def _sampled(ask: Ask, ordering: Ordering, every: int, low: Key | None) -> Iterator[Key]:
    """Bounds out of a random sample: no index sorts keys by the bytes of their text."""
    count = max(ordering.shape.rows, every)
    pieces = min(COARSE, -(-count // every))
    part = min(1.0, SAMPLED_PER_RANGE * pieces / count)
    keys = ask(*ranges.sampled(ordering, low, part))
    if len(keys) >= pieces:
        yield from dict.fromkeys(keys[len(keys) * number // pieces - 1] for number in range(1, pieces))


@dataclass
class _Walk:
    """Cuts by value, from `low` on to the greatest one."""

    ask: Ask
    ordering: Ordering
    every: int
    low: Key | None
    least: int
    greatest: int
    width: int
    """Of the piece that is tried next."""

    @property
    def behind(self) -> int:
        """The value that the next piece begins behind; a bound within its rows counts as before it."""
        if self.low is None:
            return self.least - 1
        return int(self.low[0] or 0) - (1 if len(self.low) > 1 else 0)

    def next(self) -> Key | None:
        """The next bound; None where the rest is one piece.

        `few` is a value up to which there are too few rows, `many` one up to which there are too many.
        """
        few, many, width = self.behind, None, self.width
        while True:
            high = min(few + width, self.greatest)
            rows = self.estimate((str(high),))
            if rows > 2 * self.every and high - few == 1:
                return (str(few),) if few > self.behind else self.within_value(high)
            if rows > 2 * self.every:
                many, width = high, max(1, min((high - few) // 2, (high - few) * self.every // rows))
            elif high == self.greatest:
                return None
            elif 2 * rows < self.every and (many is None or many - high > 1):
                few, width = high, max(1, (many - high) // 2) if many else 2 * width
                if many is None:
                    few = self.skipped(few)
            else:
                self.width = max(1, width * self.every // max(rows, 1))
                return (str(high),)

    def skipped(self, value: int) -> int:
        """The greatest value with no row between it and `value`."""
        [(following, _)] = self.ask(*ranges.ends(self.ordering, (str(value),)))
        return value if following is None else max(value, following - 1)

    def within_value(self, value: int) -> Key | None:
        """The next bound among the many rows of one value."""
        if len(self.ordering.columns) > 1:
            return _step(self.ask, self.ordering, self.every, self.low)
        return (str(value),) if value < self.greatest else None

    def estimate(self, high: Key) -> int:
        """Rows of the range, as the optimizer thinks.

        It takes no range for more than half of what it takes the table for, however stale that is: then they are
        counted, as far as it matters.
        """
        [plan, *_] = self.ask(*ranges.explained(self.ordering, self.low, high))
        rows = int(plan[9 if len(plan) > MARIADB_COLUMNS else 8] or 0)
        if rows <= 2 * self.every and 2 * (rows + 1) >= self.ordering.shape.rows:
            [(rows,)] = self.ask(*ranges.counted(self.ordering, self.low, high, 2 * self.every + 1))
        return rows


def _by_value(ask: Ask, ordering: Ordering, every: int, after: Key | None) -> Iterator[Key]:
    # Without what stands behind the first column of `after`, for with it no server finds the ends at once.
    behind = after and (str(int(after[0] or 0) - (len(after) > 1)),)
    [(least, greatest)] = ask(*ranges.ends(ordering, behind))
    if least is None:
        return
    width = max(1, (greatest - least + 1) * every // max(ordering.shape.rows, 1))
    walk = _Walk(ask, ordering, every, after, least, greatest, width)
    while (bound := walk.next()) is not None:
        walk.low = bound
        yield bound
