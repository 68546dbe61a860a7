"""Risk by table: what is open, by the stage before which it is due. A cell's darkness is its worst severity, its
text says the counts: there is no score."""

from __future__ import annotations

from migrate.model.readiness import Counts, ReadinessReport, RiskRow
from migrate.report.readiness.blocks import Cell, Column, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import count, size

STAGES = ("provision", "replicate", "validate", "cutover")
MOST = 40
VERDICTS = {"match": Tone.GOOD, "differs": Tone.BAD, "unknown": Tone.BAD}
LEAD = (
    "Open findings of the last assessment by the stage before which they are due (b: blockers, w: warnings, n:"
    " notices), and what the last validation said. Tables about which nothing is open are not listed."
)


def section(report: ReadinessReport) -> Section:
    risk = report.risk
    if not risk.rows:
        told = "Nothing is open about any table." if risk.tables is not None else "No findings are on record."
        return Section("risk", "Risk by table", "", (Paragraph(told, Tone.QUIET),))
    columns = (
        Column("table"),
        Column("rows", number=True, narrow=True),
        Column("size", number=True, narrow=True, spare=True),
        *(Column(stage, narrow=True) for stage in STAGES),
        Column("validation", narrow=True),
    )
    shown = risk.rows[:MOST]
    table = Table("Open findings by table and stage", columns, tuple(_row(one) for one in shown))
    left = risk.left_out + len(risk.rows) - len(shown)
    whole = f" of {risk.tables:,}" if risk.tables is not None else ""
    told = f"{len(shown)}{whole} tables, the worst first." + (f" {left:,} with less open are left out." if left else "")
    return Section("risk", "Risk by table", LEAD, (table, Paragraph(told, Tone.QUIET)))


def _row(one: RiskRow) -> tuple[Cell, ...]:
    stages = dict(one.stages)
    return (
        Cell(one.table, code=True),
        Cell(count(one.rows)),
        Cell(size(one.bytes)),
        *(_cell(stages.get(stage)) for stage in STAGES),
        Cell(one.validation, VERDICTS.get(one.validation, Tone.QUIET)),
    )


def _cell(counts: Counts | None) -> Cell:
    if counts is None:
        return Cell("")
    parts = ((counts.blockers, "b"), (counts.warnings, "w"), (counts.notices, "n"))
    heat = 3 if counts.blockers else 2 if counts.warnings else 1
    return Cell(" ".join(f"{number} {letter}" for number, letter in parts if number), heat=heat)
