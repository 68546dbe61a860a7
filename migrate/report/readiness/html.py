"""The readiness report as one self-contained page: no script, font or image from anywhere else; it prints, too."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness import blocks
from migrate.report.readiness.bars import drawn
from migrate.report.readiness.page import page
from migrate.report.rehearsal_html import TEMPLATES

_CODE = re.compile(r"`([^`]+)`")
KINDS = {
    blocks.Table: "table",
    blocks.Paragraph: "paragraph",
    blocks.Listing: "listing",
    blocks.Facts: "facts",
    blocks.Chart: "chart",
}


def render(report: ReadinessReport) -> str:
    """The page as text. Everything that came from outside is escaped."""
    pages = Environment(
        loader=FileSystemLoader([TEMPLATES, Path(TEMPLATES) / "readiness"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["kind"] = lambda block: KINDS[type(block)]
    pages.filters["prose"] = _prose
    pages.filters["drawn"] = drawn
    return pages.get_template("page.html.j2").render(page=page(report))


def _prose(text: str) -> Markup:
    """Words of this program, in which backticks mark what is typed. Escaped first."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))
