"""Rehearsals as JUnit XML: a continuous build shows what failed, and what has regressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.errors import MigrateError
from migrate.model.rehearsal import FaultOutcome, RehearsalReport, RehearsalVerdict
from migrate.model.trend import RehearsalHistory
from migrate.report.junit_xml import Case, render

ENDINGS = (FaultOutcome.ENDED, FaultOutcome.NOT_MET)
"""Outcomes of a fault with which a rehearsal has failed."""


def of_rehearsals(reports: Sequence[RehearsalReport], problem: MigrateError | None = None) -> str:
    """A suite for each: its stages, what must hold, its ledger, its faults; a last one for a problem that kept the next
    from a verdict."""
    suites = [(_name(number, one), _cases(one)) for number, one in enumerate(reports, 1)]
    if problem is not None:
        told = f"{problem.code} {problem.message}"
        suites.append((f"rehearsal {len(reports) + 1}", iter([Case("rehearsal", "verdict", None, told, broken=True)])))
    return render(suites)


def of_history(history: RehearsalHistory) -> str:
    """A suite for each set of terms: what is asked of the newest. Where the newest of all was under other terms, what
    does not hold is told and fails nothing."""
    return render(
        (
            f"rehearse history: {', '.join(term for term in trend.newest.terms if term)}",
            [
                Case(trend.newest.sample, check.name, check.holds or (None if place else check.holds), check.told)
                for check in trend.checks
            ],
        )
        for place, trend in enumerate(history.trends)
    )


def _name(number: int, report: RehearsalReport) -> str:
    return f"rehearsal {number}: {report.environment.sample}"


def _cases(report: RehearsalReport) -> Iterator[Case]:
    passed = report.verdict is RehearsalVerdict.PASSED
    yield Case("rehearsal", "verdict", passed, report.reason, report.seconds)
    for stage in report.stages:
        # In a rehearsal that passed, a stage that said no was met by a fault and done again.
        yield Case("stage", stage.name, passed or stage.outcome == "done", stage.outcome, stage.seconds)
    for invariant in report.invariants:
        yield Case("invariant", invariant.title, invariant.holds, invariant.detail or "could not be seen")
    if report.ledger is not None:
        yield Case("ledger", "nothing lost", report.ledger.lost == 0, f"{report.ledger.lost:,} lost")
        doubled = report.ledger.duplicated
        yield Case("ledger", "nothing duplicated", doubled == 0, f"{doubled:,} duplicated")
    for fault in report.faults:
        told = "; ".join((fault.outcome, *fault.observed))
        yield Case("fault", f"{fault.name}@{fault.when}", fault.outcome not in ENDINGS, told)
