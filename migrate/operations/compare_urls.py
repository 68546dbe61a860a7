"""Compares two databases without a configuration. Nothing is recorded, nothing is settled: both should be at rest."""

from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Table, TableName
from migrate.clock import SystemClock
from migrate.errors import SaysNo
from migrate.events import Emit
from migrate.model.database import Side
from migrate.model.validation import ValidationReport
from migrate.stages.validate.validate import validate
from migrate.wiring.databases import database_from_url


def compare(source_url: str, target_url: str, emit: Emit) -> ValidationReport:
    """Every table that either side has; one that only one side has is an error before anything is read."""
    source = database_from_url(source_url, Side.SOURCE)
    target = database_from_url(target_url, Side.TARGET)
    try:
        here, there = _tables(source.catalog().tables), _tables(target.catalog().tables)
        if alone := sorted(here ^ there):
            sides = ", ".join(f"{t} (only on the {'source' if t in here else 'target'})" for t in alone[:5])
            raise SaysNo(
                f"the sides do not hold the same tables: {sides}", code="VAL-003", hint="Copy the schema first."
            )
        return validate(source, target, sorted(here), settle=lambda: None, emit=emit, clock=SystemClock())
    finally:
        source.close()
        target.close()


def _tables(tables: Iterable[Table]) -> set[TableName]:
    return {table.name for table in tables if table.holds_rows}
