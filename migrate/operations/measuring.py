"""What is measured of a source before anything is made: lengths of LOBs, and rows written."""

from __future__ import annotations

import math
from collections.abc import Sequence

from checks.facts import Catalog, TableName
from migrate.errors import MigrateError
from migrate.events import Progressed
from migrate.model.measurement import LobSize, TableWrites
from migrate.stages.replicate.planning.lob_types import lob_columns
from migrate.wiring.session import Session

LOB_SECONDS = 10.0
"""One table's LOBs are looked at for no longer than that."""
SKIPPED = ("-110", "-150")
"""What ends the look at one table and not the whole: no permission, and the time that a statement may take."""


def lobs(
    session: Session, catalog: Catalog, tables: Sequence[TableName], budget: float = math.inf
) -> tuple[tuple[LobSize, ...], tuple[str, ...]]:
    """Lengths of every LOB column of these tables, and what could not be measured, one line each.

    Where the `budget` of seconds is used up, the tables that are left are not looked at, and that is said.
    """
    found: list[LobSize] = []
    missed: list[str] = []
    large = [(name, columns) for name in tables if (columns := _large(catalog, name))]
    began = session.clock.monotonic()
    for done, (name, columns) in enumerate(large):
        if session.clock.monotonic() - began > budget:
            left = len(large) - done
            missed.append(f"LOBs of {left:,} more tables: {budget:g} s were used up; replicate plan measures them all")
            break
        session.emit(Progressed("lengths of LOBs", done, len(large), "tables"))
        try:
            found += session.source.measures.lobs(name, columns, LOB_SECONDS)
        except MigrateError as problem:
            if not problem.code.endswith(SKIPPED):
                raise
            missed.append(f"LOBs of {name}: {problem.message}")
    return tuple(found), tuple(missed)


def _large(catalog: Catalog, name: TableName) -> list[str]:
    table = catalog.table(name)
    return [column.name for column in lob_columns(catalog, table)] if table else []


def writes(
    session: Session, tables: Sequence[TableName], seconds: float
) -> tuple[tuple[TableWrites, ...] | None, float | None, str]:
    """Rows written by table, in how many seconds, and how that was measured. Watched for `seconds`; 0 is not at all,
    and then what the server counted since it began to count."""
    measures, clock = session.source.measures, session.clock
    first = measures.writes(tables)
    if first is None:
        return None, None, "the server does not count writes by table, or not for this login"
    if not seconds:
        since = f"in {first.seconds / 3600:,.1f} h" if first.seconds else "at a time that it does not tell"
        return first.tables, first.seconds, f"writes since the server began to count them, {since}"
    began = clock.monotonic()
    while (passed := clock.monotonic() - began) < seconds:
        session.emit(Progressed("writes of the source", passed, seconds, "s"))
        clock.sleep(min(1.0, seconds - passed))
    second = measures.writes(tables)
    if second is None:
        return None, None, "the server stopped counting"
    passed = clock.monotonic() - began
    earlier = {one.table: one for one in first.tables}
    grown = tuple(one.since(earlier[one.table]) if one.table in earlier else one for one in second.tables)
    return grown, passed, f"writes in {passed:,.0f} s that were watched"
