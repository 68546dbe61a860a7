"""What the findings mean for each stage and for each table. No score: every word names its findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable

from checks.closed_facts import unseen
from checks.effort import EffortRow, stage_of
from checks.facts import Table
from checks.finding import Finding, Severity
from checks.rule import STAGES
from checks.run import CheckReport
from migrate.model.assessment import Readiness, StageReadiness, TableRisk


def readiness(checked: CheckReport, effort: Iterable[EffortRow]) -> tuple[StageReadiness, ...]:
    """A stage behind a blocked one is blocked. A warning that names no stage is work before the cutover.

    A rule that crashed saw nothing, nor does one see what was not read or is kept from the login: where there is such,
    no stage is plainly ready.
    """
    hours = dict.fromkeys(STAGES, 0.0)
    for row in effort:
        hours[row.stage] += row.hours
    gaps = [f"{crash.code} crashed: nothing is known of what it looks for" for crash in checked.crashed]
    gaps += [f"{_reason(finding)} {finding.message}" for finding in checked.open if unseen(finding)]
    answers: list[StageReadiness] = []
    for stage in STAGES:
        mine = [finding for finding in checked.open if stage_of(finding) == stage]
        blockers = [_reason(finding) for finding in mine if finding.severity is Severity.BLOCKER]
        work = [_reason(finding) for finding in mine if finding.severity is Severity.WARNING and not unseen(finding)]
        work += gaps
        if answers and answers[-1].readiness is Readiness.BLOCKED:
            blockers.append(f"{answers[-1].stage} is blocked")
        answer = Readiness.BLOCKED if blockers else Readiness.READY_WITH_WORK if work else Readiness.READY
        answers.append(StageReadiness(stage, answer, (*blockers, *work), round(hours[stage], 2)))
    return tuple(answers)


def risk(tables: Iterable[Table], findings: Iterable[Finding]) -> tuple[TableRisk, ...]:
    """Tables with open findings, the worst first, then the largest."""
    known = {str(table.name): table for table in tables}
    counts: dict[str, Counter[Severity]] = {}
    for finding in findings:
        table = table_of(finding.object.name, known) if finding.open else None
        if table is not None:
            counts.setdefault(table, Counter())[finding.severity] += 1
    found = [
        TableRisk(
            table=name,
            blockers=count[Severity.BLOCKER],
            warnings=count[Severity.WARNING],
            notices=count[Severity.NOTICE],
            rows=known[name].rows,
            bytes=known[name].bytes,
        )
        for name, count in counts.items()
    ]
    return tuple(sorted(found, key=lambda r: (-r.blockers, -r.warnings, -(r.bytes or 0), -r.notices, r.table)))


def table_of(name: str, tables: Container[str]) -> str | None:
    """The table that an object belongs to, by its name: `public.orders.total` to `public.orders`."""
    while name:
        if name in tables:
            return name
        name = name.rpartition(".")[0]
    return None


def _reason(finding: Finding) -> str:
    return f"{finding.code} {finding.object}"
