"""Every gate of the cutover: the last answer, what was seen against which limit, how old that is."""

from __future__ import annotations

from datetime import datetime

from migrate.model.gate import Moment
from migrate.model.readiness import GateStanding, ReadinessReport, Standing
from migrate.report.readiness.blocks import Block, Cell, Column, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import age, left, value

TONES = {
    Standing.OPEN: Tone.GOOD,
    Standing.CLOSED: Tone.BAD,
    Standing.UNKNOWN: Tone.BAD,
    Standing.AGED: Tone.UNSURE,
    Standing.NOT_ASKED: Tone.QUIET,
}
COLUMNS = (
    Column("gate", narrow=True),
    Column("answer", narrow=True),
    Column("because", wide=True),
    Column("observed", spare=True),
    Column("limit", spare=True),
    Column("asked", narrow=True, bare=True),
    Column("counts", narrow=True, spare=True),
)
MOMENTS = {
    Moment.PREFLIGHT: "Before the freeze. All are asked; unknown is closed.",
    Moment.FROZEN: "Under the freeze, before the switch. They say nothing before that.",
}
LEAD = (
    "A gate that is closed, or could not see, stands so until it is asked again. An open answer about the databases"
    " counts as long as a validation does; after that the cutover asks again, as it asks every gate before the freeze."
)


def section(report: ReadinessReport) -> Section:
    blocks: list[Block] = []
    for moment, told in MOMENTS.items():
        rows = tuple(_row(one, report.at) for one in report.gates if one.moment is moment)
        if rows:
            blocks += [Paragraph(told, Tone.QUIET), Table(f"Gates of the moment {moment.value}", COLUMNS, rows)]
    return Section("gates", "Gates", LEAD, tuple(blocks))


def _row(one: GateStanding, now: datetime) -> tuple[Cell, ...]:
    asked = Cell(age(one.asked_at, now), Tone.QUIET, note=one.asked_by)
    return (
        Cell(one.gate, code=True),
        Cell(one.standing.value, TONES[one.standing]),
        Cell(one.reason),
        Cell(value(one.observed)),
        Cell(value(one.limit)),
        asked,
        Cell(left(one.counts_until, now), Tone.QUIET),
    )
