"""What restore drills measured; none where none was run."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport, RestoreMeasured
from migrate.report.readiness.blocks import Cell, Column, Section, Table, Tone
from migrate.report.readiness.words import count, moment, plural, span

COLUMNS = (
    Column("when", narrow=True),
    Column("restored as", wide=True),
    Column("until it answered", number=True, narrow=True),
    Column("recovery point before the call", number=True, narrow=True),
    Column("acknowledged", number=True, narrow=True, spare=True),
    Column("missing", number=True, narrow=True),
    Column("tables", number=True, narrow=True, spare=True),
)
LEAD = (
    "The target's cluster was restored into a second one, which was deleted again: to its latest restorable time, or"
    " from a snapshot. From the call to its first answer is the recovery time (RTO); from the newest acknowledged row"
    " that was there to the call, and of a snapshot its age, the recovery point (RPO). A row is missing where a later"
    " one is there, or where it was acknowledged before the snapshot was begun."
)


def section(report: ReadinessReport) -> Section | None:
    if not report.restores:
        return None
    rows = tuple(_row(one) for one in reversed(report.restores))
    return Section("restores", "Restore drills", LEAD, (Table("The restores, newest first", COLUMNS, rows),))


def _row(one: RestoreMeasured) -> tuple[Cell, ...]:
    tables = f"and {plural(one.missing_tables, 'table')}" if one.missing_tables else ""
    made_of = (f"from snapshot {one.snapshot}",) if one.snapshot else ()
    aged = () if one.counts else ("counts no more: too long ago",)
    return (
        Cell(moment(one.at)),
        Cell(one.restored, note="; ".join((*made_of, *aged))),
        Cell(span(one.recovery_seconds)),
        _point(one),
        Cell(count(one.acknowledged)),
        Cell(str(one.missing), Tone.BAD if one.missing or tables else Tone.GOOD, tables),
        Cell(count(one.tables)),
    )


def _point(one: RestoreMeasured) -> Cell:
    if one.snapshot:
        return Cell(span(one.point_seconds), note="" if one.acknowledged else "no row was known to be in it")
    if one.later == one.acknowledged:
        return Cell(span(one.point_seconds), Tone.BAD, "or more: no row was there")
    return Cell(span(one.point_seconds), note=f"{plural(one.later, 'row')} later than that" if one.later else "")
