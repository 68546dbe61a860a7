"""What drills measured; none where none was run."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.blocks import Cell, Column, Section, Table, Tone
from migrate.report.readiness.words import count, moment, span

COLUMNS = (
    Column("when", narrow=True),
    Column("writer", wide=True),
    Column("no row taken for", number=True, narrow=True),
    Column("acknowledged", number=True, narrow=True, spare=True),
    Column("gone", number=True, narrow=True),
    Column("feed through again", number=True, narrow=True),
)
LEAD = (
    "The target's writer was taken from it while rows were written to a table of the toolkit's. The longest time"
    " without an acknowledged row is the recovery time (RTO), acknowledged rows that are gone the recovery point (RPO)."
)


def section(report: ReadinessReport) -> Section | None:
    if not report.drills:
        return None
    rows = tuple(
        (
            Cell(moment(one.at)),
            Cell(f"{one.writer} → {one.successor}", note="" if one.counts else "counts no more: too long ago"),
            Cell(span(one.outage_seconds)),
            Cell(count(one.acknowledged)),
            Cell(str(one.lost), Tone.BAD if one.lost else Tone.GOOD),
            Cell(span(one.feed_seconds)),
        )
        for one in reversed(report.drills)
    )
    return Section("drills", "Failover drills", LEAD, (Table("The drills, newest first", COLUMNS, rows),))
