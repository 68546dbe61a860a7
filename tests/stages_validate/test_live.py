"""Validation while changes flow: a small feed copies the source to the target with a lag, and the marker with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrate.errors import SaysNo
from migrate.model.validation import DifferenceKind, Verdict
from migrate.stages.validate.recheck import Suspects
from tests.stages_validate.feed import Feed

pytestmark = [pytest.mark.server, pytest.mark.slow]

CREATE = (
    "CREATE TABLE accounts (id integer PRIMARY KEY, balance bigint NOT NULL, owner text)",
    "INSERT INTO accounts SELECT n, 0, 'owner ' || n FROM generate_series(1, 2000) n",
    "CREATE TABLE audit (what text)",
    "CREATE TABLE marker (token text PRIMARY KEY)",
)


@pytest.fixture
def equal(two_sides: Any) -> Any:
    two_sides.on("both", *CREATE)
    return two_sides


def _spread(number: int) -> str:
    return f"UPDATE accounts SET balance = balance + 1 WHERE id = {number * 37 % 2000 + 1}"


def test_changes_under_way_are_no_alarm(equal: Any) -> None:
    feed = Feed(equal)
    with feed.flowing(_spread, every=0.002):
        reports = [equal.compare("accounts", settle=feed.settle) for _ in range(4)]
    assert [report.verdict for report in reports] == [Verdict.MATCH] * 4
    assert feed.settled >= 1


def test_counts_of_a_match_that_are_not_the_same_are_explained(equal: Any) -> None:
    """Rows that had not arrived when they were counted, in a table with a key and in one without."""
    late = ("INSERT INTO accounts VALUES (5000, 1, 'late'), (5001, 1, 'late')", "INSERT INTO audit VALUES ('late')")
    equal.on("source", *late)
    report = equal.compare("accounts", "audit", settle=lambda: equal.on("target", *late))
    found = {
        table.table.name: (table.verdict, table.source_rows - table.target_rows, table.under_way)
        for table in report.tables
    }
    assert found == {"accounts": (Verdict.MATCH, 2, 2), "audit": (Verdict.MATCH, 1, 1)}


def test_rows_that_come_and_go_are_no_alarm(equal: Any) -> None:
    def come_and_go(number: int) -> str:
        if number % 2:
            return f"DELETE FROM accounts WHERE id = {10_000 + number // 2}"
        return f"INSERT INTO accounts VALUES ({10_000 + number // 2}, 1, 'x')"

    feed = Feed(equal)
    with feed.flowing(come_and_go, every=0.02):
        reports = [equal.compare("accounts", settle=feed.settle) for _ in range(4)]
    assert [report.verdict for report in reports] == [Verdict.MATCH] * 4


def test_a_real_difference_is_found_among_them(equal: Any) -> None:
    equal.on("target", "UPDATE accounts SET owner = 'thief' WHERE id = 2000", "DELETE FROM accounts WHERE id = 1999")
    feed = Feed(equal)
    with feed.flowing(
        lambda n: f"UPDATE accounts SET balance = balance + 1 WHERE id = {n * 37 % 1900 + 1}", every=0.002
    ):
        report = equal.compare("accounts", settle=feed.settle)
    [table] = report.tables
    assert [(d.key, d.kind, d.columns) for d in table.differences] == [
        (("1999",), DifferenceKind.MISSING_ON_TARGET, ()),
        (("2000",), DifferenceKind.CHANGED, ("owner",)),
    ]


def test_a_row_that_never_rests_is_cleared_by_watching_it(equal: Any) -> None:
    feed = Feed(equal)
    with feed.flowing(lambda n: "UPDATE accounts SET balance = balance + 1 WHERE id = 7", every=0.03):
        report = equal.compare("accounts", settle=feed.settle)
    assert report.tables[0].reason == ""
    assert report.verdict is Verdict.MATCH


def test_a_row_that_never_rests_and_never_agrees_is_unknown(equal: Any) -> None:
    equal.on("target", "UPDATE accounts SET owner = 'thief' WHERE id = 7")
    feed = Feed(equal)
    with feed.flowing(lambda n: "UPDATE accounts SET balance = balance + 1 WHERE id = 7", every=0.01):
        report = equal.compare("accounts", settle=feed.settle)
    assert report.verdict is Verdict.UNKNOWN
    assert report.tables[0].reason == "1 rows kept changing and could not be compared"


def test_a_growing_table_without_a_key_is_no_alarm(equal: Any) -> None:
    feed = Feed(equal)
    with feed.flowing(lambda n: f"INSERT INTO audit VALUES ('entry {n % 50}')", every=0.005):
        report = equal.compare("audit", settle=feed.settle)
    assert report.verdict is Verdict.MATCH, report.tables


def test_a_marker_that_never_arrives_leaves_only_the_doubtful_table_unknown(equal: Any) -> None:
    equal.on("both", "CREATE TABLE calm (id integer PRIMARY KEY)")
    equal.on("target", "DELETE FROM accounts WHERE id = 5")

    def never() -> None:
        raise SaysNo("no marker arrived", code="VAL-002")

    report = equal.compare("accounts", "calm", settle=never)
    assert [table.verdict for table in report.tables] == [Verdict.UNKNOWN, Verdict.MATCH]
    assert "no marker arrived" in report.tables[0].reason
    assert report.tables[0].differences == ()


def test_without_suspicion_nothing_is_waited_for(equal: Any) -> None:
    def never() -> None:
        raise AssertionError("settled without need")

    assert equal.compare("accounts", "audit", settle=never).verdict is Verdict.MATCH


def _hot_rows(number: int) -> str:
    return f"UPDATE accounts SET balance = balance + 1 WHERE id = {number % 3 + 1}"


def _keys_that_move(number: int) -> str:
    here, there = (0, 5000) if number // 100 % 2 == 0 else (5000, 0)
    return f"UPDATE accounts SET id = {there + number % 100 + 1} WHERE id = {here + number % 100 + 1}"


def _rows_that_leave_and_return(number: int) -> str:
    row = number // 2 % 50 + 1
    if number % 2 == 0:
        return f"DELETE FROM accounts WHERE id = {row}"
    return f"INSERT INTO accounts VALUES ({row}, {number}, 'back')"


@pytest.mark.parametrize("change", [_spread, _hot_rows, _keys_that_move, _rows_that_leave_and_return])
def test_twenty_five_runs_under_changes_raise_no_alarm(equal: Any, change: Callable[[int], str]) -> None:
    equal.on("both", "DELETE FROM accounts WHERE id > 300")
    feed = Feed(equal, lag=0.05)
    with feed.flowing(change, every=0.002):
        runs = 0
        while runs < 25 or not feed.settled:  # the story tells something once changes were under way in a run
            report = equal.compare("accounts", settle=feed.settle, rows_per_chunk=50)
            assert (report.verdict, report.tables[0].reason) == (Verdict.MATCH, "")
            runs += 1


@pytest.mark.parametrize("change", [_spread, _keys_that_move, _rows_that_leave_and_return])
def test_without_waiting_for_what_is_under_way_the_same_changes_would_be_alarms(
    equal: Any, change: Callable[[int], str]
) -> None:
    feed = Feed(equal)
    with feed.flowing(change, every=0.002):
        reports = [equal.compare("accounts") for _ in range(4)]
    assert Verdict.DIFFERS in {report.verdict for report in reports}


def test_a_look_that_is_taken_as_final_would_be_an_alarm(equal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Suspects, "look_again", Suspects.convict)
    feed = Feed(equal)
    with feed.flowing(_spread, every=0.002):
        report = equal.compare("accounts", settle=feed.settle)
    assert report.verdict is Verdict.DIFFERS
