"""Full validation: every row of every table, while changes flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from checks.facts import TableName
from migrate.clock import Clock
from migrate.events import Emit, Progressed
from migrate.model.database import Side
from migrate.model.json import Json
from migrate.model.validation import ValidationReport, Verdict
from migrate.ports.database import Database
from migrate.ports.progress import Progress
from migrate.stages.validate.crew import Crew
from migrate.stages.validate.keeping import Keeper
from migrate.stages.validate.options import DEFAULTS, CompareOptions
from migrate.stages.validate.planning import largest_first, plan
from migrate.stages.validate.recheck import Settle
from migrate.stages.validate.sides import Positions, Sides, sides
from migrate.stages.validate.tally import Tally
from migrate.stages.validate.verdict import decide, report
from migrate.stages.validate.work import streams


def validate(
    source: Database,
    target: Database,
    tables: Sequence[TableName],
    *,
    settle: Settle,
    emit: Emit,
    clock: Clock,
    options: CompareOptions = DEFAULTS,
    progress: Progress | None = None,
    lag: Callable[[], float | None] | None = None,
) -> ValidationReport:
    """Compare `tables` range by range, `options.workers` statements at a time on each side.

    `settle` returns when the fed side holds everything that the feeding side held at the call (a marker arrived); it
    is called only when something seemed to differ, and never for frozen sides. `progress` is where a killed run left
    off, and where this one notes how far it is. `lag` tells the brake how many seconds the fed side is behind, None
    when that cannot be told; it is asked by other threads, one at a time. All else is called by the calling thread.

    A MigrateError of either side, or of `settle`, makes the verdict on the tables concerned unknown, with the reason;
    so does comparing nothing at all. An interruption ends what both servers are asked, and is raised within seconds.
    Raises SourceError or TargetError where `frozen` is asked for and a side cannot be frozen, StateConflict where
    `progress` cannot be kept.
    """
    began = clock.monotonic()
    with sides(source, target, options, clock=clock, lag=lag) as both:
        plans = plan(both, tables)
        tallies = {table: Tally(table, plans[table], problem=plans[table].problem) for table in tables}
        if options.frozen:
            for tally in tallies.values():
                tally.most = 2 * options.most_differences  # none of them will turn out to have been under way
        keeper = Keeper(progress, list(tallies.values()))
        keeper.restore()
        ordered = [tallies[one.table] for one in largest_first(plans.values(), options.workers)]
        positions = Positions(source if options.feeding is Side.SOURCE else target)
        compare_all(both, ordered, options, emit=emit, keep=keeper.keep, positions=positions)
        results, rounds = decide(both, list(tallies.values()), settle, options)
        facts: dict[str, Json] = {
            "rows_per_chunk": options.rows_per_chunk,
            "workers": options.workers,
            "rounds": rounds,
            "resumed_tables": keeper.resumed,
            "frozen": options.frozen,
            "held_seconds": round(both.brake.held_seconds, 1) if both.brake else 0.0,
        }
    full = report(results, clock.monotonic() - began, facts=facts)
    if tables:
        return full
    return ValidationReport(
        verdict=Verdict.UNKNOWN, tables=(), seconds=full.seconds, facts={"reason": "no table named"}
    )


def compare_all(
    both: Sides,
    tallies: Sequence[Tally],
    options: CompareOptions,
    *,
    emit: Emit,
    positions: Positions,
    keep: Callable[[], None] = lambda: None,
) -> None:
    """Compare every row of these tables, in this order, as far as the servers let it be, and count it into the tallies.

    `keep` is called about once a second, and at the end.
    """
    crew = Crew(both, options.workers)
    for stream in streams(both, tallies, options, positions, crew.add):
        crew.add(stream)

    def tick() -> None:
        keep()
        while not both.notes.empty():
            emit(both.notes.get())
        done = sum(tally.share for tally in tallies)
        emit(Progressed("compare tables", round(done, 3), len(tallies), "tables"))

    crew.work(tick)
