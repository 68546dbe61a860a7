"""The rehearsal as one self-contained page: no script, no font, no image from anywhere else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from migrate import __version__
from migrate.clock import SystemClock
from migrate.model.rehearsal import LIVE, RehearsalReport, RehearsalVerdict
from migrate.report import chart_words
from migrate.report.charts import duration, throughput, timeline

TEMPLATES = Path(__file__).parent / "templates"


def render(report: RehearsalReport, *, at: datetime | None = None) -> str:
    """The page as text. Everything that came from outside is escaped. `at` is when it was generated (default: now)."""
    # Escaping is on for every template, whatever its name ends in.
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["duration"] = duration
    pages.filters["count"] = "{:,}".format
    ledger = report.ledger
    return pages.get_template("rehearsal.html.j2").render(
        report=report,
        ledger=ledger,
        live=report.profile == LIVE,
        passed=report.verdict is RehearsalVerdict.PASSED,
        headline=_headline(report),
        throughput=throughput(ledger, report.marks) if ledger and ledger.per_second else None,
        throughput_words=chart_words.of_throughput(ledger, report.marks) if ledger else "",
        timeline_words=chart_words.of_timeline(report.stages),
        timeline=timeline(report.stages, report.seconds, report.marks) if report.stages else None,
        generated_at=at or SystemClock().now(),
        version=__version__,
    )


def _headline(report: RehearsalReport) -> str:
    ledger = report.ledger
    if ledger is None and report.verdict is RehearsalVerdict.PASSED:
        return f"Handed over {len(report.handovers)} times, and every row was equal at the end."
    if ledger is None:
        return (
            "The rehearsal failed."
            if report.profile == LIVE
            else "The rehearsal ended before anything could be judged."
        )
    if not ledger.kept:
        return "Not every acknowledged write is there exactly once."
    if ledger.acknowledged == 0:
        return "The application wrote nothing, so nothing was proven."
    kept = f"All {ledger.acknowledged:,} acknowledged writes are there, each exactly once."
    if report.verdict is RehearsalVerdict.PASSED:
        return kept
    return "The rehearsal failed, though no acknowledged write was lost."
