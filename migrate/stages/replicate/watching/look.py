"""Takes one look at a feed. What cannot be seen is said and left out; nothing here stops a run, and only a heartbeat
that was asked for is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from checks.facts import TableName
from migrate.clock import Clock
from migrate.errors import MigrateError
from migrate.events import Emit, Progressed, silent
from migrate.model.database import Side
from migrate.model.replication import ReplicationTask, TableState
from migrate.model.watching import (
    ControlTables,
    Counted,
    FeedLook,
    KnownTable,
    Lag,
    LogStanding,
    Look,
    MetricPoint,
    TaskTerms,
)
from migrate.ports.cloud import Tasks
from migrate.ports.database import Database
from migrate.ports.watching import TaskWatch
from migrate.stages.replicate.watching.words import RESTS

T = TypeVar("T")
BEAT_SECONDS = 10.0
"""How long a look waits for its own heartbeat; one that is still under way then is `at least so late`."""
CATCH_UP_SECONDS = 20.0
"""How long a count waits for DMS to have read what was counted."""
UNNAMED = "stand under no name that is documented: it runs on no instance"
CLOSED = "not there, or closed to the toolkit's login"


@dataclass(frozen=True, kw_only=True)
class FeedRequest:
    """One feed to look at."""

    identifier: str
    marker: str
    tables: tuple[TableName, ...]
    slot: str | None = None
    """The task's own; None where the engine has none, or the journal does not name it yet."""


@dataclass(frozen=True, kw_only=True)
class LookRequest:
    migration: str
    leaving: Side
    feeds: tuple[FeedRequest, ...]
    control_schema: str
    our_slots: str
    """How the names of this migration's slots begin."""
    host: str = ""
    """Where the side that is read listens."""
    log_room_bytes: int | None = None
    """Most log that its disk can bear, by the settings."""
    heartbeat: bool = False
    deep: bool = False
    beat_seconds: float = BEAT_SECONDS


@dataclass
class Watcher:
    """Looks as often as it is asked; what seldom changes is asked for once."""

    request: LookRequest
    leaving: Database
    arriving: Database
    tasks: Tasks
    watch: TaskWatch
    clock: Clock
    emit: Emit = silent
    _known: dict[str, Mapping[TableName, KnownTable]] = field(default_factory=dict)
    _late_since: dict[str, float] = field(default_factory=dict)
    """Since when no marker of a feed has come: each heartbeat overwrites the one before."""

    def look(self) -> Look:
        at = self.clock.now()
        feeds = tuple(self._feed(feed, at) for feed in self.request.feeds)
        held = max((feed.log.held_bytes for feed in feeds if feed.log is not None), default=None)
        free, by = self._room(held, at)
        return Look(
            at=at,
            migration=self.request.migration,
            leaving=self.request.leaving,
            feeds=feeds,
            free_bytes=free,
            free_from=by,
        )

    def _room(self, held: int | None, at: datetime) -> tuple[int | None, str]:
        """RDS tells its free storage; of another server only the settings can say how much log it bears."""
        free = _Sight().seen("the free storage", lambda: self.watch.free_storage(self.request.host, at))
        if free is not None:
            return free, "CloudWatch FreeStorageSpace"
        if self.request.log_room_bytes is None or held is None:
            return None, ""
        return max(0, self.request.log_room_bytes - held), "[limits] source_log_gb"

    def _feed(self, feed: FeedRequest, at: datetime) -> FeedLook:
        sight = _Sight()
        task = sight.seen("DMS", lambda: self.tasks.describe(feed.identifier))
        gone = task is None and not sight.unseen  # the first that is asked, and it answered
        terms = sight.seen("DMS's settings", lambda: self.watch.terms(feed.identifier)) if task is not None else None
        lag = sight.seen("the markers", lambda: self._lag(feed, task))
        known = sight.seen("the tables", lambda: self._tables(feed))
        counted = sight.seen("the row counts", lambda: self._counted(feed)) if self.request.deep else None
        large = (
            sight.seen("the large values", lambda: tuple(self.leaving.feed.large_values(feed.tables)))
            if self.request.deep
            else None
        )
        return FeedLook(
            identifier=feed.identifier,
            wanted=feed.tables,
            task=task,
            gone=gone,
            terms=terms,
            metrics=self._metrics(sight, terms, at),
            cut=self._cut(sight, task, terms, at),
            known=known,
            control=self._control(sight, terms),
            lag=lag,
            log=sight.seen(f"the {self.request.leaving.value}'s log", lambda: self._log(feed, task)),
            probes=sight.seen(
                "the probes",
                lambda: (self.leaving.feed.probes(feed.marker), self.arriving.feed.probes(feed.marker)),
            ),
            counted=counted,
            large=large,
            unseen=tuple(sight.unseen),
        )

    def _metrics(self, sight: _Sight, terms: TaskTerms | None, at: datetime) -> Mapping[str, MetricPoint] | None:
        if terms is None:
            return None
        return sight.seen("CloudWatch", lambda: self.watch.metrics(terms, at), lacking=f"its metrics {UNNAMED}")

    def _cut(
        self, sight: _Sight, task: ReplicationTask | None, terms: TaskTerms | None, at: datetime
    ) -> tuple[str, ...] | None:
        if task is None or terms is None:
            return None
        loads = {one.table: one.load_began_at for one in task.tables if one.load_began_at is not None}
        found = sight.seen("the task's log", lambda: self.watch.cut_values(terms, loads, at), lacking=_no_log(terms))
        return None if found is None else tuple(found)

    def _control(self, sight: _Sight, terms: TaskTerms | None) -> ControlTables | None:
        if terms is None:
            return None
        schema = self.request.control_schema
        found = sight.seen(
            "the control tables", lambda: self.arriving.feed.control(schema, terms.external_id), lacking=CLOSED
        )
        if found is not None and found.exceptions is None:
            sight.unseen.append(f"awsdms_apply_exceptions: {CLOSED}")
        if found is not None and found.suspended is None:
            sight.unseen.append(f"awsdms_suspended_tables: {CLOSED}")
        return found

    def _log(self, feed: FeedRequest, task: ReplicationTask | None) -> LogStanding:
        """DMS shows the newest checkpoint of a task that stands; of one that runs it shows an older one."""
        checkpoint = task.recovery_checkpoint if task is not None and task.status in RESTS else ""
        return self.leaving.feed.log(feed.slot, checkpoint, self.request.our_slots)

    def _tables(self, feed: FeedRequest) -> Mapping[TableName, KnownTable]:
        if feed.identifier not in self._known:
            shapes, untold = self.leaving.rows.shapes(feed.tables), self.leaving.feed.untold(feed.tables)
            self._known[feed.identifier] = {
                table: KnownTable(shape.rows, bool(shape.key), table not in untold) for table, shape in shapes.items()
            }
        return self._known[feed.identifier]

    def _lag(self, feed: FeedRequest, task: ReplicationTask | None) -> Lag | None:
        """By a heartbeat written now where that was asked for, else by the last marker that anybody wrote."""
        last = self.leaving.feed.newest(feed.marker)
        came = last is not None and self.arriving.feed.holds(feed.marker, last)
        if not (self.request.heartbeat and task is not None and task.status == "running"):
            return None if last is None else Lag(last.age_seconds, came, fresh=False)
        began = self.clock.monotonic()
        late = 0.0 if last is None or came else last.age_seconds
        since = self._late_since.setdefault(feed.identifier, began - late)
        beat = self.leaving.feed.beat(feed.marker)
        while not self.arriving.feed.holds(feed.marker, beat):
            if self.clock.monotonic() - began > self.request.beat_seconds:
                return Lag(self.clock.monotonic() - since, arrived=False, fresh=True)
            self.clock.sleep(0.02)
        del self._late_since[feed.identifier]
        return Lag(self.clock.monotonic() - began, arrived=True, fresh=True)

    def _counted(self, feed: FeedRequest) -> Mapping[TableName, Counted] | None:
        """Rows first, statistics after: what was counted has to be in what DMS read by then, or soon after."""
        there = self.leaving.rows.shapes(feed.tables).keys() & self.arriving.rows.shapes(feed.tables).keys()
        work, rows = f"count the rows of {feed.identifier}", {}
        for number, table in enumerate(sorted(there)):
            self.emit(Progressed(work, number, len(there), "tables"))
            rows[table] = (self.leaving.rows.count(table), self.arriving.rows.count(table))
        self.emit(Progressed(work, len(there), len(there), "tables"))
        deadline = self.clock.monotonic() + CATCH_UP_SECONDS
        while True:
            found = self._against_statistics(feed, rows)
            behind = any(one.source > one.loaded + one.inserts for one in found.values())
            if not behind or self.clock.monotonic() > deadline:
                return found
            self.clock.sleep(0.5)

    def _against_statistics(
        self, feed: FeedRequest, rows: Mapping[TableName, tuple[int, int]]
    ) -> dict[TableName, Counted]:
        task = self.tasks.describe(feed.identifier)
        return {
            one.table: Counted(*rows[one.table], one.full_load_rows, one.inserts, one.applied_deletes)
            for one in (task.tables if task is not None else ())
            if one.table in rows and one.state == TableState.COMPLETED
        }


@dataclass
class _Sight:
    """What could not be seen, by what it was."""

    unseen: list[str] = field(default_factory=list)

    def seen(self, what: str, look: Callable[[], T | None], *, lacking: str = "") -> T | None:
        """`lacking` says what None means where that is no answer."""
        try:
            found = look()
        except MigrateError as problem:
            self.unseen.append(f"{what}: {problem}")
            return None
        if found is None and lacking:
            self.unseen.append(f"{what}: {lacking}")
        return found


def _no_log(terms: TaskTerms) -> str:
    if not terms.logs:
        why = "the task's settings switch it off"
    else:
        why = "there is none by the name that DMS gives it" if terms.instance else f"its lines {UNNAMED}"
    return f"{why}; that values were cut cannot be told by it"
