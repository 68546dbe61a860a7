"""Ask every rule of a catalog."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from checks import registry
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule
from checks.rules.common.ck002_rule_crashed import RuleCrashed
from checks.rules.common.ck003_waiver_unused import WaiverUnused
from checks.rules.common.ck004_waiver_expired import WaiverExpired
from checks.waivers import Waiver

_ORDER = {Severity.BLOCKER: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


@dataclass(frozen=True)
class NotApplicable:
    """A rule that could not or need not be asked, and why."""

    code: str
    reason: str


@dataclass(frozen=True)
class Crash:
    """A rule that raised, with the kind and text of the error."""

    code: str
    error: str


@dataclass(frozen=True)
class CheckReport:
    """What the rules found, worst first, and which of them were asked at all: silence is not a pass."""

    findings: tuple[Finding, ...]
    ran: tuple[str, ...]
    not_applicable: tuple[NotApplicable, ...]
    crashed: tuple[Crash, ...]

    @property
    def open(self) -> tuple[Finding, ...]:
        """Findings that no waiver covers."""
        return tuple(finding for finding in self.findings if finding.open)

    def blockers(self, stage: str | None = None) -> tuple[Finding, ...]:
        """Open blockers, of one stage or of all."""
        return tuple(
            finding for finding in self.open if finding.severity is Severity.BLOCKER and stage in (None, finding.blocks)
        )


def run(
    catalog: Catalog,
    route: Route,
    *,
    waivers: Sequence[Waiver] = (),
    today: datetime.date,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    method: str = "dms",
    rules: dict[str, Rule] | None = None,
) -> CheckReport:
    """Ask the selected rules. `today` decides which waivers hold; `method` is `dms` or `native`.

    A rule that raises becomes a finding (CK002) and hides no other. Raises UnknownRuleError for an unknown prefix.
    """
    findings: list[Finding] = []
    ran: list[str] = []
    skipped: list[NotApplicable] = []
    crashed: list[Crash] = []
    for rule in registry.select(rules if rules is not None else registry.catalogue(), select=select, ignore=ignore):
        if rule.reported_by_run:
            continue
        try:
            reason = rule.not_applicable(catalog, route, method)
            if reason is not None:
                skipped.append(NotApplicable(rule.code, reason))
                continue
            found = list(rule.find(catalog, route))
        except Exception as error:
            crashed.append(Crash(rule.code, f"{type(error).__name__}: {error}"))
            continue
        ran.append(rule.code)
        findings += found
    findings += [RuleCrashed().report(crash.code, crash.error) for crash in crashed]
    asked = {*ran, *(crash.code for crash in crashed)}
    findings = _apply(findings, waivers, today, asked=asked, known=set(registry.catalogue()))
    findings.sort(key=lambda f: (_ORDER[f.severity], f.code, f.object.kind, f.object.name, f.message))
    return CheckReport(tuple(findings), tuple(ran), tuple(skipped), tuple(crashed))


def _apply(
    findings: list[Finding], waivers: Sequence[Waiver], today: datetime.date, *, asked: set[str], known: set[str]
) -> list[Finding]:
    """Mark what a waiver covers; add what is to be said of the waivers themselves.

    One whose rule was not asked may be of use another time; one whose code no rule has never is.
    """
    about: list[Finding] = []
    holding = [waiver for waiver in waivers if not waiver.expired(today)]
    marked = []
    for finding in findings:
        waiver = next((one for one in holding if one.covers(finding)), None)
        covered = dataclasses.replace(finding, waived_by=waiver.by, waived_until=waiver.expires) if waiver else finding
        marked.append(covered)
    for waiver in waivers:
        ref = ObjectRef("waiver", f"{waiver.code} {waiver.object}")
        if waiver.expired(today):
            about.append(WaiverExpired().report(ref, waiver))
        elif (waiver.code in asked or waiver.code not in known) and not any(waiver.covers(one) for one in findings):
            about.append(WaiverUnused().report(ref, waiver))
    return marked + about
