"""An assessment as Markdown, for a pull request or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from checks.finding import Finding
from migrate.model.assessment import AssessmentReport
from migrate.report.assessment import fit, workload
from migrate.report.assessment.grouping import Group, counted, groups, headline, measured


def render(report: AssessmentReport) -> str:
    """The whole report. What came from outside is escaped."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def _lines(report: AssessmentReport) -> Iterator[str]:
    yield f"# Assessment: {_cell(str(report.route))}"
    yield from ("", f"**{headline(report)}**", "")
    stages = [(s.stage, s.readiness.value, f"{s.hours:g}") for s in report.readiness]
    yield from _table(("stage", "verdict", "hours of work"), stages)
    summary = report.summary
    yield (
        f"{counted(summary.blocker, 'blocker')}, {counted(summary.warning, 'warning')}, "
        f"{counted(summary.notice, 'notice')}. Full load: {_cell(measured(report.predictions.full_load))}. "
        f"Freeze: {_cell(measured(report.predictions.freeze))}."
    )
    if report.baseline:
        base = report.baseline
        yield from ("", f"Since `{base.file}`: {base.new} new, {base.known} known, {len(base.resolved)} resolved.")
    for group in groups(report.open):
        yield from _group(group)
    waived = [finding for finding in report.findings if not finding.open]
    if waived:
        yield from ("", "## Waived", "")
        rows = [(f.code, _cell(str(f.object)), _cell(f.waived_by or "")) for f in waived]
        yield from _table(("code", "object", "waived by"), rows)
    yield from _effort(report)
    yield from _risk(report)
    yield from _drift(report)
    yield from _workload(report)
    yield from _fit(report)


def _group(group: Group) -> Iterator[str]:
    stops = f", blocks {group.blocks}" if group.blocks else ""
    yield from ("", f"## {group.severity.value.capitalize()} {group.code}: {_cell(group.title)}{stops}", "")
    for finding in group.findings:
        place = finding.object.location
        where = f" (`{place.file}:{place.line}`)" if place and finding.object.kind != "statement" else ""
        known = " *known to the baseline*" if finding.known else ""
        yield f"- **{_cell(str(finding.object))}** {_cell(finding.message)}{where}{known}"
        yield f"  {_cell(finding.remedy.text)}"
        yield from _sql(finding)


def _sql(finding: Finding) -> Iterator[str]:
    if not finding.remedy.sql:
        return
    longest = max((len(run) for run in re.findall("`+", finding.remedy.sql)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from ("", f"  {fence}sql")
    yield from (f"  {line}" for line in finding.remedy.sql.splitlines())
    yield from (f"  {fence}", "")


def _effort(report: AssessmentReport) -> Iterator[str]:
    if not report.effort:
        return
    yield from ("", f"## Effort: {report.hours:g} hours", "")
    yield from ("Hours = first + (findings - 1) * further.", "")
    rows = [
        (r.stage, r.code, str(r.findings), f"{r.rate.first:g}", f"{r.rate.further:g}", f"{r.hours:g}", r.rate.basis)
        for r in report.effort
    ]
    yield from _table(("stage", "code", "findings", "first", "further", "hours", "basis"), rows)


def _risk(report: AssessmentReport) -> Iterator[str]:
    if not report.risk:
        return
    yield from ("", "## Tables by risk", "")
    rows = [
        (_cell(r.table), str(r.blockers), str(r.warnings), str(r.notices), _number(r.rows), _number(r.bytes))
        for r in report.risk
    ]
    yield from _table(("table", "blockers", "warnings", "notices", "rows", "bytes"), rows)


def _drift(report: AssessmentReport) -> Iterator[str]:
    if report.drift is None:
        return
    yield from ("", "## Schema changes", "")
    if report.drift.since is None:
        yield "No earlier assessment is on record."
        return
    yield from (f"Since {report.drift.since:%Y-%m-%d %H:%M} UTC:", "")
    drift = report.drift
    for word, names in (("added", drift.added), ("removed", drift.removed), ("changed", drift.changed)):
        yield from (f"- {word}: {_cell(name)}" for name in names)
    if not (drift.added or drift.removed or drift.changed):
        yield "- nothing"


def _workload(report: AssessmentReport) -> Iterator[str]:
    if report.workload:
        yield from ("", "## Measured", "")
        yield from (f"- {_cell(line)}" for line in workload.lines(report.workload))


def _fit(report: AssessmentReport) -> Iterator[str]:
    found = report.fit
    if found is None:
        return
    yield from ("", "## Method", "", f"**{_cell(fit.headline(found))}**", "")
    rows = [
        (m.name, m.verdict.value, "<br>".join(_cell(f"{fit.WORDS[r.weight]}: {r.text}") for r in m.reasons))
        for m in found.methods
    ]
    yield from _table(("method", "verdict", "reasons"), rows)
    yield from (f"- assumed: {_cell(one)}" for one in found.assumed)
    yield from (f"- otherwise, {_cell(one)}" for one in found.otherwise)
    for wrong in found.wrong_target:
        yield f"- **Aurora may be the wrong place:** {_cell(wrong.text)}. Instead: {_cell(wrong.instead)}"
    yield from (f"- out of scope: {_cell(one.name)}: {_cell(one.text)}" for one in found.out_of_scope)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(headings) + " |"
    yield "|" + " --- |" * len(headings)
    yield from ("| " + " | ".join(row) + " |" for row in rows)
    yield ""


def _number(value: int | None) -> str:
    return f"{value:,}" if value is not None else "unknown"


def _cell(text: str) -> str:
    """On one line, with what Markdown or HTML would read as its own taken as text."""
    return re.sub(r"([\\`*_\[\]|<>~])", r"\\\1", " ".join(text.split()))
