"""The order in which every form tells its findings: the worst first, one group for each rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checks.closed_facts import unseen
from checks.finding import Finding, Severity
from checks.registry import catalogue
from migrate.model.assessment import AssessmentReport, Measured, Readiness

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Group:
    """Findings of one rule and severity."""

    code: str
    slug: str
    severity: Severity
    title: str
    """What the rule finds, in a few words."""
    blocks: str | None
    findings: tuple[Finding, ...]


def groups(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """By severity, then by code; inside a group in the order of the report."""
    found: dict[tuple[int, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((list(Severity).index(finding.severity), finding.code), []).append(finding)
    made = []
    for key in sorted(found):
        mine = found[key]
        made.append(Group(mine[0].code, mine[0].slug, mine[0].severity, title(mine[0]), mine[0].blocks, tuple(mine)))
    return tuple(made)


def title(finding: Finding) -> str:
    """The rule's title; the slug of a rule that this version does not have."""
    rule = catalogue().get(finding.code)
    return rule.title().rstrip(".") if rule else finding.slug.replace("-", " ")


def headline(report: AssessmentReport) -> str:
    """The verdict in one sentence, and in another that it is not the whole one."""
    gaps = sum(unseen(finding) for finding in report.open)
    return _verdict(report) + (f" {counted(gaps, 'thing')} could not be seen, and may hide more." if gaps else "")


def _verdict(report: AssessmentReport) -> str:
    summary = report.summary
    blocked = [one.stage for one in report.readiness if one.readiness is Readiness.BLOCKED]
    if blocked:
        return f"{counted(summary.blocker, 'blocker')} must be solved before {blocked[0]}."
    if any(one.readiness is Readiness.READY_WITH_WORK for one in report.readiness):
        hours = f"{report.hours:g} hour{'' if report.hours == 1 else 's'}"
        return f"Nothing blocks. There is work of about {hours} in {counted(summary.warning, 'warning')}."
    return "Nothing blocks, and no work is known."


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def measured(one: Measured | None, shown: str = "") -> str:
    """Seconds with their basis, or that nothing was measured."""
    return f"{shown or f'{one.seconds:.1f} s'} ({one.basis})" if one else NOT_MEASURED
