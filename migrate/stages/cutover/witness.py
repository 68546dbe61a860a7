"""The witness slots: on both sides they hold the log since the last clean pass, so a proof costs by changes.

A table without a key has no rows that could be named: it is compared as a whole, and only under the freeze.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from checks.facts import TableName
from migrate.model.database import Position
from migrate.model.validation import Key, ValidationReport, Verdict
from migrate.ports.database import Database
from migrate.stages.cutover.world import HandoverWorld
from migrate.stages.validate.delta import prove_delta

WORKERS = 4
Touched = Mapping[TableName, set[Key] | None]


def keyless(world: HandoverWorld) -> list[TableName]:
    """The migration's tables without a key."""
    shapes = world.leaving.rows.shapes(world.request.tables)
    return [table for table in world.request.tables if table in shapes and not shapes[table].key]


def frozen_pass(world: HandoverWorld, whole: Sequence[TableName]) -> ValidationReport:
    """Compare every row that either side touched since the last clean pass, and the `whole` tables. Nothing writes."""
    stood, touched = _look(world)
    return _compare(world, stood, {**touched, **dict.fromkeys(whole)}, None)


def live_pass(world: HandoverWorld, whole: Sequence[TableName], settle: Callable[[], None]) -> ValidationReport | None:
    """The same while applications write, without the `whole` tables. None when another table can only be compared
    as a whole: that, too, waits for the freeze."""
    stood, touched = _look(world)
    named = {table: keys for table, keys in touched.items() if table not in whole}
    if any(keys is None for keys in named.values()):
        return None
    return _compare(world, stood, named, settle)


def _look(world: HandoverWorld) -> tuple[list[tuple[Database, Position]], dict[TableName, set[Key] | None]]:
    """Where both logs stood, and what they touched up to there and a little beyond."""
    slot, tables = world.request.witness_slot, world.request.tables
    stood = [(database, database.log.position()) for database in (world.source, world.target)]
    with ThreadPoolExecutor(len(stood)) as pool:
        here, there = pool.map(lambda one: one[0].log.touched(slot, tables), stood)
    return stood, _either(here, there)


def _compare(
    world: HandoverWorld,
    stood: list[tuple[Database, Position]],
    touched: Touched,
    settle: Callable[[], None] | None,
) -> ValidationReport:
    """When all are equal the slots move up to where the logs stood before they were read: a later change of a row is
    behind that place, and will be looked at next time."""
    waiting = {"settle": settle} if settle is not None else {}
    report = prove_delta(
        world.source, world.target, touched, emit=world.emit, clock=world.clock, workers=WORKERS, **waiting
    )
    if report.verdict is Verdict.MATCH:
        for database, position in stood:
            database.log.advance_slot(world.request.witness_slot, position)
    return report


def _either(one: Touched, other: Touched) -> dict[TableName, set[Key] | None]:
    merged: dict[TableName, set[Key] | None] = dict(one)
    for table, keys in other.items():
        mine = merged.get(table, set())
        merged[table] = None if keys is None or mine is None else mine | keys
    return merged
