"""What changed since an earlier report."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.blocks import Cell, Column, Paragraph, Section, Table
from migrate.report.readiness.words import NONE, moment


def section(report: ReadinessReport) -> Section | None:
    if report.changes is None:
        return None
    lead = f"Compared with the report of {moment(report.since)}. Ages, which time alone moves, are left out."
    if not report.changes:
        return Section("changes", "What changed", lead, (Paragraph("Nothing that a report tells has changed."),))
    rows = tuple((Cell(one.subject), Cell(one.before or NONE), Cell(one.now or NONE)) for one in report.changes)
    columns = (Column("what"), Column("before"), Column("now"))
    return Section("changes", "What changed", lead, (Table("What changed since the earlier report", columns, rows),))
