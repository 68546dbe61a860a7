"""How long whole tables take under the freeze, foretold by what a validation measured of them."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.model.validation import TableResult, ValidationReport, Verdict
from migrate.stages.validate.taking import NAMED_MAX, predicted, taking
from tests.stages_validate.memory import table


def result(name: str, seconds: float, *, keyed: bool = True) -> TableResult:
    return TableResult(
        table=table(name),
        verdict=Verdict.MATCH,
        source_rows=1,
        target_rows=1,
        chunks=1,
        key_columns=("id",) if keyed else (),
        seconds=seconds,
    )


def taken(*results: TableResult) -> Any:
    return taking(ValidationReport(verdict=Verdict.MATCH, tables=results, seconds=1.0))


ORDERS, LOG, SMALL = result("orders", 40.0), result("log", 30.0, keyed=False), result("small", 0.01)


@pytest.mark.parametrize(
    ("tables", "seconds"),
    [
        ([], 0.0),
        (["public.orders"], 10.0),
        (["public.log"], 30.0),
        (["public.orders", "public.log"], 30.0),
        (["public.small"], 0.0025),
    ],
    ids=["none", "by four at once", "without a key by one alone", "both beside each other", "one that is not named"],
)
def test_they_take_what_they_took(tables: list[str], seconds: float) -> None:
    assert predicted(taken(ORDERS, LOG, SMALL), tables, 4) == seconds


def test_what_was_not_measured_is_not_foretold() -> None:
    assert predicted(None, ["public.log"], 4) is None
    assert predicted(None, [], 4) == 0.0


def test_thousands_of_tables_leave_little_in_the_journal_and_the_sum_of_all() -> None:
    results = [result(f"t{n}", 1.0 + n / 1000) for n in range(1000)]
    noted = taken(*results)
    assert len(noted["tables"]) == NAMED_MAX
    every = predicted(noted, [str(one.table) for one in results], 1)
    assert every == pytest.approx(sum(one.seconds for one in results))
