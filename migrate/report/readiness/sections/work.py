"""The work behind the findings, so told that everybody can check the sum."""

from __future__ import annotations

from migrate.model.readiness import Decision, ReadinessReport, Work
from migrate.report.readiness.blocks import Cell, Column, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import hours

COLUMNS = (
    Column("rule", narrow=True),
    Column("what"),
    Column("due before", narrow=True, spare=True),
    Column("owner"),
    Column("found", number=True, narrow=True),
    Column("effort", number=True, narrow=True),
    Column("reckoned as", narrow=True, spare=True),
)
TONES = {"blocker": Tone.BAD, "warning": Tone.UNSURE}
LEAD = "Effort is the hours for the first finding of a rule and for each further one, as `assess` adds them up."


def section(report: ReadinessReport) -> Section | None:
    rows = [one for one in report.work if one.hours]
    if not rows or report.decision in (Decision.FINISHED, Decision.ABANDONED):
        return None
    total = round(sum(one.hours for one in rows), 2)
    table = Table("Work by rule", COLUMNS, tuple(_row(one) for one in rows))
    told = f"In all {hours(total)}. `{rows[0].basis}` and the like say whose rates these are."
    return Section("work", "Work that is left", LEAD, (table, Paragraph(told, Tone.QUIET)))


def _row(one: Work) -> tuple[Cell, ...]:
    further = f" + {one.count - 1} × {one.further:g}" if one.count > 1 else ""  # noqa: RUF001
    return (
        Cell(one.code, code=True),
        Cell(one.title, TONES.get(one.severity, Tone.PLAIN), note=", ".join(one.objects[:3])),
        Cell(one.stage),
        Cell(one.owner) if one.owner else Cell("nobody named", Tone.UNSURE),
        Cell(f"{one.count:,}"),
        Cell(hours(one.hours)),
        Cell(f"{one.first:g}{further} ({one.basis})", Tone.QUIET),
    )
