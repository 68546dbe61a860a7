"""Compares a part of a table on both sides, and finds the keys that seem to differ."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from checks.facts import TableName
from migrate.model.validation import Chunk, ChunkSum, Key
from migrate.ports.database import Rows
from migrate.stages.validate.sides import Sides

CANDIDATES_MAX = 50_000
"""Most keys that one table may have under suspicion; what a feed has in flight is far below."""
HELD_MAX = 50_000
"""Most rows of a side that one worker holds at once, key and hash, some 12 MB."""
BUCKETS = 1 << 16
READINGS = 2
"""Where no index serves a range: so many of the granules that differ are read one by one; more, all of the run."""
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Compared:
    """What comparing one part of a table gave."""

    source_rows: int = 0
    target_rows: int = 0
    candidates: tuple[Key, ...] = ()
    """Keys that differed at this one look."""
    complete: bool = True
    """False when there were more candidates than are kept."""
    chunks: int = 1
    """Ranges that were compared, and how many of them differed."""
    differing: int = 0
    seconds: float = 0.0
    """What the servers took over it, one question after the other."""

    def __add__(self, other: Compared) -> Compared:
        return Compared(
            self.source_rows + other.source_rows,
            self.target_rows + other.target_rows,
            self.candidates + other.candidates,
            self.complete and other.complete,
            self.chunks + other.chunks,
            self.differing + other.differing,
            self.seconds + other.seconds,
        )


Sums = tuple[ChunkSum, ChunkSum]
"""Of the same range, on the source and on the target."""
Room = Callable[[], int]
"""How many more candidates the table may have."""


def compare_run(
    sides: Sides, granules: Sequence[Chunk], room: Room, *, divisible: bool = True, detailed: bool = False
) -> Compared:
    """Compare adjacent granules of one table with one question; where they differ, find out which, and read those.

    Granules of a table that is not `divisible` share one reading of it, in which each is summed up at once, and so are
    those that are likely to differ (`detailed`). A table that has no room for candidates any more has its granules
    counted alone, for the price of their sums.
    """
    whole = replace(granules[0], high=granules[-1].high)
    if len(granules) > 1 and divisible and not detailed and room() > 0:
        here, there = _sums(sides, [whole], patient=False)[0]
        if here == there:
            return Compared(here.rows, there.rows, chunks=len(granules))
    sums = _sums(sides, granules, patient=not divisible)
    unlike = sum(here != there for here, there in sums)
    if not divisible and unlike > READINGS:
        together = narrow(sides, whole, _added(sums), room(), patient=True)
        return replace(together, chunks=len(granules), differing=unlike)
    found = Compared(chunks=0)
    for granule, pair in zip(granules, sums, strict=True):
        found += narrow(sides, granule, pair, room() - len(found.candidates), patient=not divisible)
    return found


def narrow(sides: Sides, chunk: Chunk, sums: Sums, most: int, *, patient: bool = False) -> Compared:
    """What the sums of a chunk say; where they differ, its rows are read, and up to `most` candidates found."""
    here, there = sums
    if here == there:
        return Compared(here.rows, there.rows)
    if most <= 0:
        return Compared(here.rows, there.rows, complete=False, differing=1)
    rows = max(here.rows, there.rows)
    found, complete = (_few if rows <= HELD_MAX else _many)(sides, chunk, rows, patient)
    return Compared(here.rows, there.rows, found[:most], complete and len(found) <= most, differing=1)


def compare_keys(sides: Sides, table: TableName, keys: Sequence[Key]) -> Compared:
    """Compare the rows that these keys name."""
    here, there = sides.both(lambda rows: rows.hashes_of(table, keys))
    return Compared(len(here), len(there), _unlike(here, there))


def _sums(sides: Sides, chunks: Sequence[Chunk], patient: bool) -> list[Sums]:
    here, there = sides.both(lambda rows: rows.checksums(chunks), patient=patient)
    return list(zip(here, there, strict=True))


def _added(sums: Sequence[Sums]) -> Sums:
    """Of ranges of which some differ: rows added up, and digests that differ."""
    here, there = (sum(pair[side].rows for pair in sums) for side in (0, 1))
    return ChunkSum(here, "some"), ChunkSum(there, "others")


def _few(sides: Sides, chunk: Chunk, _rows: int, patient: bool) -> tuple[tuple[Key, ...], bool]:
    """Keys that differ, all rows of both sides held."""
    here, there = sides.both(lambda rows: dict(rows.hashes(chunk)), patient=patient)
    return _unlike(here, there), True


def _many(sides: Sides, chunk: Chunk, rows: int, patient: bool) -> tuple[tuple[Key, ...], bool]:
    """Keys that differ, found with two readings of the chunk and little memory, however many rows it has.

    Keys fall into buckets; a bucket's sum is of its rows' keys and hashes. Only rows of buckets whose sums differ are
    held. False when there are more of those than may be held.
    """
    here, there = sides.both(lambda rows: _buckets(rows.hashes(chunk)), patient=patient)
    unlike = [bucket for bucket in range(BUCKETS) if here[bucket] != there[bucket]]
    kept = frozenset(unlike[: max(1, HELD_MAX * BUCKETS // rows)])

    def read(rows: Rows) -> dict[Key, str]:
        return {key: hash_ for key, hash_ in rows.hashes(chunk) if hash(key) % BUCKETS in kept}

    held = sides.both(read, patient=patient)
    return _unlike(*held), len(kept) == len(unlike)


def _buckets(rows: Iterator[tuple[Key, str]]) -> array[int]:
    sums = array("Q", bytes(8 * BUCKETS))
    for row in rows:
        bucket = hash(row[0]) % BUCKETS
        sums[bucket] = (sums[bucket] + hash(row)) & _MASK
    return sums


def _unlike(here: dict[Key, str], there: dict[Key, str]) -> tuple[Key, ...]:
    return tuple(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))
