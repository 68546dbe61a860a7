"""The delta proof: only what either side touched since the last clean validation, with both sides at rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from checks.facts import TableName
from migrate.clock import Clock
from migrate.events import Emit, Progressed
from migrate.model.validation import Key, ValidationReport
from migrate.ports.database import Database
from migrate.stages.validate.comparison import compare_keys
from migrate.stages.validate.crew import Crew
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.planning import largest_first, plan
from migrate.stages.validate.sides import Positions, Sides, sides
from migrate.stages.validate.tally import Tally
from migrate.stages.validate.verdict import decide, report
from migrate.stages.validate.work import Piece, streams

KEYS_PER_PART = 2_000


def at_rest() -> None:
    """There is nothing to wait for."""


def prove_delta(
    source: Database,
    target: Database,
    touched: Mapping[TableName, AbstractSet[Key] | None],
    *,
    emit: Emit,
    clock: Clock,
    workers: int = 4,
    settle: Callable[[], None] = at_rest,
) -> ValidationReport:
    """Compare the rows of the `touched` keys, and the whole of a table that stands for None.

    Costs by the number of changes, not by the size of the tables. Under a freeze nothing writes: what differs is only
    read again. With `settle`, which returns once what was written before has arrived, applications may go on.
    Nothing touched is a match. A MigrateError of a side makes its table unknown.
    """
    began = clock.monotonic()
    options = CompareOptions(workers=workers)
    with sides(source, target, options, clock=clock) as both:
        plans = plan(both, list(touched)) if touched else {}
        tallies = [Tally(table, plans[table], problem=plans[table].problem) for table in touched]
        crew = Crew(both, workers)
        for tally in tallies:
            keys = touched[tally.table]
            if keys is not None and not tally.problem:
                crew.add(KeysStream(both, tally, sorted(keys, key=repr)))
        order = largest_first((plans[table] for table, keys in touched.items() if keys is None), workers)
        by_table = {tally.table: tally for tally in tallies}
        whole = [by_table[one.table] for one in order]
        for stream in streams(both, whole, options, Positions(source), crew.add):
            crew.add(stream)
        crew.work(partial(_tell, tallies, emit))
        results, _ = decide(both, tallies, settle, options)
    keys_touched = sum(len(wanted) for wanted in touched.values() if wanted is not None)
    facts = {"touched_keys": keys_touched, "whole_tables": len(whole)}
    return report(results, clock.monotonic() - began, scope="delta", facts=dict(facts))


def _tell(tallies: Sequence[Tally], emit: Emit) -> None:
    done = sum(tally.share for tally in tallies)
    emit(Progressed("compare tables", round(done, 3), len(tallies), "tables"))


class KeysStream:
    """The rows of some keys of one table."""

    def __init__(self, sides: Sides, tally: Tally, keys: Sequence[Key]) -> None:
        self._sides = sides
        self._tally = tally
        self._batches = enumerate(keys[start : start + KEYS_PER_PART] for start in range(0, len(keys), KEYS_PER_PART))
        tally.parts = -(-len(keys) // KEYS_PER_PART)

    def draw(self) -> Piece | None:
        number, batch = next(self._batches, (0, None))
        return None if batch is None or self._tally.problem else partial(self._compare, number, batch)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _compare(self, number: int, keys: Sequence[Key]) -> None:
        if not self._tally.problem:
            with self._tally.problems():
                self._tally.add(number, compare_keys(self._sides, self._tally.table, keys))
