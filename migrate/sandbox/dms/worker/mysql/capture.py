"""Where a MySQL task starts in the binary log, what its load sees, the stream of changes (dms.md §9, §10)."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import closing
from typing import Any

from migrate.sandbox.dms.worker.changes import Change, Commit, Ddl, KeepAlive, Message
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Name, Progress
from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.loopback import Loopback
from migrate.sandbox.dms.worker.mysql import catalog, source_log
from migrate.sandbox.dms.worker.mysql.binlog import BinlogStream
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.mysql.grouping import joined
from migrate.sandbox.dms.worker.mysql.plans import Plans
from migrate.sandbox.dms.worker.mysql.positions import Checkpoint, PositionError, Positions, start_time
from migrate.sandbox.dms.worker.mysql.queries import Xid
from migrate.sandbox.dms.worker.mysql.seeing import wait_until_seen
from migrate.sandbox.dms.worker.mysql.snapshot import MySqlSnapshot
from migrate.sandbox.dms.worker.mysql.stillness import still
from migrate.sandbox.dms.worker.mysql.transactions import Transactions
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal

_NO_ROUTES: list[Route[Any]] = []


def _nothing(xid: Xid) -> list[Change]:
    """A replay's own unknown XA transactions."""
    return []


class MySqlCapture:
    """One attempt's way through the source's binary log."""

    def __init__(
        self,
        spec: TaskSpec,
        source: Connection,
        control: ControlTables,
        lobs: LobLimit,
        reporter: Reporter,
        stop: StopSignal,
        progress: Progress,
    ) -> None:
        self._spec = spec
        self._source = source
        self._control = control
        self._lobs = lobs
        self._reporter = reporter
        self._stop = stop
        self._progress = progress
        self._loopback = Loopback.of(spec)
        source_log.require_rows(source)
        file, offset = source_log.current_end(source)
        self._positions = Positions(file)
        self._now = self._positions.number(file, offset)
        ((self._folds,),) = run(source, "SELECT @@lower_case_table_names")
        ((clock,),) = run(source, "SELECT UNIX_TIMESTAMP(SYSDATE(6))")
        self._clock_ahead = float(clock) - time.time()
        self._stream: BinlogStream | None = None
        self._transactions: Transactions | None = None
        self._plans: Plans | None = None
        self._ready: Iterator[Message] = iter(())
        self._told = 0

    def begin(self) -> bool:
        progress = self._progress
        if self._spec.start_position and not progress.anchored:
            progress.position = self._start_position(self._spec.start_position)
        elif not progress.anchored or (self._spec.loads and not progress.completed):
            # A restart starts where the log ends now; so does a resume of a load of which nothing was kept.
            self._control.forget()
            progress.position = self._now
            progress.anchored = True
            return True
        else:
            known = [self._parsed(self._control.checkpoint()), self._told_checkpoint()]
            progress.position = max(progress.position, *(one.position for one in known))
            progress.overlap = max(progress.overlap, *(one.overlap for one in known))
            progress.overlap_is_exact &= all(one.exact for one in known)
            self._control.unsuspend()
            return False
        self._control.forget()
        progress.anchored = True
        return False

    def snapshot(self, source: Connection, routes: Sequence[Route[Any]], *, fresh: bool) -> MySqlSnapshot:
        """A snapshot in which everything up to a position is, and of what came after it only little.

        Whatever the log holds between that position and `until` may be in the rows already. For the first load that is
        kept in the checkpoint; a later one is completed only when the log was read beyond it.
        """
        position = self._progress.position if fresh else self.current_position(source)
        groups = len(joined(source, routes))
        snapshot = MySqlSnapshot(self._spec, self._lobs, self._stop, position, groups)
        try:
            snapshot.wait_for_open_transactions(source, self._reporter)
            with still(self._spec.source, [route for route in routes if not route.key], self._reporter) as exact:
                snapshot.open()
                snapshot.until, snapshot.still = self.current_position(source), exact
            if fresh:
                self._progress.overlap, self._progress.overlap_is_exact = snapshot.until, exact
        except BaseException:
            snapshot.close()
            raise
        return snapshot

    def current_position(self, source: Connection) -> int:
        return self._positions.number(*source_log.current_end(source))

    def forgive(self, route: Route[Any]) -> None:
        if self._plans is not None:
            self._plans.mend(route.name)

    def loaded_up_to(self, route: Route[Any]) -> int:
        return self._progress.overlap if self._progress.overlap_is_exact and not route.key else 0

    def checkpoint(self, position: int) -> str:
        return self._positions.checkpoint(position, self._progress.overlap, exact=self._progress.overlap_is_exact)

    def start(self, position: int, routes: Collection[Route[Any]]) -> None:
        self._plans = self._plans_for(routes)
        self._transactions = self._reading(self._plans, position, self._recovered)
        self._told = position
        self._stream = BinlogStream(self._spec.source, self._stop)
        self._stream.start(*self._positions.file(position))

    def next(self) -> Message | None:
        assert self._stream is not None
        assert self._transactions is not None
        while True:
            message = next(self._ready, None)
            if message is not None:
                if isinstance(message, KeepAlive | Commit):
                    self._told = message.position
                elif isinstance(message, Ddl):
                    wait_until_seen(self._source, message.table)
                return message
            event = self._stream.next()
            if event is None:
                return self._nothing_left()
            self._ready = self._transactions.take(event, self._stream.file)

    def follow(self, route: Route[Any]) -> None:
        assert self._plans is not None
        self._plans.add(route)

    def ddl_of(self, change: Change) -> list[Ddl]:
        """The log tells of DDL by itself."""
        return []

    def table(self, relation: Hashable) -> Name:
        assert isinstance(relation, tuple)
        assert self._plans is not None
        name: Name = relation
        return self._plans.name(name) or name

    def beat(self) -> None:
        """A binary log is kept by its own rules."""

    def wait(self, seconds: float) -> None:
        assert self._stream is not None
        self._stream.wait(seconds)

    def confirm(self, received: int, applied: int, *, reply: bool = False) -> None:
        """The source keeps its log by its own rules, whatever is read."""

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()

    def _nothing_left(self) -> Message | None:
        """All that has arrived was read: say, once, how far that is."""
        assert self._transactions is not None
        if self._transactions.inside or self._transactions.ended <= self._told:
            return None
        self._told = self._transactions.ended
        return KeepAlive(self._told, time.time() + self._clock_ahead)

    def _reading(self, plans: Plans, position: int, recover: Callable[[Xid], list[Change]]) -> Transactions:
        reading = Transactions(
            self._positions,
            plans,
            recover,
            truncates=self._spec.settings.flag("ChangeProcessingDdlHandlingPolicy", "HandleSourceTableTruncated", True),
            clock_ahead=self._clock_ahead,
        )
        reading.ended = position
        return reading

    def _plans_for(self, routes: Collection[Route[Any]]) -> Plans:
        def describe(name: Name) -> catalog.Table | None:
            return catalog.describe(self._source, [name]).get(name)

        marks = self._loopback.read if self._loopback is not None else None
        return Plans(routes, describe, self._reporter, folds=bool(self._folds), marks=marks)

    def _start_position(self, text: str) -> int:
        """CdcStartPosition as `file:offset` or checkpoint, or a time (dms.md §9)."""
        moment = start_time(text)
        if moment is not None:
            return self._position_at(moment)
        try:
            position = self._positions.parse(text).position
        except PositionError as error:
            raise TaskFailedError(f"Invalid CDC start position: {error}.") from None
        if self._positions.file(position)[0] not in source_log.files(self._source):
            raise TaskFailedError(
                f"The CDC start position {self._positions.text(position)} is not in the source's binary log: its file"
                " does not exist any more, or not yet."
            )
        if position > self._now:
            raise TaskFailedError(
                f"The CDC start position {self._positions.text(position)} is past the end of the source's binary log."
            )
        return position

    def _position_at(self, moment: float) -> int:
        """The end of the last transaction that was committed before a moment."""
        plans = self._plans_for(_NO_ROUTES)
        position = self._positions.number(source_log.files(self._source)[0], 4)
        for message in self._replayed(self._reading(plans, position, _nothing), position):
            if isinstance(message, Commit):
                if message.at >= moment:
                    break
                position = message.position
        return position

    def _recovered(self, xid: Xid) -> list[Change]:
        """The rows of an XA transaction prepared before this stream began, read from the log that is still there.

        Where that log begins others may have been prepared already; their commits are none of this one's rows.
        """
        assert self._plans is not None
        position = self._positions.number(source_log.files(self._source)[0], 4)
        reading = self._reading(self._plans.anew(), position, _nothing)
        for _ in self._replayed(reading, position):
            continue
        changes = reading.prepared.pop(xid, None)
        if changes is None:
            raise TaskFailedError(f"The rows of XA transaction {xid} are no longer in the source's binary log.")
        return changes

    def _replayed(self, reading: Transactions, position: int) -> Iterator[Message]:
        """The messages from a position to the present end of the log, or to where the stream is."""
        until = self._told or self._now
        with closing(BinlogStream(self._spec.source, self._stop)) as stream:
            stream.start(*self._positions.file(position), blocking=False)
            while (event := stream.next(block=True)) is not None:
                self._stop.check()
                yield from reading.take(event, stream.file)
                if reading.ended >= until:
                    return

    def _parsed(self, text: str | None) -> Checkpoint:
        try:
            return self._positions.parse(text) if text else Checkpoint(0, 0)
        except PositionError:
            return Checkpoint(0, 0)

    def _told_checkpoint(self) -> Checkpoint:
        if self._spec.checkpoint and (moment := start_time(self._spec.checkpoint)) is not None:
            return Checkpoint(self._position_at(moment), 0)
        try:
            return self._positions.parse(self._spec.checkpoint) if self._spec.checkpoint else Checkpoint(0, 0)
        except PositionError as error:
            raise TaskFailedError(f"Invalid recovery checkpoint: {error}.") from None
