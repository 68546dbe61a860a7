"""Two looks put together: rates, times left, and what is wrong. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.facts import TableName
from migrate.model.feed_status import FeedStatus, HonestyFinding, LogStatus, ReplicationReport, TableStatus
from migrate.model.replication import TableState, TableStatistics
from migrate.model.watching import FeedLook, LogStanding, Look
from migrate.stages.replicate.watching.honesty.judge import judge
from migrate.stages.replicate.watching.honesty.lie import Subject
from migrate.stages.replicate.watching.words import in_words

LOADING = frozenset({TableState.BEFORE_LOAD, TableState.FULL_LOAD, TableState.RELOADED})
FORESEEING_SECONDS = 60.0
"""Growth of the log over less tells nothing of hours ahead: a burst lasts as long."""


@dataclass(frozen=True)
class Growth:
    """Of the log that is held on disk."""

    bytes: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.bytes / self.seconds

    def hours(self, free: int | None) -> float | None:
        """Until nothing is free."""
        if free is None or self.bytes <= 0 or self.seconds < FORESEEING_SECONDS:
            return None
        return free / self.rate / 3600


@dataclass(frozen=True)
class Pair:
    """A feed now and, where there was an earlier look, then."""

    now: FeedLook
    then: FeedLook | None
    seconds: float | None

    def rate(self, now: float, then: float | None) -> float | None:
        """Per second. A count that fell began anew, and says nothing."""
        if then is None or not self.seconds or now < then:
            return None
        return (now - then) / self.seconds


def assemble(
    look: Look, before: Look | None = None, *, earliest: Look | None = None, lag_limit: float = 5.0
) -> ReplicationReport:
    """The report on `look`; rates are measured from `before` on, the growth of the log from `earliest` on: what is
    told of hours ahead does not rest on a second."""
    seconds = (look.at - before.at).total_seconds() if before is not None else None
    earlier = {feed.identifier: feed for feed in before.feeds} if before is not None else {}
    statuses: list[FeedStatus] = []
    findings: list[HonestyFinding] = []
    for feed in look.feeds:
        pair = Pair(feed, earlier.get(feed.identifier), seconds)
        status = _feed(pair, look, _growth(feed, look, earliest or before))
        statuses.append(status)
        findings += judge(Subject(feed, status, look, pair.then, lag_limit))
    return ReplicationReport(
        migration=look.migration,
        at=look.at,
        leaving=look.leaving,
        seconds=seconds,
        feeds=tuple(statuses),
        findings=tuple(findings),
    )


def _feed(pair: Pair, look: Look, growth: Growth | None) -> FeedStatus:
    feed, task = pair.now, pair.now.task
    status, words = _standing(feed)
    tables = _tables(pair)
    loading = [one for one in tables if one.state in LOADING]
    load_rate = _sum(one.load_rate for one in tables)
    loaded = sum(one.rows_loaded for one in tables)
    left = None if any(one.rows_estimated is None for one in loading) else sum(map(_left, loading))
    return FeedStatus(
        task=feed.identifier,
        status=status,
        words=words,
        stop_reason="" if task is None else task.stop_reason,
        last_failure="" if task is None else task.last_failure,
        percent=0 if task is None else task.full_load_percent,
        rows_loaded=loaded,
        rows_estimated=None if left is None else loaded + left,
        load_rate=load_rate,
        eta_seconds=left / load_rate if left and load_rate else None,
        apply_rate=_sum(one.apply_rate for one in tables),
        lag=feed.lag,
        metrics=feed.metrics,
        exceptions=None if feed.control is None else feed.control.exceptions,
        validation=dict(Counter(one.validation for one in tables if one.validation)),
        states=dict(Counter(one.state for one in tables)),
        tables=tables,
        log=_log(feed.log, look, growth) if feed.log is not None else None,
        unseen=feed.unseen,
    )


def _standing(feed: FeedLook) -> tuple[str, str]:
    """The task's status, and a sentence. `gone` is what DMS says; where it says nothing it is `unknown`."""
    if feed.task is not None:
        return feed.task.status, in_words(feed.task)
    return ("gone", "DMS knows no such task") if feed.gone else ("unknown", "DMS could not be asked")


def _tables(pair: Pair) -> tuple[TableStatus, ...]:
    """Those of the task's statistics, then those that are wanted and not among them; the marker table is left out."""
    if pair.now.task is None:
        return ()
    earlier = {one.table: one for one in pair.then.task.tables} if pair.then and pair.then.task else {}
    wanted = set(pair.now.wanted)
    seen = [one for one in pair.now.task.tables if not wanted or one.table in wanted]
    absent = sorted(wanted - {one.table for one in seen})
    lines = [_table(pair, one, earlier) for one in seen]
    lines += [_table(pair, TableStatistics(table=table, state="not in the task"), {}) for table in absent]
    return tuple(lines)


def _table(pair: Pair, now: TableStatistics, earlier: Mapping[TableName, TableStatistics]) -> TableStatus:
    then = earlier.get(now.table)
    known = (pair.now.known or {}).get(now.table)
    estimated = known.rows if known is not None and known.rows >= 0 else None
    if estimated is not None and now.state not in LOADING:
        estimated = None  # It was an estimate of what was to be loaded; now it is known.
    rate = pair.rate(now.full_load_rows, then.full_load_rows if then else None) if now.state in LOADING else None
    left = max(0, estimated - now.full_load_rows) if estimated is not None else None
    control = pair.now.control
    suspended = ((control.suspended if control is not None else None) or {}).get(now.table)
    return TableStatus(
        table=now.table,
        state=now.state,
        rows_loaded=now.full_load_rows,
        rows_estimated=estimated,
        load_rate=rate,
        eta_seconds=left / rate if left is not None and rate else None,
        captured=now.inserts + now.updates + now.deletes,
        applied=_applied(now),
        apply_rate=pair.rate(_applied(now), _applied(then) if then else None),
        validation=now.validation_state,
        suspended="" if suspended is None else suspended or "no reason given",
    )


def _applied(one: TableStatistics) -> int:
    return one.applied_inserts + one.applied_updates + one.applied_deletes


def _left(one: TableStatus) -> int:
    return max(0, (one.rows_estimated or 0) - one.rows_loaded)


def _sum(rates: Iterable[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) if known else None


def _log(standing: LogStanding, look: Look, growth: Growth | None) -> LogStatus:
    return LogStatus(
        held_bytes=standing.held_bytes,
        held_by=standing.held_by,
        growth=growth.rate if growth else None,
        free_bytes=look.free_bytes,
        free_from=look.free_from,
        hours_left=growth.hours(look.free_bytes) if growth else None,
        slots=standing.slots,
    )


def _growth(feed: FeedLook, look: Look, earlier: Look | None) -> Growth | None:
    then = next((one.log for one in earlier.feeds if one.identifier == feed.identifier), None) if earlier else None
    if earlier is None or then is None or feed.log is None or look.at <= earlier.at:
        return None
    return Growth(feed.log.held_bytes - then.held_bytes, (look.at - earlier.at).total_seconds())
