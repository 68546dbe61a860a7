"""SQL that reads values for people: of single rows, and the least and greatest point in time of a column."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.engines.postgres import hashing
from migrate.engines.postgres.quoting import identifier
from migrate.engines.postgres.shapes import Column, Shape

POINTS_IN_TIME = frozenset(("date", "timestamp", "timestamptz"))


def printed(columns: Sequence[Column], most_characters: int) -> list[str]:
    """Expressions: each column of a row `t` as the server prints it, cut."""
    return [f"left(t.{identifier(column.name)}::pg_catalog.text, {int(most_characters)})" for column in columns]


def of_groups(shape: Shape, most_characters: int) -> str:
    """Query for a table without a key: hash and columns of one row for each of the hashes in the array `$1`."""
    hash_ = "aurora_migrate_hash"
    return (
        f"SELECT DISTINCT ON ({hash_}) {hash_}::text, {', '.join(printed(shape.columns, most_characters))}"
        f" FROM (SELECT {hashing.row_hash(shape.columns)} AS {hash_}, * FROM {shape.source}) AS t"
        f" WHERE {hash_} = ANY ($1::bigint[])"
    )


def dated(shape: Shape) -> list[Column]:
    """Columns that hold a date or a point in time."""
    return [column for column in shape.columns if column.type.built_in and column.type.name in POINTS_IN_TIME]


def extremes(shape: Shape, columns: Sequence[Column]) -> str:
    """Query: least and greatest value of each of `columns`, as text."""
    bounds = ", ".join(
        f"{bound}({identifier(column.name)}::{column.type.cast})::text"
        for column in columns
        for bound in ("min", "max")
    )
    return f"SELECT {bounds} FROM {shape.source}"
