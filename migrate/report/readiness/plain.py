"""Tables in plain text, aligned and wrapped: columns of words share what the narrow ones leave."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from migrate.model.visible import visible
from migrate.report.readiness.blocks import Column

WIDTH = 80
LEAST = 10
"""No column of words is narrower."""
GAP = "  "


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, headed: bool = True) -> Iterator[str]:
    """Headings where there are any, then the rows."""
    head = [[column.title for column in columns]] if headed else []
    body = [*head, *([visible(cell) for cell in row] for row in rows)]
    widths = _widths(columns, body)
    for row in body:
        yield from _row(columns, row, widths)


def _widths(columns: Sequence[Column], body: Sequence[Sequence[str]]) -> list[int]:
    """What each column wants, the widest cut down until all of them fit."""
    widths = [max(len(row[place]) for row in body) for place in range(len(columns))]
    room = WIDTH - len(GAP) * (len(columns) - 1)
    while sum(widths) > room and max(widths) > LEAST:
        widest = max(range(len(widths)), key=lambda place: widths[place])
        widths[widest] -= 1
    return widths


def _row(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [
        textwrap.wrap(cell, width, break_long_words=True, break_on_hyphens=True) or [""]
        for cell, width in zip(row, widths, strict=True)
    ]
    for line in range(max(len(cell) for cell in cells)):
        parts = []
        for column, cell, width in zip(columns, cells, widths, strict=True):
            text = cell[line] if line < len(cell) else ""
            parts.append(text.rjust(width) if column.number else text.ljust(width))
        yield GAP.join(parts).rstrip()
