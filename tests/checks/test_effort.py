"""Hours add up as the table says, and whose rate it was stands beside them."""

from __future__ import annotations

import dataclasses

import pytest

from checks.data import load
from checks.effort import ESTIMATE, YOURS, Rate, estimate
from checks.facts import ObjectRef
from checks.finding import Finding, Remedy, Severity
from checks.registry import catalogue


def finding(code: str, severity: Severity = Severity.WARNING, blocks: str | None = None, number: int = 0) -> Finding:
    return Finding(
        code=code,
        slug="slug",
        severity=severity,
        blocks=blocks,
        object=ObjectRef("table", f"public.t{number}"),
        message="is so",
        remedy=Remedy("Mend it."),
        source="a book",
    )


def test_the_first_costs_more_than_the_further_ones() -> None:
    (row,) = estimate([finding("PG101", number=n) for n in range(5)], {"PG1": Rate(3, 0.25, YOURS)})
    assert (row.findings, row.hours, row.stage, row.rate.basis) == (5, 3 + 4 * 0.25, "cutover", YOURS)


def test_the_longest_prefix_wins_then_the_severity() -> None:
    own = {"PG": Rate(1, 0, YOURS), "PG30": Rate(2, 0, YOURS), "warning": Rate(9, 0, YOURS)}
    hours = {row.code: row.hours for row in estimate([finding(c) for c in ("PG301", "PG101", "MY101")], own)}
    assert hours == {"PG301": 2, "PG101": 1, "MY101": 9}


def test_a_rate_of_ones_own_is_told_from_an_estimate() -> None:
    rows = estimate([finding("PG301"), finding("PG101")], {"PG301": Rate(1, 1, YOURS)})
    assert {row.code: row.rate.basis for row in rows} == {"PG301": YOURS, "PG101": ESTIMATE}


def test_a_blocker_is_work_before_the_stage_that_it_blocks() -> None:
    (row,) = estimate([finding("PG305", Severity.BLOCKER, "replicate")])
    assert (row.stage, row.hours > 0) == ("replicate", True)


def test_what_is_waived_or_only_to_be_known_costs_nothing() -> None:
    waived = dataclasses.replace(finding("PG301"), waived_by="Ada: known")
    assert estimate([waived, finding("PG501", Severity.NOTICE)]) == ()


@pytest.mark.parametrize("prefix", load("effort")["code"])
def test_every_rate_is_of_some_rule(prefix: str) -> None:
    assert any(code.startswith(prefix) for code in catalogue())
