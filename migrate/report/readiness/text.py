"""The readiness report for a terminal, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import assert_never

from migrate.model.readiness import ReadinessReport
from migrate.model.visible import visible
from migrate.report.readiness.blocks import Block, Cell, Chart, Column, Facts, Listing, Paragraph, Section, Table, Tone
from migrate.report.readiness.page import page
from migrate.report.readiness.plain import WIDTH, table

MARKS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.UNSURE: "?", Tone.QUIET: "…", Tone.PLAIN: "-"}


def render(report: ReadinessReport) -> Iterator[str]:
    """Line by line, the decision first."""
    made = page(report)
    yield f"{made.verdict.upper()}: {visible(made.headline)}"
    yield from _wrapped(made.subtitle)
    for one in made.reasons:
        yield from _wrapped(one.text, f"  {MARKS[one.tone]} ", "    ")
    yield ""
    for name, cell in made.tiles:
        yield f"{name:<22} {visible(cell.text)}" + (f" ({visible(cell.note)})" if cell.note else "")
    for section in made.sections:
        yield ""
        yield from _section(section)
    yield ""
    yield from _wrapped(made.foot)


def _section(section: Section) -> Iterator[str]:
    yield section.title.upper()
    for number, block in enumerate(section.blocks):
        if number and not isinstance(block, Paragraph):
            yield ""
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield from _wrapped(block.text.replace("`", ""))
        case Listing():
            for one in block.lines:
                yield from _wrapped(one.text, f"{MARKS[one.tone]} ", "  ")
        case Facts():
            pairs = [(name, _said(cell)) for name, cell in block.pairs]
            yield from table((Column(""), Column("")), pairs, headed=False)
        case Table():
            kept = [(place, column) for place, column in enumerate(block.columns) if not column.spare]
            rows = [
                [row[place].text if column.bare else _said(row[place]) for place, column in kept] for row in block.rows
            ]
            yield from table([column for _, column in kept], rows)
        case Chart():
            yield from _wrapped(block.alt)
        case _:
            assert_never(block)


def _said(cell: Cell) -> str:
    return f"{cell.text} ({cell.note})" if cell.note else cell.text


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(visible(text), WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)
