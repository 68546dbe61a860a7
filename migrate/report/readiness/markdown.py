"""The readiness report as Markdown, for a wiki or a merge request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.blocks import Block, Cell, Chart, Facts, Listing, Paragraph, Section, Table, Tone
from migrate.report.readiness.page import page

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
BOLD = (Tone.BAD, Tone.UNSURE)


def render(report: ReadinessReport) -> str:
    """Everything that came from outside is escaped."""
    made = page(report)
    lines = [f"# {made.verdict}: {_escaped(made.headline)}", "", _escaped(made.subtitle), ""]
    lines += [f"- {_escaped(one.text)}" for one in made.reasons]
    lines += ["", "| " + " | ".join(_escaped(name) for name, _ in made.tiles) + " |", "| --- " * len(made.tiles) + "|"]
    lines += ["| " + " | ".join(_cell(cell) for _, cell in made.tiles) + " |", ""]
    for section in made.sections:
        lines += _section(section)
    return "\n".join([*lines, _escaped(made.foot)])


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield ""
    if section.lead:
        yield section.lead
        yield ""
    for block in section.blocks:
        yield from _block(block)
        yield ""


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield block.text
        case Listing():
            yield from (f"- {_escaped(one.text)}" for one in block.lines)
        case Facts():
            yield from (f"- {_escaped(name)}: {_cell(cell)}" for name, cell in block.pairs)
        case Table():
            yield "| " + " | ".join(_escaped(column.title) for column in block.columns) + " |"
            yield "| " + " | ".join("---:" if column.number else "---" for column in block.columns) + " |"
            yield from ("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in block.rows)
        case Chart():
            yield _escaped(block.alt)
        case _:
            assert_never(block)


def _cell(cell: Cell) -> str:
    text = _escaped(cell.text)
    text = f"**{text}**" if cell.tone in BOLD and text else text
    return f"{text}<br>{_escaped(cell.note)}" if cell.note else text


def _escaped(text: str) -> str:
    """On one line, and with nothing that Markdown or HTML would read."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
