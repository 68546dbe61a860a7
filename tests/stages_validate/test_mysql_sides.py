"""The same stories between MySQL servers, and from MariaDB to MySQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate.model.validation import DifferenceKind, Verdict
from tests.stages_validate.feed import Feed

pytestmark = pytest.mark.server

ROWS = 2000


@pytest.fixture
def equal(mysql_sides: Any) -> Any:
    rows = ", ".join(f"({n}, 0, 'owner {n}')" for n in range(1, ROWS + 1))
    mysql_sides.on(
        "both",
        "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL, owner varchar(40)) CHARACTER SET utf8mb4",
        f"INSERT INTO accounts VALUES {rows}",
        "CREATE TABLE loose (a int, b varchar(9)) CHARACTER SET utf8mb4",
        "INSERT INTO loose SELECT id % 50, 'b' FROM accounts",
        "CREATE TABLE marker (token varchar(20) PRIMARY KEY)",
        "ANALYZE TABLE accounts, loose",
    )
    return mysql_sides


def _spread(number: int) -> str:
    return f"UPDATE accounts SET balance = balance + 1 WHERE id = {number * 37 % ROWS + 1}"


def _keys_that_move(number: int) -> str:
    here, there = (0, 5000) if number // 100 % 2 == 0 else (5000, 0)
    return f"UPDATE accounts SET id = {there + number % 100 + 1} WHERE id = {here + number % 100 + 1}"


def _rows_that_leave_and_return(number: int) -> str:
    row = number // 2 % 50 + 1
    if number % 2 == 0:
        return f"DELETE FROM accounts WHERE id = {row}"
    return f"INSERT INTO accounts VALUES ({row}, {number}, 'back')"


def test_equal_tables_match_in_many_ranges(equal: Any) -> None:
    report = equal.compare("accounts", "loose")
    assert [(table.verdict, table.source_rows, table.reason) for table in report.tables] == [
        (Verdict.MATCH, ROWS, ""),
        (Verdict.MATCH, ROWS, ""),
    ]
    assert report.tables[0].chunks > 2
    assert report.tables[0].position


def test_differences_are_named(equal: Any) -> None:
    equal.on(
        "target",
        "UPDATE accounts SET owner = 'thief' WHERE id = 7",
        "DELETE FROM accounts WHERE id = 1999",
        "INSERT INTO accounts VALUES (3000, 0, NULL)",
        "DELETE FROM loose WHERE a = 3 LIMIT 1",
    )
    accounts, loose = equal.compare("accounts", "loose").tables
    assert {(d.key, d.kind, d.columns) for d in accounts.differences} == {
        (("7",), DifferenceKind.CHANGED, ("owner",)),
        (("1999",), DifferenceKind.MISSING_ON_TARGET, ()),
        (("3000",), DifferenceKind.MISSING_ON_SOURCE, ()),
    }
    assert [d.kind for d in loose.differences] == [DifferenceKind.MISSING_ON_TARGET]


def test_many_differences_are_counted(equal: Any) -> None:
    equal.on("target", "UPDATE accounts SET balance = 1 WHERE id % 2 = 0")
    [table] = equal.compare("accounts", most_differences=10).tables
    assert (table.verdict, len(table.differences), table.source_rows) == (Verdict.DIFFERS, 10, ROWS)


@pytest.mark.parametrize("change", [_spread, _keys_that_move, _rows_that_leave_and_return])
def test_runs_under_changes_raise_no_alarm(equal: Any, change: Callable[[int], str]) -> None:
    feed = Feed(equal, lag=0.05)
    with feed.flowing(change, every=0.002):
        runs = 0
        while runs < 10 or not feed.settled:  # the story tells something once changes were under way in a run
            report = equal.compare("accounts", settle=feed.settle)
            assert (report.verdict, report.tables[0].reason) == (Verdict.MATCH, "")
            runs += 1


def test_a_growing_table_without_a_key_is_no_alarm(equal: Any) -> None:
    feed = Feed(equal, lag=0.1)
    with feed.flowing(lambda n: f"INSERT INTO loose VALUES ({n % 50}, 'b')", every=0.005):
        report = equal.compare("loose", settle=feed.settle)
    assert report.verdict is Verdict.MATCH, report.tables


def test_frozen_sides_are_compared_without_a_second_look(equal: Any) -> None:
    equal.on("target", "UPDATE accounts SET owner = 'thief' WHERE id = 7")

    def never() -> None:
        raise AssertionError("nothing is under way")

    [table] = equal.compare("accounts", frozen=True, settle=never).tables
    assert [(d.key, d.columns) for d in table.differences] == [(("7",), ("owner",))]
