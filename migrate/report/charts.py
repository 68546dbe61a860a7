"""Geometry for the charts of a report, computed here so that the templates only draw. Units: SVG user units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrate.model.rehearsal import LedgerResult, Mark, MarkKind, StageResult

WIDTH = 960.0
LEFT, RIGHT = 52.0, 16.0
THROUGHPUT_TOP, THROUGHPUT_HEIGHT = 64.0, 190.0
LABEL_ROWS = 4
LABEL_UNITS = 6.4
"""Width of one character of a label, for keeping labels apart."""
BAR_TOP, BAR_STEP, BAR_LABEL = 28.0, 30.0, 190.0
DONE = "done"
"""Outcome of a stage that ended well."""


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """A mark over the chart: where, in which row its label stands, and on which side of the line."""

    kind: str
    title: str
    at: float
    label_y: float
    anchor: str
    seconds: float


@dataclass(frozen=True)
class Column:
    """Answers of one second. A second without any acknowledged write is shaded from top to bottom."""

    x: float
    width: float
    acknowledged_y: float
    acknowledged_height: float
    other_y: float
    other_height: float
    silent: bool
    title: str


@dataclass(frozen=True)
class Throughput:
    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    rates: tuple[Tick, ...]
    seconds: tuple[Tick, ...]


@dataclass(frozen=True)
class Bar:
    """`label` says how long, and with a sign and a word how it ended where that was not well."""

    name: str
    outcome: str
    y: float
    x: float
    width: float
    label: str
    label_x: float
    anchor: str


@dataclass(frozen=True)
class Timeline:
    width: float
    height: float
    left: float
    right: float
    bottom: float
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    seconds: tuple[Tick, ...]


def duration(seconds: float) -> str:
    """Human: `0.42 s`, `12.3 s`, `2 min 05 s`."""
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02d} s"


def throughput(ledger: LedgerResult, marks: Iterable[Mark]) -> Throughput:
    """Answers per second over the ledger's life, with the marks that fall into it."""
    counts = ledger.per_second
    last = float(max((one.second for one in counts), default=0) + 1)
    highest = max((one.acknowledged + one.refused + one.indeterminate for one in counts), default=0)
    step = round_step(max(highest, 1), 4)
    roof = step * math.ceil(max(highest, 1) / step)
    bottom = THROUGHPUT_TOP + THROUGHPUT_HEIGHT
    inner = WIDTH - LEFT - RIGHT

    def place(second: float) -> float:
        return LEFT + inner * second / last

    columns = []
    for one in counts:
        good = THROUGHPUT_HEIGHT * one.acknowledged / roof
        bad = THROUGHPUT_HEIGHT * (one.refused + one.indeterminate) / roof
        x, wide = place(one.second), inner / last
        columns.append(
            Column(
                x=x,
                width=max(wide - min(1.0, wide * 0.15), 0.4),
                acknowledged_y=bottom - good,
                acknowledged_height=good,
                other_y=bottom - good - bad,
                other_height=bad,
                silent=one.acknowledged == 0,
                title=f"second {one.second}: {one.acknowledged} acknowledged, {one.refused} refused,"
                f" {one.indeterminate} indeterminate, {one.reads} reads",
            )
        )
    shown = [mark for mark in marks if ledger.began <= mark.at <= ledger.began + last]
    return Throughput(
        width=WIDTH,
        height=bottom + 26,
        top=THROUGHPUT_TOP,
        bottom=bottom,
        left=LEFT,
        right=WIDTH - RIGHT,
        columns=tuple(columns),
        lines=_lines([(mark, place(mark.at - ledger.began)) for mark in shown], THROUGHPUT_TOP - 8),
        rates=tuple(
            Tick(bottom - THROUGHPUT_HEIGHT * rate / roof, f"{rate:g}") for rate in every(step, roof) if rate > 0
        ),
        seconds=tuple(
            Tick(place(second - ledger.began), f"{second:.0f} s")
            for second in every(round_step(last, 8), ledger.began + last * 0.97)
            if second >= ledger.began
        ),
    )


def timeline(stages: Sequence[StageResult], seconds: float, marks: Iterable[Mark]) -> Timeline:
    """One bar a stage, over the whole rehearsal."""
    last = max([seconds, 0.001, *(stage.began + stage.seconds for stage in stages)])
    inner = WIDTH - BAR_LABEL - RIGHT
    bottom = BAR_TOP + BAR_STEP * len(stages)

    def place(second: float) -> float:
        return BAR_LABEL + inner * second / last

    bars = []
    for number, stage in enumerate(stages):
        x, width = place(stage.began), max(2.0, inner * stage.seconds / last)
        label = duration(stage.seconds) + ("" if stage.outcome == DONE else f", ✗ {stage.outcome}")
        inside_right = x + width + max(80.0, LABEL_UNITS * len(label) + 14) < WIDTH
        bars.append(
            Bar(
                name=stage.name,
                outcome=stage.outcome,
                y=BAR_TOP + BAR_STEP * number,
                x=x,
                width=width,
                label=label,
                label_x=x + width + 7 if inside_right else x - 7,
                anchor="start" if inside_right else "end",
            )
        )
    return Timeline(
        width=WIDTH,
        height=bottom + 28,
        left=BAR_LABEL,
        right=WIDTH - RIGHT,
        bottom=bottom + 4,
        bars=tuple(bars),
        lines=_lines(
            [(mark, place(mark.at)) for mark in marks if mark.kind in (MarkKind.SWITCH, MarkKind.ROLLBACK)], 14
        ),
        seconds=tuple(Tick(place(second), f"{second:.0f} s") for second in every(round_step(last, 8), last * 0.97)),
    )


def _lines(placed: Sequence[tuple[Mark, float]], lowest: float) -> tuple[Line, ...]:
    """Put each label into the lowest row in which it touches no earlier one. A freeze is named left of its line."""
    free = [0.0] * LABEL_ROWS
    lines = []
    for mark, x in sorted(placed, key=lambda pair: pair[1]):
        wide = LABEL_UNITS * len(mark.title) + 14
        backwards = x + wide > WIDTH or (mark.kind is MarkKind.FREEZE and x - wide > LEFT)
        begin = x - wide if backwards else x
        row = next((number for number in range(LABEL_ROWS) if free[number] <= begin), LABEL_ROWS - 1)
        free[row] = begin + wide
        anchor = "end" if backwards else "start"
        lines.append(Line(mark.kind.value, mark.title, x, lowest - 14 * row, anchor, round(mark.at, 2)))
    return tuple(lines)


def round_step(span: float, wanted: int) -> float:
    """A round step that divides `span` into about `wanted` parts."""
    rough = span / wanted
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next((nice * power for nice in (1.0, 2.0, 2.5, 5.0) if nice * power >= rough), 10.0 * power)


def every(step: float, upto: float) -> list[float]:
    return [step * number for number in range(int(upto / step + 1e-9) + 1)]
