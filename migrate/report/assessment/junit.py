"""An assessment as JUnit XML: a continuous build shows open blockers as failures, and what was not asked as skipped."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from checks.finding import Finding, Severity
from checks.registry import catalogue
from migrate.model.assessment import AssessmentReport
from migrate.report.junit_xml import clean


def render(report: AssessmentReport) -> str:
    """One suite; one case for each finding, each rule that found nothing, and each that was not asked."""
    root = Xml.Element("testsuites", name="aurora-migrate")
    suite = Xml.SubElement(root, "testsuite", name=clean(f"assess {report.route}"))
    for finding in report.findings:
        _found(suite, finding)
    silent = set(report.rules.ran) - {finding.code for finding in report.findings}
    for code in sorted(silent):
        _case(suite, code, "finds nothing")
    for crash in report.rules.crashed:
        _say(_case(suite, crash.code, "crashed"), "error", crash.error)
    for one in report.rules.not_applicable:
        _say(_case(suite, one.code, "is not applicable"), "skipped", one.reason)
    for element in (suite, root):
        _count(element, suite.iter("testcase"))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _found(suite: Xml.Element, finding: Finding) -> None:
    """Only an open blocker that is new fails; a waived or known finding is skipped; the others pass and are told."""
    case = _case(suite, finding.code, str(finding.object))
    place = finding.object.location
    if place:
        case.set("file", clean(place.file))
        case.set("line", str(place.line))
    if finding.waived_by:
        _say(case, "skipped", f"waived by {finding.waived_by}")
    elif finding.known:
        _say(case, "skipped", f"known to the baseline: {finding.message}")
    elif finding.severity is Severity.BLOCKER:
        failure = _say(case, "failure", f"{finding.object} {finding.message}")
        failure.set("type", f"blocks {finding.blocks}" if finding.blocks else "blocker")
        failure.text = clean("\n".join(filter(None, (finding.remedy.text, finding.remedy.sql, finding.source))))
    else:
        told = Xml.SubElement(case, "system-out")
        told.text = clean(f"{finding.severity.value}: {finding.object} {finding.message}\n{finding.remedy.text}")


def _case(suite: Xml.Element, code: str, name: str) -> Xml.Element:
    rule = catalogue().get(code)
    slug = f"{code}.{rule.slug}" if rule else code
    return Xml.SubElement(suite, "testcase", classname=f"assess.{slug}", name=clean(f"{code} {name}"))


def _say(case: Xml.Element, tag: str, message: str) -> Xml.Element:
    return Xml.SubElement(case, tag, message=clean(message))


def _count(element: Xml.Element, cases: Iterable[Xml.Element]) -> None:
    listed = list(cases)
    element.set("tests", str(len(listed)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(1 for case in listed if case.find(tag) is not None)))
