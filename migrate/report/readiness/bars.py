"""Geometry of a chart of bars with a limit, computed here so that the template only draws. Units: SVG user units."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.report.charts import every, round_step
from migrate.report.readiness.blocks import Chart

WIDTH, HEIGHT = 960.0, 222.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 16.0, 26.0, 172.0
WIDEST = 46.0
ROOM = 2.5
"""A limit that is further above the highest value than this many times is told in words, not drawn: it would press
every value to the ground."""


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    middle: float
    told: str
    label: str
    failed: bool


@dataclass(frozen=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True)
class Drawn:
    width: float
    height: float
    left: float
    right: float
    bottom: float
    label_y: float
    failed_y: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    limit_y: float | None


def drawn(chart: Chart) -> Drawn:
    """Bars from left to right; at least one."""
    highest = max((dot.value for dot in chart.dots), default=0.0)
    shows = chart.limit is not None and chart.limit <= max(highest, 1e-9) * ROOM
    span = max(highest, chart.limit if shows and chart.limit else 0.0, 1e-9) * 1.12
    tall, wide = BOTTOM - TOP, WIDTH - LEFT - RIGHT

    def place(value: float) -> float:
        return BOTTOM - tall * min(value / span, 1.0)

    each = wide / max(1, len(chart.dots))
    width = min(WIDEST, each * 0.6)
    bars = tuple(
        Bar(
            x=LEFT + each * (number + 0.5) - width / 2,
            y=place(dot.value),
            width=width,
            height=max(1.0, BOTTOM - place(dot.value)),
            middle=LEFT + each * (number + 0.5),
            told=dot.told,
            label=dot.label,
            failed=dot.failed,
        )
        for number, dot in enumerate(chart.dots)
    )
    return Drawn(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=BOTTOM,
        label_y=BOTTOM + 20,
        failed_y=BOTTOM + 38,
        bars=bars,
        ticks=tuple(Tick(place(value), f"{value:g}") for value in every(round_step(span, 4), span) if value <= span),
        limit_y=place(chart.limit) if shows and chart.limit is not None else None,
    )
