"""Compares a part of a table on both sides, and finds the keys that seem to differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

from checks.facts import TableName
from migrate.model.validation import Chunk, Key
from migrate.stages.validate.sides import Sides

CANDIDATES_MAX = 50_000
"""Most keys that one table may have under suspicion; what a feed has in flight is far below."""
HELD_MAX = 200_000
"""Most keys with hashes that are held at once while one chunk is read row by row, some 50 MB."""
PASSES_MAX = 16
"""Most readings of a chunk whose keys do not fit into HELD_MAX: it is a huge table without a key."""


@dataclass(frozen=True)
class Compared:
    """What comparing one part of a table gave."""

    source_rows: int
    target_rows: int
    candidates: tuple[Key, ...] = ()
    """Keys that differed at this one look."""
    complete: bool = True
    """False when there were more candidates than are kept, or too many rows to find them."""


def compare_chunk(sides: Sides, chunk: Chunk, room: Callable[[], int]) -> Compared:
    """Compare the checksums of a chunk; where they differ, its rows, if the table has `room` for more candidates."""
    here, there = sides.both(lambda rows: rows.checksum(chunk))
    if here == there:
        return Compared(here.rows, there.rows)
    passes = -(-max(here.rows, 1) // HELD_MAX)
    if passes > PASSES_MAX or not room():
        return Compared(here.rows, there.rows, complete=False)
    candidates: list[Key] = []
    for part in range(passes):
        candidates += _differing(sides, chunk, part, passes, CANDIDATES_MAX + 1 - len(candidates))
        if len(candidates) > CANDIDATES_MAX:
            return Compared(here.rows, there.rows, tuple(candidates[:CANDIDATES_MAX]), complete=False)
    return Compared(here.rows, there.rows, tuple(candidates))


def compare_keys(sides: Sides, table: TableName, keys: Sequence[Key]) -> Compared:
    """Compare the rows that these keys name."""
    here, there = sides.both(lambda rows: rows.hashes_of(table, keys))
    return Compared(len(here), len(there), tuple(key for key in keys if here.get(key) != there.get(key)))


def _differing(sides: Sides, chunk: Chunk, part: int, passes: int, most: int) -> list[Key]:
    """Up to `most` differing keys of one part of the chunk's keys. The source's rows are held, the target's stream."""
    held = {key: hash_ for key, hash_ in sides.source.hashes(chunk) if _part_of(key, passes) == part}
    differing: list[Key] = []
    for key, hash_ in sides.target.hashes(chunk):
        if _part_of(key, passes) == part and held.pop(key, None) != hash_ and len(differing) < most:
            differing.append(key)
    return (differing + list(held))[:most]


def _part_of(key: Key, passes: int) -> int:
    return 0 if passes == 1 else crc32(repr(key).encode()) % passes
