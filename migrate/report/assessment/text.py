"""An assessment for a terminal of 80 columns: the verdict first, then the findings, the worst of them at the top."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from checks.finding import Finding
from migrate.model.assessment import AssessmentReport, Drift
from migrate.model.visible import LAYOUT, visible
from migrate.report.assessment import fit, workload
from migrate.report.assessment.grouping import Group, counted, groups, headline, measured

WIDTH = 80
SHOWN = 12
"""Objects of one rule that are told; the other formats tell all."""


def render(report: AssessmentReport, *, fix: bool = False) -> Iterator[str]:
    """Line by line. With `fix` each finding is followed by what to do and by the SQL to paste, whatever its width."""
    yield str(report.route)
    yield from _wrapped(headline(report))
    yield ""
    for stage in report.readiness:
        work = f"{stage.hours:g} h of work" if stage.hours else ""
        yield f"  {stage.stage:<10} {stage.readiness.value:<16} {work}".rstrip()
    for group in groups(report.open):
        yield from _group(group, fix=fix)
    waived = [finding for finding in report.findings if not finding.open]
    if waived:
        yield from ("", f"WAIVED ({len(waived)})")
        for finding in waived:
            yield from _wrapped(f"{finding.code} {finding.object}: {finding.waived_by}", "  ", "      ")
    yield ""
    yield from _end(report)
    if report.workload:
        yield ""
        for line in workload.lines(report.workload):
            yield from _wrapped(line)
    if report.fit:
        yield ""
        yield from _wrapped(fit.headline(report.fit))
        for depth, line in fit.lines(report.fit):
            yield from _wrapped(line, "  " * depth, "  " * (depth + 2))
    if not fix and report.open:
        yield "What to do about each: --fix here, or: aurora-migrate checks explain CODE"


def _group(group: Group, *, fix: bool) -> Iterator[str]:
    stops = f", blocks {group.blocks}" if group.blocks else ""
    yield ""
    yield from _wrapped(f"{group.severity.value.upper()} {group.code} {group.slug}{stops}", "", "    ")
    shown = group.findings if fix else group.findings[:SHOWN]
    for finding in shown:
        place = finding.object.location
        where = f" [line {place.line}]" if place and finding.object.kind != "statement" else ""
        known = " (known to the baseline)" if finding.known else ""
        yield from _wrapped(f"{finding.object} {finding.message}{known}{where}", "  ", "      ")
        if fix:
            yield from _remedy(finding)
    if left := len(group.findings) - len(shown):
        yield f"  … and {left:,} more of this rule: --fix or another --format shows all"


def _remedy(finding: Finding) -> Iterator[str]:
    yield from _wrapped(f"→ {finding.remedy.text}", "      ", "        ")
    for line in (finding.remedy.sql or "").splitlines():
        yield f"        {visible(line)}"


def _end(report: AssessmentReport) -> Iterator[str]:
    summary, rules = report.summary, report.rules
    counts = (summary.blocker, "blocker"), (summary.warning, "warning"), (summary.notice, "notice")
    yield ", ".join(counted(number, noun) for number, noun in counts)
    asked = f"{counted(len(rules.ran), 'rule')} asked, {len(rules.not_applicable)} not applicable"
    yield asked + (f", {len(rules.crashed)} crashed" if rules.crashed else "")
    yield from _wrapped(f"full load: {measured(report.predictions.full_load)}")
    yield from _wrapped(f"freeze: {measured(report.predictions.freeze)}")
    if report.baseline:
        base = report.baseline
        yield from _wrapped(f"since {base.file}: {base.new} new, {base.known} known, {len(base.resolved)} resolved")
    if report.drift:
        yield from drifted(report.drift)


def drifted(drift: Drift) -> Iterator[str]:
    """What DDL changed since the last assessment on record."""
    if drift.since is None:
        yield "no earlier assessment is on record: nothing to compare with"
        return
    count = len(drift.added) + len(drift.removed) + len(drift.changed)
    yield f"schema since {drift.since:%Y-%m-%d %H:%M} UTC: {counted(count, 'object')} changed"
    for sign, names in (("+", drift.added), ("-", drift.removed), ("~", drift.changed)):
        for name in names:
            yield from _wrapped(f"{sign} {name}", "  ", "      ")


def _wrapped(text: str, first: str = "", later: str = "  ") -> list[str]:
    """Lines of at most `WIDTH` columns; a single word that is longer keeps its own line, for somebody may copy it."""
    return textwrap.wrap(
        " ".join(visible(text, LAYOUT).split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
