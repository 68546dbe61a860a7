"""Lies about the log that the task reads: a gap that no error tells, and a disk that fills."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Severity
from migrate.stages.replicate.watching.honesty.lie import Lie, Seen, Subject, listed

WARNED_HOURS = 24.0


def _gap(subject: Subject) -> Iterator[Seen]:
    if subject.feed.log is not None and subject.feed.log.gap:
        yield Seen(subject.feed.log.gap)


def _lost(subject: Subject) -> Iterator[Seen]:
    slots = () if subject.feed.log is None else subject.feed.log.slots
    yield from listed("invalidated: {names}", (one.name for one in slots if one.lost))


def _fills(subject: Subject) -> Iterator[Seen]:
    log = subject.status.log
    if log is not None and log.hours_left is not None and log.hours_left < WARNED_HOURS:
        free = "" if log.free_bytes is None else f"{_size(log.free_bytes)} are free by {log.free_from}, "
        growth = _size((log.growth or 0.0) * 3600)
        yield Seen(f"{free}the log grows by {growth} an hour: full in {log.hours_left:.1f} hours")


def _size(number: float) -> str:
    return f"{number / 1e9:,.1f} GB" if number >= 1e9 else f"{number / 1e6:,.1f} MB"


LIES = (
    Lie(
        code="DMS161",
        slug="log-gap",
        severity=Severity.BLOCKER,
        find=_gap,
        why="A task that is resumed goes on from what the log still holds, without an error: what lies between its"
        " checkpoint and that place is never carried.",
        remedy="Do not resume. Load anew, into emptied tables and as a migration of another name; or prove what is"
        " missing with aurora-migrate validate, and mend it (--repair).",
        source="AWS DMS User Guide, Source.PostgreSQL, replication slots; Task.CDC (dms.md §9)",
    ),
    Lie(
        code="DMS162",
        slug="slot-invalidated",
        severity=Severity.BLOCKER,
        find=_lost,
        why="The server gave up the log that the slot held (max_slot_wal_keep_size, a failover): what it held is gone.",
        remedy="If it is the task's: load anew. If it is a validation's witness: aurora-migrate validate --restart",
        source="PostgreSQL, pg_replication_slots.wal_status (dms.md §10, source preparation)",
    ),
    Lie(
        code="DMS191",
        slug="source-disk-fills",
        severity=Severity.WARNING,
        find=_fills,
        why="A full disk stops the application's database, not just the migration. DMS says nothing of it.",
        remedy="Let the task catch up, or enlarge the disk. Drop a slot that nobody reads any more.",
        source="AWS DMS User Guide, Source.PostgreSQL, HeartbeatEnable (dms.md §18.9)",
    ),
)
