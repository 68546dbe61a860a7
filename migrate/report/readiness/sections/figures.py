"""Predicted against measured, and how the error went over the rehearsals."""

from __future__ import annotations

from migrate.model.readiness import Figure, Prediction, ReadinessReport, Step
from migrate.report.readiness.blocks import Block, Cell, Chart, Column, Dot, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import NONE, day, share, span

COLUMNS = (
    Column("what", narrow=True),
    Column("predicted"),
    Column("allowed", number=True, narrow=True),
    Column("measured"),
    Column("error", number=True, narrow=True),
)
STEPS = (
    Column("rehearsal", narrow=True),
    Column("what"),
    Column("predicted", number=True, narrow=True),
    Column("measured", number=True, narrow=True),
    Column("error", number=True, narrow=True),
)
LEAD = "The error is measured against predicted: +25% is a quarter longer than was expected."
MOST = 12


def section(report: ReadinessReport) -> Section:
    rows = tuple(_row(one) for one in report.predictions)
    blocks: list[Block] = [Table("Predicted against measured", COLUMNS, rows)]
    frozen = [one for one in report.steps if one.name == "freeze"][-MOST:]
    if len(frozen) > 1:
        blocks.append(_chart(frozen))
    if report.steps:
        told = "Each rehearsal against the median of those before it under the same terms; the load by its rows."
        blocks += [Paragraph(told, Tone.QUIET), Table("Error by rehearsal", STEPS, _steps(report.steps))]
    else:
        told = "No two rehearsals under the same terms have passed: how good a prediction is cannot be told yet."
        blocks.append(Paragraph(told, Tone.QUIET))
    return Section("figures", "Predicted against measured", LEAD, tuple(blocks))


def _row(one: Prediction) -> tuple[Cell, ...]:
    over = one.limit and one.measured and one.measured.seconds > one.limit.seconds
    return (
        Cell(one.name),
        _figure(one.predicted),
        Cell(span(one.limit.seconds) if one.limit else "no limit", Tone.PLAIN if one.limit else Tone.QUIET),
        _figure(one.measured, Tone.BAD if over else Tone.PLAIN),
        Cell(share(one.error)) if one.error is not None else Cell(NONE, Tone.QUIET),
    )


def _figure(one: Figure | None, tone: Tone = Tone.PLAIN) -> Cell:
    return Cell(span(one.seconds), tone, note=one.basis) if one else Cell("not on record", Tone.QUIET)


def _steps(steps: tuple[Step, ...]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Cell(f"{one.started_at:%Y-%m-%d %H:%M}"),
            Cell(one.name),
            Cell(span(one.predicted)),
            Cell(span(one.measured)),
            Cell(share(one.error)),
        )
        for one in reversed(steps[-3 * MOST :])
    )


def _chart(frozen: list[Step]) -> Chart:
    dots = tuple(
        Dot(f"{one.started_at:%m-%d %H:%M}", abs(one.error) * 100, share(one.error), Tone.PLAIN) for one in frozen
    )
    told = ", ".join(f"{day(one.started_at)} {share(one.error)}" for one in frozen)
    return Chart("Error of the predicted freeze, in percent", f"Error of the predicted freeze: {told}", dots)
