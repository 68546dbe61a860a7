"""SQL that compares keys with the bounds of a range, and finds such bounds.

Natively, a key is compared as its index sorts: the index serves. By bytes, it is compared alike on every server: by its
leading columns whose order knows no collation, which an index serves, too; where the first one already needs a
collation, by the bytes of the text of all of them, and every question reads the whole table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.engines.mysql.forms import sorts_natively
from migrate.engines.mysql.keys import Kind, Shape, ShapeColumn
from migrate.engines.mysql.quoting import identifier
from migrate.model.validation import Key, KeyOrder


@dataclass(frozen=True)
class Ordering:
    """How the bounds of ranges of a table's key are compared. A bound may be of its leading columns alone."""

    shape: Shape
    order: KeyOrder

    @property
    def by_bytes(self) -> bool:
        return self.order is KeyOrder.BYTES and not self.shape.key[0].sorts_alike

    @property
    def columns(self) -> tuple[ShapeColumn, ...]:
        """Key columns that a bound is made of; none where nothing sorts natively."""
        key = self.shape.key
        if self.by_bytes:
            return key
        for place, column in enumerate(key):
            alike = column.sorts_alike and self.order is KeyOrder.BYTES
            if not alike and (self.order is KeyOrder.BYTES or not sorts_natively(self.shape, column)):
                return key[:place]
        return key

    @property
    def indexed(self) -> bool:
        """Whether reading along the index gives the rows in this order."""
        return not self.by_bytes and bool(self.columns) and self.columns[0].name not in self.shape.prefixed

    def within(self, low: Key | None, high: Key | None) -> tuple[str, list[Any]]:
        """Condition, with its parameters, of `low < key <= high`; empty for all rows.

        Raises ValueError for a bound that is no value of this key.
        """
        clauses: list[str] = []
        parameters: list[Any] = []
        for bound, sign in ((low, ">"), (high, "<")):
            if bound is not None:
                clause, values = self._beyond(bound, sign)
                clauses.append(clause)
                parameters += values
        return " AND ".join(clauses), parameters

    def _beyond(self, bound: Key, sign: str) -> tuple[str, list[Any]]:
        """`key > bound`, or `key <= bound` for the sign `<`; spelled out column by column, for MySQL finds no range of
        an index in a comparison of rows."""
        columns = self.shape.key[: len(bound)]
        if len(columns) != len(bound) or not bound:
            raise ValueError("a bound of another key")
        names = [self._compared(column) for column in columns]
        marker = "CAST(%s AS BINARY)" if self.by_bytes else "%s"
        values = [self._value(column, text or "") for column, text in zip(columns, bound, strict=True)]
        last = len(columns) - 1
        alternatives: list[str] = []
        parameters: list[Any] = []
        for place in range(last + 1):
            compare = "<=" if sign == "<" and place == last else sign
            terms = [f"{names[n]} = {marker}" for n in range(place)] + [f"{names[place]} {compare} {marker}"]
            alternatives.append(" AND ".join(terms))
            parameters += values[: place + 1]
        if last == 0:
            return alternatives[0], parameters
        return f"({' OR '.join(alternatives)})", parameters

    def _value(self, column: ShapeColumn, text: str) -> Any:
        try:
            return text if self.by_bytes else column.parameter(text)
        except ArithmeticError as error:
            raise ValueError("a bound of another key") from error

    def _compared(self, column: ShapeColumn) -> str:
        return f"CAST({column.printed()} AS BINARY)" if self.by_bytes else identifier(column.name)


def where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""


def stepped(ordering: Ordering, low: Key | None, every: int) -> tuple[str, list[Any]]:
    """Query, with its parameters: the key, as text, of the `every`-th row behind `low` along the index."""
    behind, parameters = ordering.within(low, None)
    printed = ", ".join(column.printed() for column in ordering.columns)
    order = ", ".join(identifier(column.name) for column in ordering.columns)
    source = ordering.shape.along_key
    return f"SELECT {printed} FROM {source}{where(behind)} ORDER BY {order} LIMIT 1 OFFSET {int(every) - 1}", parameters


def sampled(ordering: Ordering, low: Key | None, part: float) -> tuple[str, list[Any]]:
    """Query, with its parameters: the keys, as text, of a random part of the rows behind `low`, in order."""
    behind, parameters = ordering.within(low, None)
    columns = ordering.columns or ordering.shape.key
    printed = ", ".join(column.printed() for column in columns)
    order = ", ".join(ordering._compared(column) for column in columns)
    drawn = " AND ".join(filter(None, [behind, f"RAND(1) < {part:.9f}"]))
    return f"SELECT {printed} FROM {ordering.shape.source} WHERE {drawn} ORDER BY {order}", parameters


def leading(ordering: Ordering) -> ShapeColumn | None:
    """The first column of the index where it is a whole number whose values can be cut between those that are there.

    Not a YEAR: 70 is 1970 to it."""
    first = ordering.columns[0] if ordering.indexed else None
    return first if first is not None and first.kind is Kind.INTEGER and first.type != "year" else None


def ends(ordering: Ordering, low: Key | None) -> tuple[str, list[Any]]:
    """Query, with its parameters: least and greatest value of the leading column behind `low`."""
    behind, parameters = ordering.within(low, None)
    name = identifier(ordering.columns[0].name)
    return f"SELECT MIN({name}), MAX({name}) FROM {ordering.shape.source}{where(behind)}", parameters


def explained(ordering: Ordering, low: Key | None, high: Key | None) -> tuple[str, list[Any]]:
    """EXPLAIN, with its parameters, of a read of this range; MySQL 8 estimates nothing where FORCE INDEX is said."""
    condition, parameters = ordering.within(low, high)
    name = identifier(ordering.columns[0].name)
    source = f"{ordering.shape.source} USE INDEX ({identifier(ordering.shape.index)})"
    return f"EXPLAIN FORMAT=TRADITIONAL SELECT {name} FROM {source}{where(condition)}", parameters


def counted(ordering: Ordering, low: Key | None, high: Key | None, most: int) -> tuple[str, list[Any]]:
    """Query, with its parameters: rows of this range, or `most`."""
    condition, parameters = ordering.within(low, high)
    some = f"SELECT 1 FROM {ordering.shape.along_key}{where(condition)} LIMIT {int(most)}"
    return f"SELECT COUNT(*) FROM ({some}) AS some_rows", parameters
