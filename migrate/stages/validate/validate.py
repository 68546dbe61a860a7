"""Full validation: every row of every table, while changes flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from checks.facts import TableName
from migrate.clock import Clock
from migrate.events import Emit
from migrate.model.json import Json
from migrate.model.validation import ValidationReport, Verdict
from migrate.ports.database import Database
from migrate.ports.progress import Progress
from migrate.stages.validate.comparison import compare_chunk
from migrate.stages.validate.crew import Part, compare_all
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.recheck import Settle
from migrate.stages.validate.sides import Sides, sides
from migrate.stages.validate.tally import Tally
from migrate.stages.validate.verdict import decide, report


def validate(
    source: Database,
    target: Database,
    tables: Sequence[TableName],
    *,
    settle: Settle,
    emit: Emit,
    clock: Clock,
    options: CompareOptions = CompareOptions(),
    progress: Progress | None = None,
    lag: Callable[[], float | None] | None = None,
) -> ValidationReport:
    """Compare `tables` range by range, `options.workers` statements at a time on each side.

    `progress` is where a killed run left off, and where this one notes how far it is. `lag` tells the brake how many
    seconds the fed side is behind, None when that cannot be told.

    `settle` returns when the fed side holds everything that the feeding side held at the call (a marker arrived); it
    is called only when something seemed to differ. A MigrateError of either side, or of `settle`, makes the verdict on
    the tables concerned unknown, with the reason; so does comparing nothing at all.
    """
    began = clock.monotonic()
    tallies = [Tally(table) for table in tables]
    with sides(source, target, options.workers) as both:
        parts = (part for tally in tallies for part in chunk_parts(both, tally, options.rows_per_chunk))
        compare_all(parts, tallies, workers=options.workers, emit=emit)
        results, rounds = decide(both, tallies, settle)
    facts: dict[str, Json] = {
        "rows_per_chunk": options.rows_per_chunk,
        "workers": options.workers,
        "rounds": rounds,
    }
    full = report(results, clock.monotonic() - began, facts=facts)
    if tables:
        return full
    return ValidationReport(
        verdict=Verdict.UNKNOWN, tables=(), seconds=full.seconds, facts={"reason": "no table named"}
    )


def chunk_parts(both: Sides, tally: Tally, rows_per_chunk: int) -> Iterator[Part]:
    """The chunks of one table, cut on the source; none, and a problem in the tally, when it cannot be compared."""
    with tally.problems():
        shape = both.shape(tally.table)
        tally.keyed, tally.problem = shape.keyed, shape.problem
        chunks = [] if shape.problem else both.source.chunks(tally.table, rows_per_chunk)
        tally.parts = len(chunks)
        if not chunks:
            tally.problem = tally.problem or "the table was cut into no chunks"
        for chunk in chunks:
            yield tally, partial(compare_chunk, both, chunk, tally.room)
