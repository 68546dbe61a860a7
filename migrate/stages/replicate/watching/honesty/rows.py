"""Lies about rows: tables without a key, and counts that do not add up."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Severity
from migrate.model.replication import TableStatistics
from migrate.model.watching import FeedLook
from migrate.stages.replicate.watching.honesty.lie import Lie, Seen, Subject, listed


def _keyless(feed: FeedLook) -> Iterator[TableStatistics]:
    known = feed.known or {}
    for one in feed.task.tables if feed.task else ():
        if one.table in known and not known[one.table].keyed:
            yield one


def _untold(feed: FeedLook) -> Iterator[TableStatistics]:
    known = feed.known or {}
    for one in feed.task.tables if feed.task else ():
        if one.table in known and known[one.table].keyed and not known[one.table].told_apart:
            yield one


def _unvalidated(subject: Subject) -> Iterator[Seen]:
    names = (one.table for one in _keyless(subject.feed))
    yield from listed("no key: {tables}: {names}", names)


def unapplied(now: FeedLook, then: FeedLook) -> tuple[str, ...]:
    """Tables without a key, or of which the log tells none, whose updates and deletes that DMS had read `then` are not
    applied `now`."""
    earlier = {one.table: one for one in then.task.tables} if then.task else {}
    found = []
    for one in (*_keyless(now), *_untold(now)):
        captured, applied = one.updates + one.deletes, one.applied_updates + one.applied_deletes
        before = earlier.get(one.table)
        if captured > applied and before is not None and before.updates + before.deletes > applied:
            found.append(f"{one.table} ({captured - applied:,} of {captured:,})")
    return tuple(found)


def _lost(subject: Subject) -> Iterator[Seen]:
    """As of two looks: what is merely under way passes."""
    lost = () if subject.before is None else unapplied(subject.feed, subject.before)
    yield from listed("updates and deletes read and not applied, for there is no key: {tables}: {names}", lost)


def _short(subject: Subject) -> Iterator[Seen]:
    found = (
        f"{table} ({one.target:,} rows, {one.loaded:,} loaded less {one.deletes:,} deleted)"
        for table, one in (subject.feed.counted or {}).items()
        if one.target < one.loaded - one.deletes
    )
    yield from listed("fewer rows than DMS says it loaded: {tables}: {names}", found)


def _unread(subject: Subject) -> Iterator[Seen]:
    if subject.feed.terms is not None and not subject.feed.terms.loads:
        return
    found = (
        f"{table} ({one.source:,} rows, {one.loaded:,} loaded and {one.inserts:,} inserted since)"
        for table, one in (subject.feed.counted or {}).items()
        if one.source > one.loaded + one.inserts
    )
    yield from listed("more rows than DMS says it ever read: {tables}: {names}", found)


LIES = (
    Lie(
        code="DMS121",
        slug="keyless-not-validated",
        severity=Severity.NOTICE,
        find=_unvalidated,
        why="DMS validates no table without a primary key, and of a PostgreSQL source it ignores such a table's updates"
        " and deletes; of others it must guess the row that is meant.",
        remedy="Give the table a primary key. Until then only aurora-migrate validate proves it, as a whole.",
        source="AWS DMS User Guide, CHAP_Validating and Source.PostgreSQL, Limitations (dms.md §12, §13)",
    ),
    Lie(
        code="DMS122",
        slug="keyless-changes-lost",
        severity=Severity.BLOCKER,
        find=_lost,
        why="The statistics count what was read. Without a key DMS does not find the row again, and says nothing.",
        remedy="Give the table a primary key on both sides and reload it; then: aurora-migrate validate",
        source="AWS DMS User Guide, Source.PostgreSQL, Limitations (dms.md §12, §18.19)",
    ),
    Lie(
        code="DMS171",
        slug="fewer-rows-than-loaded",
        severity=Severity.BLOCKER,
        find=_short,
        why="FullLoadRows counts what was sent, FullLoadErrorRows is not counted for relational targets.",
        remedy="Find the rows with aurora-migrate validate --tables TABLE, then reload the table.",
        source="AWS DMS API, TableStatistics (dms.md §7)",
    ),
    Lie(
        code="DMS172",
        slug="rows-never-read",
        severity=Severity.BLOCKER,
        find=_unread,
        why="A load that the source broke off can end as a success, with a part of the rows.",
        remedy="Find the rows with aurora-migrate validate --tables TABLE, then reload the table.",
        source="AWS DMS User Guide, Source.MySQL, Limitations (dms.md §18.14)",
    ),
)
