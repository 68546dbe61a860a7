"""Compares two databases without a configuration. Nothing is recorded, nothing is settled: both should be at rest."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace

from checks.facts import Catalog, TableName
from migrate.clock import SystemClock
from migrate.errors import UsageError
from migrate.events import Emit, Noted
from migrate.model.database import Address, Side
from migrate.model.family import FAMILY_OF, MYSQL
from migrate.model.validation import TableResult, ValidationReport, Verdict
from migrate.operations.validation import repair, shown
from migrate.operations.validation.request import ValidateRequest
from migrate.settings import ValidationSection
from migrate.stages.validate.proofs.prove import beside, prove
from migrate.stages.validate.proofs.subject import Subject
from migrate.stages.validate.validate import validate
from migrate.stages.validate.verdict import report as summed
from migrate.wiring.databases import address_from_url, database_from_url

PAUSE_SECONDS = 1.0
"""Between two looks at what seems to differ: what was under way when it began may arrive."""


def compare(source_url: str, target_url: str, request: ValidateRequest, emit: Emit) -> ValidationReport:
    """Every table that either side has, or those asked for; one that only one side has differs.

    Raises UsageError for two databases that hold nothing alike by their engines or names.
    """
    here, there = address_from_url(source_url), address_from_url(target_url)
    schemas = _schemas(here, there)
    if request.repair is not None:
        repair.refuse_unusable(request.repair)
    clock = SystemClock()
    with ExitStack() as closing:
        source, target = database_from_url(source_url, Side.SOURCE), database_from_url(target_url, Side.TARGET)
        closing.callback(source.close)
        closing.callback(target.close)
        held = {side: _tables(side.catalog(schemas)) for side in (source, target)}
        chosen = request.choose([*held[source], *held[target]])
        both = [table for table in chosen if table in held[source] and table in held[target]]
        report = validate(
            source,
            target,
            both,
            settle=lambda: clock.sleep(PAUSE_SECONDS),
            emit=emit,
            clock=clock,
            options=request.options(ValidationSection(), Side.SOURCE),
        )
        report = _with(report, (table for table in chosen if table not in both), held[source])
        subject = Subject(
            source=source,
            target=target,
            results=report.tables,
            schemas=schemas,
            only=frozenset(chosen) if request.partial else None,
        )
        report = beside(replace(report, scope="tables" if request.partial else "full"), prove(subject))
        if request.repair is not None:
            count = repair.write(request.repair, report, source, _named(there), clock.now())
            emit(Noted(f"SQL for {count} rows in {request.repair}" if count else "nothing to repair"))
        return shown.with_values(report, source, target, emit) if request.show_values else report


def _schemas(here: Address, there: Address) -> tuple[str, ...]:
    """Schemas to look at. Raises UsageError where no table of one side can be one of the other."""
    families = FAMILY_OF[here.engine], FAMILY_OF[there.engine]
    if families[0] is not families[1]:
        raise UsageError(
            f"{here.engine.value} and {there.engine.value} cannot be compared: their values print in other ways",
            code="CFG-048",
            hint="Compare PostgreSQL with PostgreSQL, MySQL or MariaDB with MySQL or MariaDB.",
        )
    if families[0] is not MYSQL:
        return ()
    if here.database != there.database:
        raise UsageError(
            f"the databases have different names: {here.database} and {there.database}",
            code="CFG-049",
            hint="On MySQL the database is part of a table's name. Compare databases of one name, on two servers.",
        )
    return (here.database,)


def _tables(catalog: Catalog) -> set[TableName]:
    return {table.name for table in catalog.tables if table.holds_rows and table.persistence == "permanent"}


def _with(report: ValidationReport, alone: Iterable[TableName], here: set[TableName]) -> ValidationReport:
    """The report with tables that are on one side only: they differ, whatever they hold."""
    lone = [
        TableResult(
            table=table,
            verdict=Verdict.DIFFERS,
            source_rows=0,
            target_rows=0,
            chunks=0,
            reason=f"there is no such table on the {'target' if table in here else 'source'}",
        )
        for table in alone
    ]
    if not lone:
        return report
    tables = sorted([*report.tables, *lone], key=lambda result: result.table)
    return summed(tables, report.seconds, scope=report.scope, facts=dict(report.facts))


def _named(address: Address) -> str:
    return f"{address.database} at {address.host}:{address.port}"
