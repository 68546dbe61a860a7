"""Predicted against measured, and how the error went over the rehearsals."""

from __future__ import annotations

from migrate.model.readiness import Figure, Prediction, ReadinessReport, Step
from migrate.report.readiness.blocks import Block, Cell, Chart, Column, Dot, Listing, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import NONE, day, plural, share, span

COLUMNS = (
    Column("what", narrow=True),
    Column("predicted"),
    Column("allowed", number=True, narrow=True),
    Column("measured"),
    Column("error", number=True, narrow=True),
)
STEPS = (
    Column("rehearsal", narrow=True),
    Column("sample and terms", bare=True),
    Column("what", narrow=True),
    Column("predicted", number=True, narrow=True),
    Column("measured", number=True, narrow=True),
    Column("error", number=True, narrow=True),
)
LEAD = (
    "The error is measured against predicted: +25% is a quarter longer than was expected. A prediction is only what was"
    " on record before the measured run began."
)
MOST = 12
ALIKE = "Each rehearsal against the median of those before it under the same terms; the load by its rows."
SAME = 0.005
"""Errors that are closer than this are told as the same: they are shown in whole percent."""


def section(report: ReadinessReport) -> Section:
    rows = tuple(_row(one) for one in report.predictions)
    blocks: list[Block] = [Table("Predicted against measured", COLUMNS, rows)]
    if report.steps:
        alike = _under_the_newest_terms(report.steps)
        frozen = [one for one in alike if one.name == "freeze"][-MOST:]
        if len(frozen) > 1:
            blocks.append(_chart(frozen))
        blocks += [Listing((Cell(_course(alike)),)), Paragraph(ALIKE, Tone.QUIET)]
        blocks.append(Table("Error by rehearsal", STEPS, _steps(report.steps)))
    else:
        told = "No two rehearsals under the same terms have passed: how good a prediction is cannot be told yet."
        blocks.append(Paragraph(told, Tone.QUIET))
    return Section("figures", "Predicted against measured", LEAD, tuple(blocks))


def _under_the_newest_terms(steps: tuple[Step, ...]) -> list[Step]:
    """Another sample's or machine's error says nothing of how this one went."""
    newest = steps[-1]
    return [one for one in steps if (one.sample, one.terms) == (newest.sample, newest.terms)]


def _course(alike: list[Step]) -> str:
    """Whether the error shrank, in one sentence."""
    newest = alike[-1]
    told = [_went(name, [one for one in alike if one.name == name]) for name in dict.fromkeys(s.name for s in alike)]
    runs = len({one.file for one in alike})
    return f"{newest.sample} ({', '.join(newest.terms)}), {plural(runs, 'prediction')}: {'; '.join(told)}."


def _went(name: str, steps: list[Step]) -> str:
    first, last = abs(steps[0].error), abs(steps[-1].error)
    if len(steps) == 1:
        return f"the error of the {name} was {last:.0%}, and one alone says nothing of a course"
    if abs(last - first) < SAME:
        return f"the error of the {name} stayed at {last:.0%}"
    return f"the error of the {name} {'shrank' if last < first else 'grew'} from {first:.0%} to {last:.0%}"


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
    """Newest first. Terms are told where they are not those of the row above."""
    shown = list(reversed(steps[-3 * MOST :]))
    above = [None, *((one.sample, one.terms) for one in shown)]
    return tuple(
        (
            Cell(f"{one.started_at:%Y-%m-%d %H:%M}"),
            Cell(one.sample, note="" if above[place] == (one.sample, one.terms) else ", ".join(one.terms)),
            Cell(one.name),
            Cell(span(one.predicted)),
            Cell(span(one.measured)),
            Cell(share(one.error)),
        )
        for place, one in enumerate(shown)
    )


def _chart(frozen: list[Step]) -> Chart:
    dots = tuple(Dot(f"{one.started_at:%m-%d %H:%M}", abs(one.error) * 100, share(one.error)) for one in frozen)
    told = ", ".join(f"{day(one.started_at)} {share(one.error)}" for one in frozen)
    title = f"Error of the predicted freeze, in percent: {frozen[-1].sample}"
    return Chart(title, f"Error of the predicted freeze: {told}", dots)
