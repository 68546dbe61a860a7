"""Two looks give rates, times left, and a state in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.model.watching import KnownTable, LogStanding
from migrate.stages.replicate.watching.assemble import assemble
from tests.watching.recorded import EVENTS, FEED, LOOK, NOTES, ORDERS, earlier, seen, table, told


def test_rates_are_measured_between_two_looks() -> None:
    known = {ORDERS: KnownTable(3000, True), EVENTS: KnownTable(850, True), NOTES: KnownTable(80, True)}
    tables = (table(ORDERS, "Full load", full_load_rows=1000), table(EVENTS, full_load_rows=850))
    now = seen(task=told(tables=tables, full_load_percent=50), known=known, wanted=(ORDERS, EVENTS))
    then = earlier(now, 10.0, task=told(tables=(table(ORDERS, "Full load", full_load_rows=500), tables[1])))
    (feed,) = assemble(now, then).feeds
    orders, events = feed.tables
    assert (orders.load_rate, orders.eta_seconds) == (50.0, 40.0)
    assert (events.load_rate, events.rows_estimated) == (None, None), "a loaded table's estimate is over"
    assert (feed.load_rate, feed.eta_seconds, feed.rows_estimated) == (50.0, 40.0, 3850)
    assert feed.words == "loading tables"


def test_one_look_tells_no_rate() -> None:
    (feed,) = assemble(LOOK).feeds
    assert (feed.load_rate, feed.apply_rate, feed.eta_seconds) == (None, None, None)
    assert feed.log is not None
    assert feed.log.growth is None


def test_a_count_that_fell_began_anew_and_tells_no_rate() -> None:
    then = earlier(LOOK, task=told(tables=(table(ORDERS, applied_inserts=10_000),)))
    assert assemble(LOOK, then).feeds[0].tables[0].apply_rate is None


def test_changes_applied_are_told_per_second_and_the_marker_table_is_left_out() -> None:
    then = earlier(LOOK, 10.0, task=told(tables=(table(ORDERS, applied_inserts=27),)))
    (feed,) = assemble(LOOK, then).feeds
    assert feed.apply_rate == pytest.approx(2.0)
    assert [one.table for one in feed.tables] == [ORDERS, EVENTS, NOTES]


def test_a_wanted_table_that_the_task_does_not_know_is_in_the_list() -> None:
    lines = assemble(seen(task=told(tables=TASKLESS))).feeds[0].tables
    assert [(one.table, one.state) for one in lines] == [
        (ORDERS, "Table completed"), (EVENTS, "not in the task"), (NOTES, "not in the task"),
    ]  # fmt: skip


TASKLESS = (table(ORDERS),)


def test_hours_left_rest_on_the_longer_look_back_and_on_no_burst() -> None:
    now = replace(seen(log=LogStanding(held_bytes=10_000_000, held_by="slot x")), free_bytes=36_000_000)
    burst = earlier(now, 1.0, log=LogStanding(held_bytes=5_000_000, held_by="slot x"))
    long = earlier(now, 600.0, log=LogStanding(held_bytes=4_000_000, held_by="slot x"))
    quick, patient = (assemble(now, burst, earliest=early).feeds[0].log for early in (None, long))
    assert quick is not None
    assert patient is not None
    assert (quick.growth, quick.hours_left) == (5_000_000, None)
    assert patient.hours_left == pytest.approx(1.0)


def test_a_log_that_shrinks_has_no_end() -> None:
    now = replace(seen(log=LogStanding(held_bytes=10, held_by="x")), free_bytes=1)
    then = earlier(now, log=LogStanding(held_bytes=1000, held_by="x"))
    log = assemble(now, then).feeds[0].log
    assert log is not None
    assert log.hours_left is None


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("running", "", "following changes"),
        ("stopped", "STOPPED_DUE_TO_LOW_DISK", "stopped: the replication instance's disk is full"),
        ("stopped", "SOMETHING_NEW", "stopped: SOMETHING_NEW"),
        ("failed", "", "failed: DMS gives no reason"),
        ("starting", "", "starting: it may not have found its place in the log yet"),
        ("something-new", "", "something-new"),
    ],
)
def test_a_status_is_said_in_words(status: str, reason: str, words: str) -> None:
    assert assemble(seen(task=told(status=status, stop_reason=reason))).feeds[0].words == words


BARE = replace(FEED, task=None, terms=None, metrics=None, control=None, lag=None, log=None, unseen=("DMS: timed out",))


def test_nothing_seen_is_told_as_nothing_known_and_that_is_not_well() -> None:
    report = assemble(replace(LOOK, feeds=(BARE,)))
    (feed,) = report.feeds
    assert (feed.status, feed.tables, feed.exceptions, feed.log) == ("unknown", (), None, None)
    assert feed.words == "DMS could not be asked"
    assert [one.code for one in report.findings] == ["DMS104"]
    assert report.blockers == 1


def test_what_dms_does_not_know_is_gone_whatever_else_could_not_be_seen() -> None:
    report = assemble(replace(LOOK, feeds=(replace(BARE, gone=True, unseen=("CloudWatch: DMS says nothing",)),)))
    (feed,) = report.feeds
    assert (feed.status, feed.words) == ("gone", "DMS knows no such task")
    assert [one.code for one in report.findings] == ["DMS101"]
