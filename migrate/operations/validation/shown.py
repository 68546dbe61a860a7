"""The values of rows that differ, read from both sides: only for whoever asks to see them, and never recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrate.errors import MigrateError
from migrate.events import Emit, Noted
from migrate.model.validation import Difference, DifferenceKind, TableResult, ValidationReport, ValuePair
from migrate.ports.database import Database

CHARACTERS = 200
ROWS_MAX = 100
"""Rows of one table whose values are read."""

_Values = Mapping[str, str | None]


def with_values(report: ValidationReport, source: Database, target: Database, emit: Emit) -> ValidationReport:
    """The report with values of up to ROWS_MAX rows a table. They are read now: a row may have moved on since."""
    return replace(report, tables=tuple(_shown(table, source, target, emit) for table in report.tables))


def _shown(result: TableResult, source: Database, target: Database, emit: Emit) -> TableResult:
    shown, rest = result.differences[:ROWS_MAX], result.differences[ROWS_MAX:]
    if not shown:
        return result
    keys = [one.key for one in shown]
    try:
        here, there = (side.rows.values(result.table, keys, CHARACTERS) for side in (source, target))
    except MigrateError as error:
        emit(Noted(f"{result.table}: its values cannot be shown: {error}", warning=True))
        return result
    told = tuple(replace(one, values=_pairs(one, here.get(one.key, {}), there.get(one.key, {}))) for one in shown)
    return replace(result, differences=told + rest)


def _pairs(difference: Difference, here: _Values, there: _Values) -> tuple[ValuePair, ...]:
    """Of a changed row the columns that differ; of one that is on one side only, every column."""
    columns = difference.columns
    if difference.kind is not DifferenceKind.CHANGED:
        columns = tuple(dict.fromkeys([*here, *there]))
    return tuple(ValuePair(column, here.get(column), there.get(column)) for column in columns)
