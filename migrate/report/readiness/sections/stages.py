"""Where the migration stands, stage by stage."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport, StageStanding, StageState
from migrate.report.readiness.blocks import Cell, Column, Section, Table, Tone
from migrate.report.readiness.words import moment, span

TONES = {
    StageState.DONE: Tone.GOOD,
    StageState.EXPIRED: Tone.UNSURE,
    StageState.OPEN: Tone.UNSURE,
    StageState.SAYS_NO: Tone.BAD,
    StageState.UNDONE: Tone.UNSURE,
    StageState.NOT_BEGUN: Tone.QUIET,
}
COLUMNS = (
    Column("stage", narrow=True),
    Column("state", narrow=True),
    Column("what is on record"),
    Column("took", number=True, narrow=True),
    Column("when", narrow=True),
)


def section(report: ReadinessReport) -> Section:
    rows = tuple(_row(one) for one in report.stages)
    return Section("stages", "Where it stands", "", (Table("State of every stage", COLUMNS, rows),))


def _row(one: StageStanding) -> tuple[Cell, ...]:
    return (
        Cell(one.stage),
        Cell(one.state.value, TONES[one.state]),
        Cell(one.told),
        Cell(span(one.seconds), Tone.QUIET if one.seconds is None else Tone.PLAIN),
        Cell(moment(one.began), Tone.QUIET),
    )
