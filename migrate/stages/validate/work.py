"""Where the workers' pieces of work come from: large tables run by run, small ones many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Protocol

from migrate.errors import MigrateError
from migrate.model.validation import Chunk, KeyOrder
from migrate.stages.validate.comparison import Compared, Sums, compare_run, narrow
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.pace import Pace
from migrate.stages.validate.sides import Positions, Sides, timed_out
from migrate.stages.validate.tally import Tally

Piece = Callable[[], None]
"""Compares something and counts it into its tally."""

TABLES_AT_ONCE = 50
GRANULES_AT_ONCE = 5
"""Most small tables, and most rows in granules, that one statement sums up."""
GRANULES_A_READING = 100
"""Most ranges, about, that are told apart in one reading of a table."""


class Stream(Protocol):
    """Pieces of work that are cut when they are wanted. Drawn from by one thread at a time; pieces run anywhere."""

    def draw(self) -> Piece | None:
        """The next piece; None when there is none left."""

    def close(self) -> None:
        """Nothing will be drawn any more."""


class TableStream:
    """One table in runs of adjacent granules, cut on the source."""

    def __init__(self, sides: Sides, tally: Tally, options: CompareOptions, positions: Positions) -> None:
        self._sides, self._tally, self._positions = sides, tally, positions
        plan = tally.plan
        self._size = options.rows_per_chunk
        if not plan.divisible:
            # No index serves its ranges: a run costs a reading of the whole table, so each worker does one.
            self._size = max(self._size, plan.rows // (options.workers * GRANULES_A_READING))
        self._divisible = plan.divisible
        self._share = -(-plan.rows // (self._size * options.workers))
        self._pace = Pace(
            rows=plan.rows,
            rows_per_granule=self._size,
            workers=options.workers,
            seconds=options.statement_seconds,
        )
        self._granules: Iterator[Chunk] | None = None
        self._drawn = 0
        self._last = tally.through
        self._at_end = False
        self._detailed = False
        """Whether the last run differed: then the next one is asked granule by granule at once."""

    def draw(self) -> Piece | None:
        tally = self._tally
        if tally.problem:
            self.close()
            return None
        with tally.problems():
            granules = [] if self._at_end else self._sides.again(self._cut)
            if granules:
                if granules[0].order is KeyOrder.BYTES:
                    self._divisible = False  # an engine may know that no index sorts this key at all
                number, self._drawn = self._drawn, self._drawn + 1
                self._last = granules[-1].high
                self._at_end = self._last is None
                return partial(self._compare, number, granules)
            tally.parts = self._drawn
            if not self._drawn and tally.through is None:
                tally.problem = "the table was cut into no chunks"
        self.close()
        return None

    def close(self) -> None:
        close = getattr(self._granules, "close", None)
        if close is not None:
            with suppress(MigrateError):
                close()

    def _cut(self) -> list[Chunk]:
        """The next run's granules. After an error the table is cut anew from where the last run ended."""
        most = self._pace.take() if self._divisible else max(1, self._share)
        tally, order = self._tally, self._tally.plan.order
        if self._granules is None:
            tally.position = tally.position or self._positions.now()
            rows = self._sides.source(patient=not tally.plan.divisible)
            self._granules = iter(rows.chunks(tally.table, self._size, order=order, after=self._last))
        try:
            return list(islice(self._granules, most))
        except MigrateError:
            self._granules = None
            raise

    def _compare(self, number: int, granules: Sequence[Chunk]) -> None:
        tally = self._tally
        if not tally.problem:
            began = self._sides.asking()
            with tally.problems():
                found = self._measured(granules)
                tally.add(number, replace(found, seconds=self._sides.asking() - began), granules[-1].high)

    def _measured(self, granules: Sequence[Chunk]) -> Compared:
        """Compare a run; one that a server ends is compared in two halves."""
        began = self._sides.asking()
        try:
            found = compare_run(
                self._sides,
                granules,
                self._tally.room,
                divisible=self._divisible,
                detailed=self._detailed,
            )
        except MigrateError as error:
            if not timed_out(error):
                raise
            if len(granules) == 1:
                self._tally.problem = (
                    f"a range of about {self._size} rows took {error.fault} longer than {self._sides.limit:.0f} s:"
                    " compare it with fewer rows per chunk"
                )
                raise
            self._pace.too_slow(granules)
            half = len(granules) // 2
            return self._measured(granules[:half]) + self._measured(granules[half:])
        self._detailed = found.differing > 0
        if not found.differing or self._tally.room() <= 0:
            self._pace.took(granules, self._sides.asking() - began)
        return found


class SmallTables:
    """Tables of less than a granule: many in one question. Where it fails, each is compared by itself."""

    def __init__(
        self,
        sides: Sides,
        tallies: Sequence[Tally],
        options: CompareOptions,
        positions: Positions,
        leave: Callable[[Tally], None],
    ) -> None:
        self._sides, self._options, self._positions, self._leave = sides, options, positions, leave
        self._batches = iter(_batches(tallies, GRANULES_AT_ONCE * options.rows_per_chunk))

    def draw(self) -> Piece | None:
        batch = next(self._batches, None)
        return partial(self._compare, batch) if batch else None

    def close(self) -> None:
        """There is nothing to let go of."""

    def _compare(self, batch: Sequence[Tally]) -> None:
        position = self._positions.now()
        chunks = [Chunk(tally.table, 0, order=tally.plan.order) for tally in batch]
        began = self._sides.asking()
        try:
            here, there = self._sides.both(lambda rows: rows.checksums(chunks))
        except MigrateError:
            for tally in batch:
                self._leave(tally)
            return
        share = (self._sides.asking() - began) / len(batch)
        for tally, chunk, sums in zip(batch, chunks, zip(here, there, strict=True), strict=True):
            tally.position = position
            self._count(tally, chunk, sums, share)

    def _count(self, tally: Tally, chunk: Chunk, sums: Sums, share: float) -> None:
        began = self._sides.asking()
        with tally.problems():
            tally.parts = 1
            found = narrow(self._sides, chunk, sums, tally.room())
            tally.add(0, replace(found, seconds=share + self._sides.asking() - began))


def streams(
    sides: Sides,
    tallies: Sequence[Tally],
    options: CompareOptions,
    positions: Positions,
    leave: Callable[[Stream], None],
) -> list[Stream]:
    """The work on these tables, in the order given, small tables last. `leave` is given what a batch failed on."""

    def alone(tally: Tally) -> Stream:
        return TableStream(sides, tally, options, positions)

    open_ = [tally for tally in tallies if not (tally.problem or tally.finished)]
    small = [t for t in open_ if t.plan.rows < options.rows_per_chunk and t.through is None]
    large = [tally for tally in open_ if tally not in small]
    batched = SmallTables(sides, small, options, positions, lambda tally: leave(alone(tally)))
    return [*map(alone, large), batched]


def _batches(tallies: Sequence[Tally], most_rows: int) -> Iterator[list[Tally]]:
    batch: list[Tally] = []
    rows = 0
    for tally in tallies:
        if batch and (len(batch) == TABLES_AT_ONCE or rows + tally.plan.rows > most_rows):
            yield batch
            batch, rows = [], 0
        batch.append(tally)
        rows += tally.plan.rows
    if batch:
        yield batch
