"""What it costs, where a price is on record."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.blocks import Cell, Facts, Paragraph, Section, Tone
from migrate.report.readiness.words import moment


def section(report: ReadinessReport) -> Section:
    price = report.price
    if price is None:
        return Section("cost", "Cost", "", (Paragraph("Not priced.", Tone.QUIET),))
    pairs = tuple((name, Cell(value)) for name, value in price.lines)
    return Section("cost", "Cost", f"As priced on {moment(price.priced_at)}.", (Facts(pairs),))
