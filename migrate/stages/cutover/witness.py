"""The witness slots: on both sides they hold the log since the last clean pass, so a proof costs by changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checks.facts import TableName
from migrate.model.validation import Key, ValidationReport, Verdict
from migrate.stages.cutover.world import HandoverWorld
from migrate.stages.validate.delta import prove_delta

WORKERS = 4


def clean_pass(world: HandoverWorld, settle: Callable[[], None] | None) -> ValidationReport:
    """Compare every row that either side touched since the last clean pass.

    When all are equal the slots move up to where the logs stood before they were read: a later change of a row is
    behind that place, and will be looked at next time. Without `settle` nothing may write meanwhile.
    """
    slot, tables = world.request.witness_slot, world.request.tables
    stood = [(database, database.log.position()) for database in (world.source, world.target)]
    touched = _either(*(database.log.touched(slot, tables) for database, _ in stood))
    waiting = {"settle": settle} if settle is not None else {}
    report = prove_delta(
        world.source, world.target, touched, emit=world.emit, clock=world.clock, workers=WORKERS, **waiting
    )
    if report.verdict is Verdict.MATCH:
        for database, position in stood:
            database.log.advance_slot(slot, position)
    return report


def _either(
    one: Mapping[TableName, set[Key] | None], other: Mapping[TableName, set[Key] | None]
) -> dict[TableName, set[Key] | None]:
    merged: dict[TableName, set[Key] | None] = dict(one)
    for table, keys in other.items():
        mine = merged.get(table, set())
        merged[table] = None if keys is None or mine is None else mine | keys
    return merged
