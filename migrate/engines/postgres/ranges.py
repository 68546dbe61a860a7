"""Ranges of a key: how bounds are compared, and where ranges of about equal size begin and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.engines.postgres.collations import ENCODINGS_LIKE_UTF8
from migrate.engines.postgres.quoting import identifier
from migrate.engines.postgres.shapes import KeyColumn, Shape
from migrate.model.validation import Key, KeyOrder

BLOCK_BYTES = 8192
SAMPLED_FROM_BLOCKS = 2_000
"""A smaller table, of up to 16 MB, is read as a whole."""
BLOCKS_PER_RANGE = 4
"""Fewer would make ranges of very unequal size where the key follows the physical order."""
SAMPLED_BLOCKS_MOST = 20_000
"""About a second's reading. Of a table that would want more, ranges come out larger than was asked for."""
SAMPLED_BLOCKS_LEAST = 200
SCANNED_RANGES_MOST = 1000
"""Of a table where a range costs a scan: those that are summed up together in one."""


class Parameters:
    """Values of one query, in the order of their placeholders; a value that comes again keeps its own."""

    def __init__(self) -> None:
        self._places: dict[str | None, int] = {}

    @property
    def values(self) -> list[str | None]:
        return list(self._places)

    def add(self, value: str | None) -> str:
        """Its placeholder."""
        return f"${self._places.setdefault(value, len(self._places) + 1)}"


class Ordering:
    """How the keys of one table are compared: natively, or by the bytes of their text in UTF-8."""

    def __init__(self, shape: Shape, order: KeyOrder, encoding: str) -> None:
        self._key = shape.key
        self._scattered = shape.scattered
        self._order = order
        self._encoding = encoding

    @property
    def cheap(self) -> bool:
        """Whether a range costs what it holds: an index finds it, and its rows lie together."""
        return not self._scattered and not self._by_bytes(self._key[0])

    def columns(self) -> list[str]:
        """Expressions to sort by."""
        return [self._sortable(column, identifier(column.name)) for column in self._key]

    def above(self, low: Key | None, parameters: Parameters) -> str:
        """Condition: the key is above `low`; empty for None."""
        return self._compared(">", low, parameters)

    def up_to(self, high: Key | None, parameters: Parameters) -> str:
        """Condition: the key is at or below `high`; empty for None."""
        return self._compared("<=", high, parameters)

    def within(self, low: Key | None, high: Key | None, parameters: Parameters) -> str:
        """Condition: the key is in the range; empty for all keys."""
        return " AND ".join(filter(None, (self.above(low, parameters), self.up_to(high, parameters))))

    def _compared(self, sign: str, bound: Key | None, parameters: Parameters) -> str:
        if bound is None:
            return ""
        values = [self._bound(column, parameters.add(value)) for column, value in zip(self._key, bound, strict=True)]
        return f"{_row(self.columns())} {sign} {_row(values)}"

    def _by_bytes(self, column: KeyColumn) -> bool:
        return not column.native or (self._order is KeyOrder.BYTES and not column.alike)

    def _sortable(self, column: KeyColumn, value: str) -> str:
        return self._bytes(value) if self._by_bytes(column) else value

    def _bound(self, column: KeyColumn, parameter: str) -> str:
        return self._bytes(parameter) if self._by_bytes(column) else column.value(parameter)

    def _bytes(self, value: str) -> str:
        if self._encoding in ENCODINGS_LIKE_UTF8:
            return f'({value}::pg_catalog.text COLLATE "C")'
        return f"convert_to({value}::pg_catalog.text, 'UTF8')"


def where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""


@dataclass(frozen=True)
class Sample:
    """Which rows are looked at for the bounds of ranges, and every how many of them one is taken."""

    percent: float | None
    """Of the table's blocks; None for all."""
    step: int


def sample(shape: Shape, ordering: Ordering, rows_per_range: int, most_blocks: int) -> Sample:
    """What gives ranges of about `rows_per_range` rows without looking at more than `most_blocks` blocks."""
    rows = max(shape.supposed_rows, 1)
    blocks = max(shape.pages_bytes / BLOCK_BYTES, 1)
    if not ordering.cheap:
        rows_per_range = max(rows_per_range, -(-rows // SCANNED_RANGES_MOST))
    looked_at = min(max(BLOCKS_PER_RANGE * rows / rows_per_range, SAMPLED_BLOCKS_LEAST), most_blocks)
    if blocks < min(SAMPLED_FROM_BLOCKS, most_blocks) or looked_at > blocks / 2:
        return Sample(None, rows_per_range)
    step = max(rows_per_range * looked_at / blocks, BLOCKS_PER_RANGE * rows / blocks)
    return Sample(100 * looked_at / blocks, max(1, round(step)))


def boundaries(shape: Shape, ordering: Ordering, after: Key | None, looked_at: Sample) -> tuple[str, list[str | None]]:
    """Query, with its parameters: the key, as text, of every so many rows above `after`, in order."""
    percent = looked_at.percent
    sampled = "" if percent is None else f" TABLESAMPLE SYSTEM ({percent:.6f}) REPEATABLE (1)"
    parameters = Parameters()
    printed = ", ".join(f"{identifier(column.name)}::pg_catalog.text AS k{n}" for n, column in enumerate(shape.key))
    names = ", ".join(f"k{n}" for n in range(len(shape.key)))
    return (
        f"SELECT {names} FROM (SELECT {printed}, row_number() OVER (ORDER BY {', '.join(ordering.columns())}) AS place"
        f" FROM {shape.source}{sampled}{where(ordering.above(after, parameters))}) AS ordered"
        f" WHERE place % {looked_at.step} = 0 ORDER BY place"
    ), parameters.values


def _row(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"ROW({', '.join(values)})"
