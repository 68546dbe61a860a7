"""SQL that reads values for people: of single rows, and the least and greatest point in time of a column."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.engines.mysql import hashing
from migrate.engines.mysql.keys import Kind, Shape, ShapeColumn
from migrate.engines.mysql.quoting import identifier

POINTS_IN_TIME = frozenset(("date", "datetime", "timestamp"))


def printed(columns: Sequence[ShapeColumn], most_characters: int) -> list[str]:
    """Expressions: each column's value as the server prints it, cut. Bytes are hexadecimal, geometry is its text."""
    return [f"LEFT({_printed(column)}, {int(most_characters)})" for column in columns]


def of_groups(shape: Shape, most_characters: int) -> str:
    """Query for a table without a key: hash and columns of one row for each of the hashes in the one parameter."""
    # Rows of one hash are equal, so that the least text is that of any of them.
    columns = ", ".join(f"MIN({value})" for value in printed(shape.columns, most_characters))
    hashed, name = hashing.row_hash(shape.columns), hashing.HASH
    return f"SELECT {hashed} AS {name}, {columns} FROM {shape.source} GROUP BY {name} HAVING {name} IN %s"


def dated(shape: Shape) -> list[ShapeColumn]:
    """Columns that hold a date or a point in time."""
    return [column for column in shape.columns if column.type in POINTS_IN_TIME]


def extremes(shape: Shape, columns: Sequence[ShapeColumn]) -> str:
    """Query: least and greatest value of each of `columns`, as text; a session is in UTC."""
    bounds = ", ".join(
        f"CAST({bound}({identifier(column.name)}) AS CHAR)" for column in columns for bound in ("MIN", "MAX")
    )
    return f"SELECT {bounds} FROM {shape.source}"


def _printed(column: ShapeColumn) -> str:
    if column.kind is Kind.GEOMETRY:
        return f"ST_AsText({identifier(column.name)})"
    return column.printed()
