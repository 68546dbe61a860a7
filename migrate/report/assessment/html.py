"""An assessment as one self-contained page: no script, no font, no image from anywhere else; it prints as it looks."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from migrate import __version__
from migrate.clock import SystemClock
from migrate.model.assessment import AssessmentReport, Measured, Readiness
from migrate.report.assessment import workload
from migrate.report.assessment.fit import WORDS
from migrate.report.assessment.grouping import groups, headline, measured
from migrate.report.charts import duration
from migrate.report.rehearsal_html import TEMPLATES

TONES = {Readiness.READY: "good", Readiness.READY_WITH_WORK: "unknown", Readiness.BLOCKED: "bad"}


def render(report: AssessmentReport, *, at: datetime | None = None) -> str:
    """The page as text. Everything that came from outside is escaped. `at` is when it was generated (default: now)."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["count"] = "{:,}".format
    predictions = report.predictions
    return pages.get_template("assessment.html.j2").render(
        report=report,
        headline=headline(report),
        groups=groups(report.open),
        waived=[finding for finding in report.findings if not finding.open],
        tones=TONES,
        blocked=any(one.readiness is Readiness.BLOCKED for one in report.readiness),
        full_load=_measured(predictions.full_load),
        freeze=_measured(predictions.freeze),
        generated_at=at or SystemClock().now(),
        measured=list(workload.lines(report.workload)) if report.workload else [],
        reason_words=WORDS,
        version=__version__,
    )


def _measured(one: Measured | None) -> str:
    return measured(one, duration(one.seconds) if one else "")
