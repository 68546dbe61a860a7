"""What the application's statements take on both sides, by what both servers have counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from checks.facts import RunStatement
from migrate.errors import SaysNo
from migrate.model.measurement import RunStatements
from migrate.operations.statement_times import statement_times

ORDERS = "SELECT * FROM orders WHERE id = $1"
SECRET = "ALTER ROLE app PASSWORD 'hunter2'"


def side(*counted: tuple[str, int, float], unknown: str = "") -> Any:
    seen = tuple(RunStatement(id="1", text=text, calls=calls, seconds=took) for text, calls, took in counted)
    told = RunStatements(None, unknown) if unknown else RunStatements(seen)
    return SimpleNamespace(measures=SimpleNamespace(statements=lambda schemas, most: told))


def session(source: Any, target: Any) -> Any:
    settings = SimpleNamespace(source=SimpleNamespace(schemas=("public",)))
    return SimpleNamespace(settings=settings, source=source, target=target)


def test_what_costs_the_target_most_beyond_the_source_comes_first() -> None:
    source = side((ORDERS, 100, 0.1), ("UPDATE orders SET a = $1", 50, 5.0), ("SELECT 1", 1000, 0.1))
    target = side((ORDERS, 200, 4.0), ("UPDATE orders SET a = $1", 50, 2.5), ("SELECT 1", 1000, 0.2))
    found = statement_times(session(source, target), least=20)
    assert [one.text for one in found] == [ORDERS, "SELECT 1", "UPDATE orders SET a = $1"]
    slower = found[0]
    assert (slower.calls_source, slower.calls_target) == (100, 200)
    assert slower.times == pytest.approx(20)
    assert slower.more_seconds == pytest.approx(3.8)
    assert found[-1].times == pytest.approx(0.5)


def test_one_statement_is_one_whatever_its_blanks_and_remarks() -> None:
    source = side((f"/* checkout */ {ORDERS}", 10, 1.0), (ORDERS.replace(" WHERE", "\n  WHERE"), 30, 1.0))
    (found,) = statement_times(session(source, side((ORDERS, 20, 1.0))), least=20)
    assert (found.text, found.calls_source, found.mean_source) == (ORDERS, 40, 0.05)


def test_what_may_hold_a_value_or_ran_too_seldom_is_not_told() -> None:
    both = side((SECRET, 50, 1.0), ("CALL pay('4711')", 50, 1.0), (ORDERS, 19, 1.0))
    assert statement_times(session(both, both), least=20) == []


def test_a_side_that_does_not_count_is_named_with_what_makes_it_count() -> None:
    silent = side(unknown="statements of applications (performance_schema is off)")
    with pytest.raises(SaysNo, match=r"the target does not tell .* \(performance_schema is off\)") as told:
        statement_times(session(side((ORDERS, 50, 1.0)), silent), least=1)
    assert told.value.code == "CUT-023"
