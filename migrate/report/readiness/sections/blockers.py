"""What has to be out of the way before the cutover, whose it is, and what it takes."""

from __future__ import annotations

from migrate.model.readiness import Blocker, Decision, ReadinessReport
from migrate.report.readiness.blocks import Cell, Column, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import hours

COLUMNS = (Column("what"), Column("owner"), Column("effort", number=True, narrow=True), Column("next", wide=True))


def section(report: ReadinessReport) -> Section | None:
    if report.decision not in (Decision.GO, Decision.NO_GO):
        return None
    lead = "Each of these alone is a no. Nothing is weighed against anything."
    if not report.blockers:
        return Section("blockers", "What stands in the way", "", (Paragraph("Nothing on record.", Tone.GOOD),))
    table = Table("What stands in the way", COLUMNS, tuple(_row(one) for one in report.blockers))
    reckoned = [one.hours for one in report.blockers if one.hours is not None]
    rest = len(report.blockers) - len(reckoned)
    told = f"Reckoned: {hours(round(sum(reckoned), 2))}" + (f"; {rest} of these are not reckoned." if rest else ".")
    told = told if reckoned else "No hours are reckoned for these."
    return Section("blockers", "What stands in the way", lead, (table, Paragraph(told, Tone.QUIET)))


def _row(one: Blocker) -> tuple[Cell, ...]:
    owner = Cell(one.owner) if one.owner else Cell("nobody named", Tone.UNSURE)
    return (
        Cell(one.what, note=one.why),
        owner,
        Cell(hours(one.hours), Tone.PLAIN if one.hours is not None else Tone.QUIET),
        Cell(one.next),
    )
