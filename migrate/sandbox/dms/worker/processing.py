"""Change processing: messages of the stream in, whole transactions to the applier, positions out."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.sandbox.dms.worker.apply import Applier
from migrate.sandbox.dms.worker.backlog import Backlog
from migrate.sandbox.dms.worker.changes import Begin, Broken, Change, Commit, Ddl, KeepAlive, Message
from migrate.sandbox.dms.worker.conditions import Pace
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Capture, Engine
from migrate.sandbox.dms.worker.errors import Stopped
from migrate.sandbox.dms.worker.filtering import passes
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.looking_up import LobLookup
from migrate.sandbox.dms.worker.reporting import Reporter, TableStatistics
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.stop_position import StopPosition
from migrate.sandbox.dms.worker.stopping import StopSignal

if TYPE_CHECKING:
    from migrate.sandbox.dms.worker.reloading import Reload

GROUP_CHANGES = 5000
GROUP_SECONDS = 0.25
"""A target commit holds whole source transactions, until so many changes or so much time; at once when none waits."""
CONFIRM_SECONDS = 0.1
REPORT_SECONDS = 0.5
STATUS_SECONDS = 5.0
IDLE_SECONDS = 1.0
ASK_SECONDS = 0.02
UNFINISHED_SECONDS = 0.8
"""How long a stop waits for the rest of a transaction before it gives the transaction back to the log."""
POLLED_FROM = 0.1
"""With a longer poll interval the stream is looked at in that interval only, as a slower service would."""


@dataclass
class Barrier:
    """Something to do once everything that committed up to `position` is on the target."""

    position: int
    reached: Callable[[], None]


class ChangeProcessing:
    """The loop of a running CDC task."""

    def __init__(
        self,
        engine: Engine,
        stream: Capture,
        applier: Applier,
        control: ControlTables,
        reporter: Reporter,
        stop: StopSignal,
        routes: Mapping[tuple[str, str], Route[Any]],
        lobs: LobLimit,
        *,
        position: int,
        poll_seconds: float,
        stop_position: StopPosition | None,
        committed: Callable[[int], None],
        pace: Pace,
    ) -> None:
        self._engine = engine
        self._stream = stream
        self._applier = applier
        self._control = control
        self._reporter = reporter
        self._stop = stop
        self._routes = routes
        self._lobs = lobs
        self._lookup = LobLookup(engine, lobs)
        self._by_relation: dict[Hashable, Route[Any] | None] = {}
        self._applied = self._received = position
        self._confirmed = 0
        self._poll_seconds = poll_seconds if poll_seconds > POLLED_FROM else 0.0
        self._stop_position = stop_position
        self._committed = committed
        self._pace = pace
        self.barriers: list[Barrier] = []
        self.loaded_up_to: dict[tuple[str, str], int] = {}
        """Tables whose changes up to a position are in their load already."""
        self.reload: Reload | None = None
        """Tables that are loaded again: their changes are set aside."""
        self.ddl: Callable[[Ddl], None] = lambda ddl: None
        """Follows DDL."""
        self.between: Callable[[], None] = lambda: None
        """Called now and then between two transactions, when everything read is durable."""
        self._buffer: Backlog | None = None
        self._in_transaction = False
        self._captured: dict[tuple[str, str], tuple[TableStatistics, dict[str, int]]] = {}
        self._ended = 0
        self._group = 0
        self._group_since = 0.0
        self._first_waiting = 0.0
        self._read_at = 0.0
        self._source_latency = self._target_latency = 0.0
        self._confirmed_at = self._reported_at = self._status_at = self._stop_seen = 0.0

    def run(self) -> None:
        """Process until Stopped, TaskFailedError or RecoverableError is raised."""
        with closing(self._lookup):
            self._run()

    def _run(self) -> None:
        self._reach(self._applied)
        while True:
            message = self._stream.next()
            if message is None:
                self._idle()
            else:
                self._take_message(message)
            now = time.monotonic()
            if self._stop.requested:
                self._stopping(now)
            if now - self._reported_at >= REPORT_SECONDS:
                self._report(now)

    def _take_message(self, message: Message) -> None:
        match message:
            case Change():
                self._change(message)
            case Commit():
                self._received = max(self._received, message.position)
                self._commit(message)
            case Begin():
                self._in_transaction = True
                # Until a barrier only the commit tells to which side of it a transaction belongs.
                deciding = bool(self.barriers) or self._stop_position is not None or self.reload is not None
                self._buffer = Backlog(self._routes) if deciding else None
            case KeepAlive():
                self._keep_alive(message)
            case Broken():
                route = self._route(message.relation)
                if route is not None and not route.suspended:
                    self._applier.suspend(route, message.why)
            case Ddl():
                self._ddl(message)

    def _route(self, relation: Hashable) -> Route[Any] | None:
        try:
            return self._by_relation[relation]
        except KeyError:
            route = self._by_relation[relation] = self._routes.get(self._stream.table(relation))
            return route

    def _change(self, change: Change) -> None:
        route = self._route(change.relation)
        if route is None:
            told = self._stream.ddl_of(change)
            for ddl in told:
                self._ddl(ddl)
            if not told and self._buffer is not None and self._buffer.tells_ddl:
                self._buffer.add(None, change)  # of a table that the DDL before it may make one of ours
            return
        if change.kind != "T" and route.selection.filters and not passes(route, change):
            return
        if self._lobs.kilobytes is not None or route.selection.settings is not None:
            self._shorten(route, change)
        if self._buffer is not None:
            self._buffer.add(route, change)
        else:
            self._take(route, change)

    def _ddl(self, ddl: Ddl) -> None:
        if self._buffer is not None:
            self._buffer.add(self._routes.get(ddl.table), ddl)
        else:
            self._take_ddl(ddl)

    def _take_ddl(self, ddl: Ddl) -> None:
        if not self._engine.transactional_ddl:
            self._flush()  # it stands alone in its transaction
        self.ddl(ddl)
        self._by_relation.clear()
        self._group += 1

    def _shorten(self, route: Route[Any], change: Change) -> None:
        if (limit := self._lobs.size(route)) is not None:
            for column in self._engine.shortened(route, change, limit):
                self._lobs.truncated(route, column)

    def _take(self, route: Route[Any], change: Change) -> None:
        counted = self._captured.get(route.name)
        if counted is None:
            counted = self._captured[route.name] = (route.statistics, {"I": 0, "U": 0, "D": 0, "T": 0})
        counted[1][change.kind] += 1
        self._group += 1
        self._pace.wait(self._stop)
        # A suspended table's changes go nowhere.
        late = None if route.suspended else self._lookup.split(route, change)
        self._applier.add(route, change)
        if late is not None:
            self._applier.add(route, late)

    def _commit(self, commit: Commit) -> None:
        buffered, self._buffer = self._buffer, None
        self._in_transaction = False
        if self._stop_position is not None and (reason := self._stop_position.passed(commit.at)) is not None:
            self._flush()
            raise Stopped(reason)
        if self.barriers and commit.position > self.barriers[0].position:
            self._flush()
            self._reach(commit.position - 1)
        for route, change in buffered.take() if buffered is not None else ():
            if route is None:
                self._take_any(None, change)
            elif self.reload is not None and self.reload.holds(route):
                self.reload.set_aside(commit.position, route, change)
            elif isinstance(change, Ddl) or commit.position > self.loaded_up_to.get(route.name, 0):
                self._take_any(route, change)
        self._ended = commit.position
        now = time.monotonic()
        self._read_at = now
        self._source_latency = max(0.0, time.time() - commit.at)
        if not self._group_since:
            self._group_since = now
            self._first_waiting = commit.at
        if self._group >= GROUP_CHANGES or now - self._group_since >= GROUP_SECONDS:
            self._flush()
            self.between()

    def _take_any(self, route: Route[Any] | None, change: Change | Ddl) -> None:
        if isinstance(change, Ddl):
            self._take_ddl(change)
        elif route is not None:
            self._take(route, change)
        else:
            self._change(change)

    def _keep_alive(self, message: KeepAlive) -> None:
        self._received = max(self._received, message.position)
        if not self._in_transaction:
            self._flush()
            # All that was sent is applied, so the log before this point holds nothing for the task.
            self._applied = max(self._applied, message.position)
            self._reach(self._applied)
            if self._stop_position is not None and (reason := self._stop_position.passed_by_clock(message.sent)):
                raise Stopped(reason)
        if message.reply:
            self._confirm(time.monotonic())

    def _idle(self) -> None:
        """No message waits: make what was read durable and wait for the next one."""
        if not self._in_transaction:
            self._flush()
            self.between()
        now = time.monotonic()
        silent = now - self._confirmed_at
        if self._applied > self._confirmed or silent >= IDLE_SECONDS or (self.barriers and silent >= ASK_SECONDS):
            # With an end or a barrier ahead the source is asked how far it has looked; it would not say by itself.
            self._confirm(now, reply=bool(self.barriers) or self._stop_position is not None)
        if self._poll_seconds and not self._in_transaction and not self.barriers:
            self._stop.pause(self._poll_seconds)
        self._stream.wait(ASK_SECONDS if self.barriers or self._stop.requested else REPORT_SECONDS)

    def _flush(self) -> None:
        """Commit the group on the target; it always ends at a source transaction's end."""
        if not self._group_since:
            return
        if self._group:
            self._applier.commit(self._stream.checkpoint(self._ended))
        for statistics, counts in self._captured.values():
            statistics.inserts += counts["I"]
            statistics.updates += counts["U"]
            statistics.deletes += counts["D"]
        self._captured.clear()
        self._applied = max(self._applied, self._ended)
        self._target_latency = max(self._source_latency, time.time() - self._first_waiting)
        self._group, self._group_since, self._first_waiting = 0, 0.0, 0.0
        self._committed(self._applied)
        now = time.monotonic()
        if now - self._confirmed_at >= CONFIRM_SECONDS:
            self._confirm(now)
            self._reporter.tick()

    def catch_up(self, position: int, route: Route[Any], change: Change | Ddl) -> None:
        """Apply what was set aside. Only between two transactions."""
        self._take_any(route, change)
        if self._group >= GROUP_CHANGES:
            self.caught_up()

    def caught_up(self) -> None:
        """Make what was set aside durable; the position stays."""
        self._ended = max(self._ended, self._applied)
        self._group_since = self._group_since or time.monotonic()
        self._first_waiting = self._first_waiting or time.time()
        self._flush()

    def after(self, barrier: Barrier) -> None:
        """Do something once everything up to a position is on the target. Only between two transactions."""
        if self._applied >= barrier.position:
            barrier.reached()
            return
        self.barriers = sorted([*self.barriers, barrier], key=lambda one: one.position)

    def _reach(self, position: int) -> None:
        while self.barriers and position >= self.barriers[0].position:
            barrier = self.barriers.pop(0)
            self._applied = max(self._applied, barrier.position)
            self._applier.commit(self._stream.checkpoint(self._applied))
            self._committed(self._applied)
            barrier.reached()

    def _confirm(self, now: float, *, reply: bool = False) -> None:
        self._confirmed_at, self._confirmed = now, self._applied
        self._stream.confirm(max(self._received, self._applied), self._applied, reply=reply)

    def _stopping(self, now: float) -> None:
        """Between two transactions at once; inside one after its end, or without it when that takes long."""
        self._stop_seen = self._stop_seen or now
        if self._in_transaction and now - self._stop_seen < UNFINISHED_SECONDS:
            return
        if self._in_transaction:
            self._applier.rollback()
        else:
            self._flush()
        # The newest checkpoint is readable when the task stands (dms.md §9): not one behind what is confirmed.
        self._committed(self._applied)
        self._confirm(now)
        raise Stopped("NORMAL")

    def _report(self, now: float) -> None:
        self._reported_at = now
        self._committed(self._applied)
        self._reporter.checkpoint(self._stream.checkpoint(self._applied))
        idle = now - self._read_at > 2 * REPORT_SECONDS and not self._group_since
        source, target = (0.0, 0.0) if idle else (self._source_latency, self._target_latency)
        self._reporter.event("latency", source=round(source, 3), target=round(max(source, target), 3))
        self._reporter.tick()
        if now - self._status_at >= STATUS_SECONDS and not self._in_transaction and not self._group_since:
            self._status_at = now
            self._control.status("CHANGE PROCESSING", checkpoint=self._stream.checkpoint(self._applied))
