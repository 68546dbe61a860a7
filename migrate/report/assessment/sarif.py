"""An assessment as SARIF 2.1.0 (OASIS), for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from checks.finding import Finding, Severity
from checks.registry import catalogue
from checks.rule import Rule, page
from migrate import __version__
from migrate.model.assessment import AssessmentReport

LEVELS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def body(report: AssessmentReport) -> dict[str, Any]:
    """One run of one tool. Results carry suppressions for waivers, and a state where there is a baseline."""
    rules = catalogue()
    told = [code for code in rules if code in {*report.rules.ran, *(f.code for f in report.findings)}]
    places = {code: place for place, code in enumerate(told)}
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "aurora-migrate",
                        "semanticVersion": __version__,
                        "rules": [_rule(rules[code]) for code in told],
                    }
                },
                "automationDetails": {"id": f"aurora-migrate/assess/{report.route.target.value}"},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not report.rules.crashed,
                        "toolExecutionNotifications": [
                            {
                                "level": "error",
                                "message": {"text": f"{crash.code} crashed: {crash.error}"},
                                "descriptor": {"id": crash.code},
                            }
                            for crash in report.rules.crashed
                        ],
                    }
                ],
                "results": [_result(finding, report, places) for finding in report.findings],
                "properties": {
                    "route": str(report.route),
                    "readiness": {one.stage: one.readiness.value for one in report.readiness},
                },
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    described = page(type(rule))
    link = {"helpUri": rule.source} if rule.source.startswith("https://") and " " not in rule.source else {}
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.slug.split("-")),
        "shortDescription": {"text": rule.title()},
        "fullDescription": {"text": " ".join(described.partition("## Why it matters")[0].replace("## ", "").split())},
        "help": {"text": described, "markdown": described},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": [engine.value for engine in rule.engines]},
        **link,
    }


def _result(finding: Finding, report: AssessmentReport, places: dict[str, int]) -> dict[str, Any]:
    named = f"{finding.code}\0{finding.object}"
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        "kind": "fail",
        "message": {"text": f"{finding.object} {finding.message}. {finding.remedy.text}"},
        "locations": [_location(finding)],
        "partialFingerprints": {"object/v1": hashlib.sha256(named.encode()).hexdigest()[:32]},
        "properties": {"blocks": finding.blocks, "sql": finding.remedy.sql, "source": finding.source},
    }
    if finding.code in places:
        result["ruleIndex"] = places[finding.code]
    if finding.waived_by:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.waived_by}]
    if report.baseline:
        result["baselineState"] = "unchanged" if finding.known else "new"
    return result


def _location(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "logicalLocations": [
            {"fullyQualifiedName": finding.object.name, "kind": finding.object.kind.replace(" ", "-")},
        ]
    }
    place = finding.object.location
    if place:
        found["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(place.file)},
            "region": {"startLine": max(1, place.line)},
        }
    return found


def _uri(file: str) -> str:
    """A relative path stays relative, so that a repository's viewer finds the file."""
    return Path(file).as_uri() if Path(file).is_absolute() else quote(file.removeprefix("./"))
