"""Full validation: every row of every table, while changes flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from checks.facts import TableName
from migrate.clock import Clock
from migrate.events import Emit
from migrate.model.json import Json
from migrate.model.validation import ValidationReport, Verdict
from migrate.ports.database import Database
from migrate.stages.validate.comparison import compare_chunk
from migrate.stages.validate.crew import Part, compare_all
from migrate.stages.validate.recheck import Settle
from migrate.stages.validate.sides import Sides, sides
from migrate.stages.validate.tally import Tally
from migrate.stages.validate.verdict import decide, report


def validate(
    source: Database,
    target: Database,
    tables: Sequence[TableName],
    *,
    rows_per_chunk: int,
    workers: int,
    settle: Settle,
    emit: Emit,
    clock: Clock,
) -> ValidationReport:
    """Compare `tables` chunk by chunk, `workers` chunks at a time on each side.

    `settle` returns when the fed side holds everything that the feeding side held at the call (a marker arrived); it
    is called only when something seemed to differ. A MigrateError of either side, or of `settle`, makes the verdict on
    the tables concerned unknown, with the reason; so does comparing nothing at all.
    """
    began = clock.monotonic()
    tallies = [Tally(table) for table in tables]
    with sides(source, target, workers) as both:
        parts = (part for tally in tallies for part in chunk_parts(both, tally, rows_per_chunk))
        compare_all(parts, tallies, workers=workers, emit=emit)
        results, rounds = decide(both, tallies, settle)
    facts: dict[str, Json] = {"rows_per_chunk": rows_per_chunk, "workers": workers, "rounds": rounds}
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
