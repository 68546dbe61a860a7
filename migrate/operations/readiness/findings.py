"""Work, blockers, waivers and risk by table, from the last assessment and the last validation on record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from checks.finding import Severity
from migrate.model.readiness import Blocker, Counts, GateStanding, Risk, RiskRow, Waived, Work
from migrate.operations.readiness.record import Record
from migrate.stages.assess.findings import RECORD
from migrate.stages.validate.amiss import TABLES_MAX

_UNTIL = re.compile(r"\(until (\d{4}-\d\d-\d\d)\)$")
COVERED = ("no-open-blocker",)
"""Gates whose reasons are told one by one already."""


def noted(record: Record) -> Mapping[str, Any]:
    """What the last assessment left about its findings; empty where an older version made it, or none."""
    found = record.latest(RECORD)
    return found.facts if found else {}


def work(record: Record, owners: Mapping[str, str]) -> tuple[Work, ...]:
    """By stage as assessed: blockers before warnings, then the dearest."""
    order = [one.value for one in Severity]
    found = [
        Work(
            stage=one["stage"],
            code=one["code"],
            severity=one["severity"],
            title=one["title"],
            count=one["count"],
            objects=tuple(one["objects"]),
            remedy=one["remedy"],
            owner=owner(owners, one["code"], one["stage"]),
            hours=one["hours"],
            first=one["first"],
            further=one["further"],
            basis=one["basis"],
        )
        for one in noted(record).get("found", ())
    ]
    return tuple(sorted(found, key=lambda one: (order.index(one.severity), -one.hours, one.code)))


def owner(owners: Mapping[str, str], *names: str) -> str:
    """By the longest prefix of the first name that has one; empty where nobody is named."""
    for name in names:
        fitting = [prefix for prefix in owners if name.startswith(prefix)]
        if fitting:
            return owners[max(fitting, key=len)]
    return ""


def blockers(
    done: Iterable[Work], gates: Iterable[GateStanding], owners: Mapping[str, str], missing: Iterable[Blocker]
) -> tuple[Blocker, ...]:
    """What the assessment, the stages (`missing`) and the gates have against a cutover."""
    found = [
        Blocker(
            what=f"{one.code} {one.title}",
            why=_objects(one),
            owner=one.owner,
            hours=one.hours if one.basis else None,
            next=one.remedy,
        )
        for one in done
        if one.severity == Severity.BLOCKER.value
    ]
    shut = [
        Blocker(
            what=f"gate {one.gate}",
            why=f"{one.standing.value}: {one.reason}",
            owner=owner(owners, one.gate, "cutover"),
            hours=None,
            next=one.hint,
        )
        for one in gates
        if one.against and not (found and one.gate in COVERED)
    ]
    return (*missing, *found, *shut)


def _objects(one: Work) -> str:
    more = one.count - len(one.objects)
    return ", ".join(one.objects[:5]) + (f" and {more + max(0, len(one.objects) - 5)} more" if one.count > 5 else "")


def waived(record: Record, today: date) -> tuple[Waived, ...]:
    """As the last assessment found them; which of them are over is told as of today."""
    return tuple(
        Waived(
            code=one["code"],
            objects=tuple(one["objects"]),
            count=one["count"],
            by=str(one["by"]),
            until=(until := _last_day(one)),
            expired=until is not None and today > until,
        )
        for one in noted(record).get("waived", ())
    )


def _last_day(one: Mapping[str, Any]) -> date | None:
    """Older versions kept it in the words alone."""
    worded = _UNTIL.search(str(one["by"]))
    told = one.get("until") or (worded.group(1) if worded else None)
    return date.fromisoformat(told) if told else None


def risk(record: Record) -> Risk:
    """Tables with an open finding, or that the last validation did not find equal."""
    seen, compared = noted(record), record.latest("validation")
    facts = compared.facts if compared else {}
    amiss = facts.get("amiss")
    verdicts = {str(one["table"]): str(one["verdict"]) for one in amiss} if isinstance(amiss, list) else {}
    usual = str(facts.get("verdict", "not compared")) if "amiss" in facts else "not compared"
    if usual in ("differs", "unknown"):
        usual = "match" if len(verdicts) < TABLES_MAX else "not told"
    rows = [
        RiskRow(
            table=one["table"],
            rows=one["rows"],
            bytes=one["bytes"],
            stages=tuple((stage, Counts(*counts)) for stage, counts in one["stages"].items()),
            validation=verdicts.pop(one["table"], usual),
        )
        for one in seen.get("risk", ())
    ]
    rows += [RiskRow(table=t, rows=None, bytes=None, stages=(), validation=verdict) for t, verdict in verdicts.items()]
    return Risk(
        rows=tuple(sorted(rows, key=_worst_first)), tables=seen.get("tables"), left_out=seen.get("risk_left_out", 0)
    )


def _worst_first(row: RiskRow) -> tuple[object, ...]:
    counts = [one for _, one in row.stages]
    return (
        ("differs", "unknown").index(row.validation) if row.validation in ("differs", "unknown") else 2,
        -sum(one.blockers for one in counts),
        -sum(one.warnings for one in counts),
        -(row.bytes or 0),
        row.table,
    )
