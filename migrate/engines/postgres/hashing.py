"""SQL that hashes rows on the server, the same on both sides for equal rows.

A row's hash is hashtextextended (64 bits, non-linear, PostgreSQL 11 and later) of the whole row's text, columns in name
order so that the physical order does not matter. The session's settings make the text exact. A table's digest is the
plain sum of its rows' hashes as numeric, so that order does not matter either, beside the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrate.engines.postgres.keys import KeyColumn, Shape, ShapeColumn
from migrate.engines.postgres.quoting import identifier
from migrate.model.validation import Key

COARSE_CHUNKS = 16
"""Most chunks of a table whose key needs a collation: each costs a scan of its own, for no index sorts that way."""

_FLOATS = {"float4": "float4send", "float8": "float8send"}


def row_hash(columns: Sequence[ShapeColumn]) -> str:
    """Expression: the 64-bit hash of a row's `columns`."""
    values = ", ".join(_exact(column) for column in sorted(columns, key=lambda column: column.name))
    return f'hashtextextended(ROW({values})::text COLLATE "C", 0)'


def checksum(shape: Shape, condition: str) -> str:
    """Query: number of rows and sum of their hashes."""
    return f"SELECT count(*), coalesce(sum({row_hash(shape.columns)}), 0)::text FROM {shape.source}{condition}"


def hashes(shape: Shape, condition: str) -> str:
    """Query: key columns as text, then the hash; without a key the hash and how many rows have it."""
    if not shape.key:
        return f"SELECT {row_hash(shape.columns)}::text, count(*)::text FROM {shape.source}{condition} GROUP BY 1"
    names = ", ".join(f"{identifier(column.name)}::text" for column in shape.key)
    return f"SELECT {names}, {row_hash(shape.columns)}::text FROM {shape.source}{condition}"


def hashes_of(shape: Shape) -> str:
    """Query: 1-based place in the list of keys, and the row's hash. Parameters: one text array for each key column."""
    place = len(shape.key) + 1
    wanted = ", ".join(f"k{n}" for n in range(1, place))
    arrays = ", ".join(f"${n}::text[]" for n in range(1, place))
    matches = " AND ".join(
        f"t.{identifier(column.name)} {column.equals} wanted.k{n}::{column.type}"
        for n, column in enumerate(shape.key, 1)
    )
    hashed = f"SELECT *, {row_hash(shape.columns)}::text AS aurora_migrate_hash FROM {shape.source}"
    return (
        f"SELECT wanted.place, t.aurora_migrate_hash"
        f" FROM unnest({arrays}) WITH ORDINALITY AS wanted({wanted}, place)"
        f" JOIN ({hashed}) AS t ON {matches}"
    )


def groups_of(shape: Shape) -> str:
    """Query for a table without a key: hash and number of rows, of the hashes in the array `$1`."""
    return (
        f"SELECT hash::text, count(*)::text FROM (SELECT {row_hash(shape.columns)} AS hash FROM {shape.source}) AS t"
        " WHERE hash = ANY ($1::bigint[]) GROUP BY 1"
    )


def column_hashes(shape: Shape) -> str:
    """Query: one hash for each column of one row, in the shape's order. Parameters: the key's values."""
    single = ", ".join(f"{row_hash([column])}::text" for column in shape.columns)
    matches = " AND ".join(
        f"{identifier(column.name)} {column.equals} ${n}::text::{column.type}" for n, column in enumerate(shape.key, 1)
    )
    return f"SELECT {single} FROM {shape.source} WHERE {matches}"


def ordered_key(shape: Shape) -> tuple[KeyColumn, ...]:
    """Key columns that chunk boundaries use: the leading ones that sort alike everywhere, or all, as bytes of text."""
    for place, column in enumerate(shape.key):
        if not column.sorts_alike:
            return shape.key[:place] or shape.key
    return shape.key


def boundaries(shape: Shape, every: int, percent: float | None) -> str:
    """Query: the key, as text, of every `every`-th row, of `percent` % of the table's blocks or of all."""
    key = ordered_key(shape)
    order = ", ".join(_sortable(column) for column in key)
    names = ", ".join(f"ordered.k{n}" for n in range(len(key)))
    sample = "" if percent is None else f" TABLESAMPLE SYSTEM ({percent:.4f}) REPEATABLE (1)"
    ordered = ", ".join(f"{_sortable(column)} AS k{n}" for n, column in enumerate(key))
    printed = ", ".join(f"ordered.k{n}::text" for n in range(len(key)))
    return (
        f"SELECT {printed} FROM (SELECT {ordered}, row_number() OVER (ORDER BY {order}) AS place"
        f" FROM {shape.source}{sample}) AS ordered WHERE place % {int(every)} = 0 GROUP BY {names} ORDER BY {names}"
    )


def condition(shape: Shape, low: Key | None, high: Key | None) -> tuple[str, list[str | None]]:
    """WHERE clause, with its parameters, of `low < key <= high`."""
    clauses: list[str] = []
    parameters: list[str | None] = []
    for bound, sign in ((low, ">"), (high, "<=")):
        if bound is None:
            continue
        key = ordered_key(shape)[: len(bound)]
        values = []
        for column, value in zip(key, bound, strict=True):
            parameters.append(value)
            values.append(f"${len(parameters)}::text" + (f"::{column.type}" if column.sorts_alike else ' COLLATE "C"'))
        columns = [_sortable(column) for column in key]
        clauses.append(f"{_row(columns)} {sign} {_row(values)}")
    return (f" WHERE {' AND '.join(clauses)}" if clauses else ""), parameters


def _row(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"ROW({', '.join(values)})"


def _sortable(column: KeyColumn) -> str:
    name = identifier(column.name)
    return name if column.sorts_alike else f'({name}::text COLLATE "C")'


def _exact(column: ShapeColumn) -> str:
    """The column, alike on every version: before 12 floats have another text, but the same bits."""
    name = identifier(column.name)
    send = _FLOATS.get(column.base)
    if send is None:
        return name
    return f"{send}(CASE WHEN {name} = 'NaN' THEN 'NaN' ELSE {name} END)"
