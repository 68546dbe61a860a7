"""What was measured of a live source, made into the figures that a plan wants."""

from __future__ import annotations

from checks.facts import Catalog, TableName
from migrate.model.assessment import Workload
from migrate.model.family import FAMILY_OF
from migrate.model.measurement import Measurements
from migrate.model.tuning import LOB_MAX_KB
from migrate.stages.replicate.planning.asked import Asked
from migrate.stages.replicate.planning.lob_limit import ROOM, proposed_kb
from migrate.stages.replicate.planning.lob_types import lob_columns

DAY = 86_400.0


def workload(catalog: Catalog, measured: Measurements) -> Workload:
    """Growth and rates are unknown where the server does not say since when it counts."""
    limit, basis = _lob_limit(catalog, measured)
    return Workload(
        measured=measured,
        bytes=catalog.bytes,
        lob_max_kb=limit,
        lob_basis=basis,
        changes_per_second=_rate(measured),
        growth_bytes_per_day=_growth(catalog, measured),
        statements=None if catalog.statements is None else len(catalog.statements),
    )


def _lob_limit(catalog: Catalog, measured: Measurements) -> tuple[int | None, str]:
    """LobMaxSize for every table in one task; None where no column is a LOB."""
    tables: list[TableName] = [table.name for table in catalog.tables if lob_columns(catalog, table)]
    if not tables:
        return None, "no column is a LOB to DMS"
    family = FAMILY_OF[catalog.engine]
    proposed = proposed_kb(Asked(family=family, catalog=catalog, tasks=(), measured=measured), tables)
    if proposed is not None:
        return proposed, f"{ROOM} times the longest value that was seen"
    if not family.lob_truncation_fails:
        return LOB_MAX_KB, "the ceiling: a value that is cut is told to nobody, so no measurement is trusted"
    return LOB_MAX_KB, "the ceiling: not every LOB was measured, or the longest one needs it"


def _rate(measured: Measurements) -> float | None:
    if measured.writes is None or not measured.seconds:
        return None
    return sum(one.total for one in measured.writes) / measured.seconds


def _growth(catalog: Catalog, measured: Measurements) -> float | None:
    """Rows that stayed, at each table's own size of a row."""
    if measured.writes is None or not measured.seconds:
        return None
    grown = 0.0
    for one in measured.writes:
        table = catalog.table(one.table)
        if table is not None and table.bytes and table.rows:
            grown += (one.inserts - one.deletes) * table.bytes / table.rows
    return grown / measured.seconds * DAY
