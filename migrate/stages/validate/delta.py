"""The delta proof: only what either side touched since the last clean validation, with both sides at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from checks.facts import TableName
from migrate.clock import Clock
from migrate.events import Emit
from migrate.model.validation import Key, ValidationReport
from migrate.ports.database import Database
from migrate.stages.validate.comparison import compare_keys
from migrate.stages.validate.crew import Part, compare_all
from migrate.stages.validate.sides import Sides, sides
from migrate.stages.validate.tally import Tally
from migrate.stages.validate.validate import chunk_parts
from migrate.stages.validate.verdict import decide, report

KEYS_PER_PART = 2_000
ROWS_PER_CHUNK = 50_000


def _at_rest() -> None:
    """There is nothing to wait for."""


def prove_delta(
    source: Database,
    target: Database,
    touched: Mapping[TableName, set[Key] | None],
    *,
    emit: Emit,
    clock: Clock,
    workers: int = 4,
    settle: Callable[[], None] = _at_rest,
) -> ValidationReport:
    """Compare the rows of the `touched` keys, and the whole of a table that stands for None.

    Costs by the number of changes, not by the size of the tables. Under a freeze nothing writes: what differs is only
    read again. With `settle`, which returns once what was written before has arrived, applications may go on.
    Nothing touched is a match. A MigrateError of a side makes its table unknown.
    """
    began = clock.monotonic()
    tallies = [Tally(table) for table in touched]
    with sides(source, target, workers) as both:
        parts = (part for tally in tallies for part in _parts(both, tally, touched[tally.table]))
        compare_all(parts, tallies, workers=workers, emit=emit)
        results, _ = decide(both, tallies, settle=settle)
    keys = sum(len(wanted) for wanted in touched.values() if wanted is not None)
    whole = sum(wanted is None for wanted in touched.values())
    facts = {"touched_keys": keys, "whole_tables": whole}
    return report(results, clock.monotonic() - began, scope="delta", facts=dict(facts))


def _parts(both: Sides, tally: Tally, keys: set[Key] | None) -> Iterator[Part]:
    if keys is None:
        yield from chunk_parts(both, tally, ROWS_PER_CHUNK)
        return
    with tally.problems():
        shape = both.shape(tally.table)
        tally.keyed, tally.problem = shape.keyed, shape.problem
        if shape.problem:
            return
        ordered = sorted(keys, key=repr)
        batches = [ordered[start : start + KEYS_PER_PART] for start in range(0, len(ordered), KEYS_PER_PART)]
        tally.parts = len(batches)
        for batch in batches:
            yield tally, partial(compare_keys, both, tally.table, batch)
