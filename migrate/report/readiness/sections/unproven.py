"""What nobody has seen yet."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.blocks import Cell, Listing, Section, Tone


def section(report: ReadinessReport) -> Section | None:
    if not report.unproven:
        return None
    lines = tuple(Cell(line, Tone.UNSURE) for line in report.unproven)
    return Section("unproven", "What is unproven", "", (Listing(lines),))
