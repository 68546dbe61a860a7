"""A look asks what it may, says what it could not see, and writes only the heartbeat that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import pytest

from checks.facts import TableName
from migrate.errors import AwsError, SaysNo, SourceError
from migrate.events import Event, Progressed
from migrate.model.database import Side
from migrate.model.replication import ReplicationTask
from migrate.model.validation import TableShape
from migrate.model.watching import Beat, ControlTables, LargeValue, LogStanding, MetricPoint, TaskTerms
from migrate.ports.database import Database
from migrate.stages.replicate.watching.gap import refuse_gap
from migrate.stages.replicate.watching.look import FeedRequest, LookRequest, Watcher
from tests.clocks import HandClock
from tests.watching.recorded import AT, EVENTS, FEED, NOTES, ORDERS, TASK, TERMS, told


@dataclass
class End:
    """One side, as far as a look asks it."""

    beats: int = 0
    newest_beat: Beat | None = field(default_factory=lambda: Beat("lag/1", "2026-11-27 03:30:00", 41.0))
    held: bool = True
    asked_shapes: int = 0
    asked_rows: int = 0
    broken: bool = False
    log_gap: str = ""
    written: ControlTables | None = field(default_factory=lambda: ControlTables((), {}))

    @property
    def feed(self) -> End:
        return self

    @property
    def rows(self) -> End:
        return self

    def newest(self, marker: str) -> Beat | None:
        if self.broken:
            raise SourceError("the source is gone", code="SRC-101")
        return self.newest_beat

    def holds(self, marker: str, beat: Beat) -> bool:
        return self.held

    def beat(self, marker: str) -> Beat:
        self.beats += 1
        return Beat("heartbeat", "2026-11-27 03:36:29", 0.0)

    def probes(self, marker: str) -> Mapping[str, str]:
        return {}

    def log(self, slot: str | None, checkpoint: str, ours: str) -> LogStanding:
        if self.broken:
            raise SourceError("the source is gone", code="SRC-101")
        gap = self.log_gap
        return LogStanding(held_bytes=56, held_by=f"{slot} {checkpoint}", gap=gap, silent=bool(gap))

    def control(self, schema: str, task: str) -> ControlTables | None:
        return self.written

    def untold(self, tables: Sequence[TableName]) -> frozenset[TableName]:
        return frozenset()

    def large_values(self, tables: Sequence[TableName]) -> list[LargeValue]:
        self.asked_rows += 1
        return [LargeValue(NOTES, "body", 5)]

    def shapes(self, tables: Sequence[TableName]) -> dict[TableName, TableShape]:
        self.asked_shapes += 1
        return {one: TableShape(table=one, columns=(), key=("id",), rows=7) for one in tables}

    def count(self, table: TableName) -> int:
        self.asked_rows += 1
        return {ORDERS: 1240, EVENTS: 850, NOTES: 80}[table]


@dataclass
class Aws:
    task: ReplicationTask | None = TASK
    broken: bool = False
    unasked: bool = False
    named: bool = True
    own_terms: TaskTerms = TERMS

    def describe(self, identifier: str) -> ReplicationTask | None:
        if self.unasked:
            raise AwsError("the token has expired", code="AWS-ExpiredToken")
        return self.task

    def terms(self, identifier: str) -> TaskTerms | None:
        return self.own_terms

    def metrics(self, terms: TaskTerms, now: datetime) -> Mapping[str, MetricPoint] | None:
        if self.broken:
            raise AwsError("not allowed to read metrics", code="AWS-AccessDenied")
        return {} if self.named else None

    def cut_values(self, terms: TaskTerms, loads: Mapping[TableName, datetime], now: datetime) -> Sequence[str] | None:
        return () if self.named else None

    def free_storage(self, host: str, now: datetime) -> int | None:
        return 10**9 if host.endswith("amazonaws.com") else None


REQUEST = LookRequest(
    migration="shop",
    leaving=Side.SOURCE,
    feeds=(FeedRequest(identifier=TASK.identifier, marker="forward_main", tables=FEED.wanted, slot="theirs"),),
    control_schema="awsdms_control",
    our_slots="am_shop_",
)


def watcher(source: End, target: End, aws: Aws, **changes: Any) -> Watcher:
    ends = cast(Database, source), cast(Database, target)
    return Watcher(replace(REQUEST, **changes), *ends, cast(Any, aws), cast(Any, aws), HandClock(AT))


def test_unasked_nothing_is_written_and_no_row_is_read() -> None:
    source, target = End(), End()
    taken = watcher(source, target, Aws())
    (feed,) = taken.look().feeds
    taken.look()
    assert (source.beats, target.beats) == (0, 0)
    assert (source.asked_rows, target.asked_rows) == (0, 0)
    assert source.asked_shapes == 1, "keys and estimates are asked for once"
    assert feed.lag is not None
    assert (feed.lag.seconds, feed.lag.arrived, feed.lag.fresh) == (41.0, True, False)
    assert feed.unseen == ()


def test_a_heartbeat_that_does_not_arrive_is_a_lag_so_far() -> None:
    source, target = End(), End(held=False)
    (feed,) = watcher(source, target, Aws(), heartbeat=True, beat_seconds=3.0).look().feeds
    assert (source.beats, target.beats) == (1, 0)
    assert feed.lag is not None
    assert feed.lag.seconds >= 3.0
    assert (feed.lag.arrived, feed.lag.fresh) == (False, True)


def test_no_heartbeat_is_written_for_a_task_that_stands() -> None:
    source = End()
    watcher(source, End(), Aws(told(status="stopped", stop_reason="NORMAL")), heartbeat=True).look()
    assert source.beats == 0


def test_a_checkpoint_counts_only_where_the_task_stands() -> None:
    running, stopped = told(recovery_checkpoint="C"), told(recovery_checkpoint="C", status="stopped")
    held = [watcher(End(), End(), Aws(task)).look().feeds[0].log for task in (running, stopped)]
    assert [one.held_by for one in held if one] == ["theirs ", "theirs C"]


def test_what_cannot_be_seen_is_said_and_the_rest_is_told() -> None:
    (feed,) = watcher(End(broken=True), End(), Aws(broken=True)).look().feeds
    assert feed.unseen == (
        "the markers: the source is gone",
        "CloudWatch: not allowed to read metrics",
        "the source's log: the source is gone",
    )
    assert (feed.lag, feed.metrics, feed.log) == (None, None, None)
    assert feed.control is not None


def test_a_task_that_is_not_there_is_told_from_one_that_could_not_be_asked_about() -> None:
    (gone,) = watcher(End(), End(), Aws(None, broken=True)).look().feeds
    assert (gone.task, gone.gone, gone.unseen) == (None, True, ())
    (unknown,) = watcher(End(), End(), Aws(unasked=True)).look().feeds
    assert (unknown.task, unknown.gone, unknown.unseen) == (None, False, ("DMS: the token has expired",))


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (replace(TERMS, instance=""), "it runs on no instance"),
        (TERMS, "there is none by the name that DMS gives it"),
        (replace(TERMS, logs=False), "the task's settings switch it off"),
    ],
)
def test_signals_that_are_not_there_are_not_seen(terms: TaskTerms, why: str) -> None:
    (feed,) = watcher(End(), End(), Aws(named=False, own_terms=terms)).look().feeds
    assert (feed.metrics, feed.cut) == (None, None)
    metrics, log = feed.unseen
    assert metrics.startswith("CloudWatch: its metrics ")
    assert log.startswith("the task's log: ")
    assert why in log


CLOSED = "not there, or closed to the toolkit's login"


@pytest.mark.parametrize(
    ("written", "unseen"),
    [
        (None, ("the control tables",)),
        (ControlTables((), None), ("awsdms_suspended_tables",)),
        (ControlTables(None, {}), ("awsdms_apply_exceptions",)),
        (ControlTables(None, None), ("awsdms_apply_exceptions", "awsdms_suspended_tables")),
        (ControlTables((), {}), ()),
    ],
)
def test_a_control_table_that_cannot_be_read_is_not_an_empty_one(
    written: ControlTables | None, unseen: tuple[str, ...]
) -> None:
    (feed,) = watcher(End(), End(written=written), Aws()).look().feeds
    assert feed.unseen == tuple(f"{name}: {CLOSED}" for name in unseen)


def test_the_checkpoint_of_a_task_that_could_not_be_moved_counts_too() -> None:
    """It goes on from there when it is resumed."""
    (feed,) = watcher(End(), End(), Aws(told(recovery_checkpoint="C", status="failed-move"))).look().feeds
    assert feed.log is not None
    assert feed.log.held_by == "theirs C"


@pytest.mark.parametrize("status", ["stopped", "failed", "failed-move"])
def test_a_task_is_not_resumed_over_a_gap_out_of_whatever_status_it_can_be(status: str) -> None:
    source, aws = End(log_gap="slot x was made anew"), Aws(told(status=status, recovery_checkpoint="C"))
    with pytest.raises(SaysNo, match="slot x was made anew") as caught:
        refuse_gap(cast(Any, aws), cast(Database, source), TASK.identifier, "theirs")
    assert caught.value.code == "REP-043"
    refuse_gap(cast(Any, Aws(TASK)), cast(Database, source), TASK.identifier, "theirs")


def test_heartbeats_that_do_not_arrive_are_as_late_as_the_first_of_them() -> None:
    """Each overwrites the one before."""
    target = End(held=False)
    taken = watcher(End(newest_beat=None), target, Aws(), heartbeat=True, beat_seconds=3.0)
    first, second = (taken.look().feeds[0].lag for _ in range(2))
    assert first is not None
    assert second is not None
    assert second.seconds >= 2 * first.seconds - 0.1
    target.held = True
    third = taken.look().feeds[0].lag
    assert third is not None
    assert (third.seconds, third.arrived) == (0.0, True)


def test_a_heartbeat_is_as_late_as_the_marker_before_it_that_is_under_way() -> None:
    (feed,) = watcher(End(), End(held=False), Aws(), heartbeat=True, beat_seconds=3.0).look().feeds
    assert feed.lag is not None
    assert feed.lag.seconds >= 44.0


def test_how_far_a_deep_look_has_counted_is_told() -> None:
    events: list[Event] = []
    taken = watcher(End(), End(), Aws(), deep=True)
    taken.emit = events.append
    taken.look()
    told = [(one.done, one.total) for one in events if isinstance(one, Progressed)]
    assert told == [(number, 3) for number in range(4)]


def test_a_deep_look_counts_first_and_asks_dms_afterwards() -> None:
    source, target = End(), End()
    (feed,) = watcher(source, target, Aws(), deep=True).look().feeds
    assert feed.counted is not None
    assert (feed.counted[ORDERS].source, feed.counted[ORDERS].loaded, feed.counted[ORDERS].inserts) == (1240, 1200, 40)
    assert feed.large == (LargeValue(NOTES, "body", 5),)


def test_room_comes_from_rds_and_else_from_the_settings() -> None:
    rds = watcher(End(), End(), Aws(), host="shop.c1.eu-central-1.rds.amazonaws.com", log_room_bytes=100).look()
    assert (rds.free_bytes, rds.free_from) == (10**9, "CloudWatch FreeStorageSpace")
    own = watcher(End(), End(), Aws(), host="db.example.org", log_room_bytes=100).look()
    assert (own.free_bytes, own.free_from) == (44, "[limits] source_log_gb")
    unknown = watcher(End(), End(), Aws(), host="db.example.org").look()
    assert unknown.free_bytes is None
