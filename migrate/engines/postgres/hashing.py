"""SQL that hashes rows on the server, the same on both sides for equal rows.

A row's hash is 64 bits. Each column's value is hashed with a seed of its own place, columns in name order so that the
physical order does not matter; these hashes are joined by exclusive or, and the result is hashed once more. Without
that last step the sum over all rows would not see values that were swapped between two rows, as that of
`hash_record_extended` does not: it is linear in the columns. A table's digest is the plain sum of its rows' hashes as
numeric, so that order does not matter either, beside the number of rows.

All functions are there from version 11 on and have hashed alike since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from migrate.engines.postgres.quoting import identifier
from migrate.engines.postgres.ranges import Ordering, Parameters, where
from migrate.engines.postgres.shapes import Column, Shape
from migrate.model.validation import Chunk


def row_hash(columns: Iterable[Column]) -> str:
    """Expression: the 64-bit hash of a row's `columns`."""
    values = " # ".join(column.form.of(column.name, _seed(place)) for place, column in enumerate(columns, 1))
    return f"hash_array_extended(ARRAY[int8send({values or '0::bigint'})], 0)"


def _seed(place: int) -> int:
    """A number for a column's place whose bits look like chance, so that no two columns' hashes cancel out."""
    return int.from_bytes(blake2b(str(place).encode(), digest_size=8).digest(), "big", signed=True)


Numbered = tuple[int, Chunk]
"""A chunk with its place in the list that was asked for."""


def checksums(
    shape: Shape, ordering: Ordering | None, chunks: Sequence[Numbered], parameters: Parameters
) -> Iterator[str]:
    """Queries: place of each chunk, number of its rows, sum of their hashes; an empty chunk may have no row.

    One for each chunk; one for all where a range costs as much as the table.
    """
    if ordering is not None and not ordering.cheap and len(chunks) > 1:
        yield _scan(shape, ordering, list(_runs(chunks)), parameters)
        return
    for place, chunk in chunks:
        condition = ordering.within(chunk.low, chunk.high, parameters) if ordering is not None else ""
        yield f"SELECT {place}, {_sum(shape)} FROM {shape.source}{where(condition)}"


def _sum(shape: Shape) -> str:
    return f"count(*), sum({row_hash(shape.columns)})::text"


def _runs(chunks: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """Chunks of one table, those together of which one begins where the other ends."""
    run: list[Numbered] = []
    for place, chunk in chunks:
        if run and (chunk.low is None or run[-1][1].high != chunk.low):
            yield run
            run = []
        run.append((place, chunk))
    yield run


def _scan(shape: Shape, ordering: Ordering, runs: Sequence[list[Numbered]], parameters: Parameters) -> str:
    within = [ordering.within(run[0][1].low, run[-1][1].high, parameters) or "true" for run in runs]
    places = [_place(ordering, run, parameters) for run in runs]
    cases = " ".join(f"WHEN {condition} THEN {place}" for condition, place in zip(within, places, strict=True))
    condition = " OR ".join(f"({condition})" for condition in within)
    return f"SELECT CASE {cases} END, {_sum(shape)} FROM {shape.source} WHERE {condition} GROUP BY 1"


def _place(ordering: Ordering, run: Sequence[Numbered], parameters: Parameters) -> str:
    """Expression: the place of the chunk, of a run of them, that a row belongs to, found by halving."""
    if len(run) == 1:
        return str(run[0][0])
    middle = len(run) // 2
    left, right = run[:middle], run[middle:]
    return (
        f"CASE WHEN {ordering.up_to(left[-1][1].high, parameters)} THEN {_place(ordering, left, parameters)}"
        f" ELSE {_place(ordering, right, parameters)} END"
    )


def hashes(shape: Shape, condition: str) -> str:
    """Query: key columns as text, then the hash; without a key the hash and how many rows have it."""
    hashed = row_hash(shape.columns)
    if not shape.key:
        return f"SELECT {hashed}::text, count(*)::text FROM {shape.source} GROUP BY 1"
    names = ", ".join(f"{identifier(column.name)}::pg_catalog.text" for column in shape.key)
    return f"SELECT {names}, {hashed}::text FROM {shape.source}{where(condition)}"


def of_keys(shape: Shape, expressions: Sequence[str]) -> str:
    """Query: 1-based place in the list of keys, and `expressions` over the row.

    Each key is looked up by the key's index: OFFSET keeps the subquery from becoming a join, for which the planner may
    read all of the table, once for each batch.
    Parameters: one text array for each key column. Names in `expressions` are those of the table's columns.
    """
    places = range(1, len(shape.key) + 1)
    wanted = ", ".join(f"aurora_migrate_k{n}" for n in places)
    arrays = ", ".join(f"${n}::pg_catalog.text[]" for n in places)
    matches = " AND ".join(
        f"t.{identifier(column.name)} {column.equals} {column.value(f'aurora_migrate_k{n}')}"
        for n, column in enumerate(shape.key, 1)
    )
    return (
        "SELECT aurora_migrate_place, found.*"
        f" FROM unnest({arrays}) WITH ORDINALITY AS wanted({wanted}, aurora_migrate_place)"
        f" CROSS JOIN LATERAL (SELECT {', '.join(expressions)} FROM {shape.source} AS t"
        f" WHERE {matches} OFFSET 0) AS found"
    )


def groups_of(shape: Shape) -> str:
    """Query for a table without a key: hash and number of rows, of the hashes in the array `$1`."""
    return (
        f"SELECT hash::text, count(*)::text FROM (SELECT {row_hash(shape.columns)} AS hash FROM {shape.source}) AS t"
        " WHERE hash = ANY ($1::bigint[]) GROUP BY 1"
    )
