"""Full load: tables, or groups of them, copied out of a snapshot by several threads (dms.md §19.7)."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.engine import Engine, Snapshot, TableCopier
from migrate.sandbox.dms.worker.errors import Failure, Kind, RecoverableError, Stopped, TaskFailedError
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.policies import Policies, Reaction
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.stopping import StopSignal

Group = list[Route[Any]]


class FullLoad:
    """Loads tables out of one snapshot."""

    def __init__(
        self,
        engine: Engine,
        reporter: Reporter,
        stop: StopSignal,
        policies: Policies,
        lobs: LobLimit,
        *,
        state: str = reporting.FULL_LOAD,
    ) -> None:
        """`state` is what a table shows while it is loaded."""
        self._engine = engine
        self._reporter = reporter
        self._stop = stop
        self._policies = policies
        self._lobs = lobs
        self._state = state
        self._failure: Exception | None = None
        self._open: list[TableCopier] = []
        self._lock = threading.Lock()

    def run(
        self, groups: Sequence[Group], snapshot: Snapshot, *, again: bool, loaded: Callable[[Route[Any]], None]
    ) -> None:
        """Load the tables; `loaded` is called, from the load's threads, after each table's commit.

        `again`: an earlier run may have left rows. Raises Stopped, TaskFailedError or RecoverableError; a table's own
        error is that table's state.
        """
        waiting: queue.SimpleQueue[Group] = queue.SimpleQueue()
        for group in sorted(groups, key=_order):
            waiting.put(sorted(group, key=lambda route: _order([route])))
        count = max(1, min(snapshot.copiers(), len(groups)))
        threads = [
            threading.Thread(target=self._work, args=(waiting, snapshot, again, loaded), daemon=True)
            for _ in range(count)
        ]
        for thread in threads:
            thread.start()
        interrupted = False
        while any(thread.is_alive() for thread in threads):
            for thread in threads:
                thread.join(0.05 / count)
            self._reporter.tick()
            if (self._stop.requested or self._failure is not None) and not interrupted:
                interrupted = True
                self._cancel()
        if self._failure is not None:
            raise self._failure
        self._stop.check()

    def abandon(self, error: Exception) -> None:
        """End the load from another thread; `run` raises the error."""
        with self._lock:
            self._failure = self._failure or error

    def _cancel(self) -> None:
        """End what the other threads wait for; a statement that has just finished is no error."""
        with self._lock:
            for copier in self._open:
                try:
                    copier.cancel()
                except self._engine.driver_error:
                    continue

    def _work(
        self,
        waiting: queue.SimpleQueue[Group],
        snapshot: Snapshot,
        again: bool,
        loaded: Callable[[Route[Any]], None],
    ) -> None:
        try:
            with closing(snapshot.copier()) as copier:
                with self._lock:
                    self._open.append(copier)
                while self._failure is None and not self._stop.requested:
                    try:
                        group = waiting.get_nowait()
                    except queue.Empty:
                        return
                    for route in group:
                        self._load(copier, route, again=again)
                        if route.statistics.state == self._state:
                            loaded(route)
        except (RecoverableError, TaskFailedError, Stopped) as error:
            self._fail(error)
        except self._engine.driver_error as error:
            self._fail(self._engine.failure(error).raised)
        except Exception as error:  # a thread must not end in silence
            self._fail(TaskFailedError(f"The load stopped abnormally: {type(error).__name__}: {error}"))

    def _fail(self, error: Exception) -> None:
        with self._lock:
            if self._failure is None and not (isinstance(error, Stopped) or self._stop.requested):
                self._failure = error

    def _load(self, copier: TableCopier, route: Route[Any], *, again: bool) -> None:
        if self._stop.requested or self._failure is not None:
            return
        statistics = route.statistics
        statistics.full_load_start, statistics.full_load_end, statistics.full_load_rows = time.time(), None, 0
        self._reporter.state(statistics, self._state)
        if obstacle := self._lobs.obstacle(route):
            self._refused(route, Failure(obstacle, Kind.INTEGRITY, recoverable=False))
            return
        try:
            copier.copy(route, again=again)
        except self._engine.driver_error as error:
            if self._stop.requested or self._failure is not None:
                # What another table's recoverable error interrupts is loaded again by the next attempt.
                retried = isinstance(self._failure, RecoverableError) and not self._stop.requested
                first = reporting.BEFORE_LOAD if retried else reporting.CANCELLED
                self._reporter.state(statistics, self._state if self._state == reporting.RELOADING else first)
                raise Stopped("NORMAL") from None
            failure = self._engine.failure(error)
            if failure.recoverable:
                self._reporter.state(statistics, reporting.BEFORE_LOAD)
                raise RecoverableError(failure.text) from None
            self._refused(route, failure)
        statistics.full_load_end = time.time()

    def _refused(self, route: Route[Any], failure: Failure) -> None:
        self._reporter.log("ERROR", f"Table '{route.name[0]}'.'{route.name[1]}' load failed: {failure.text}")
        if self._policies.for_load(failure) is Reaction.STOP_TASK:
            raise TaskFailedError(failure.text)
        route.suspended = True
        self._reporter.state(route.statistics, reporting.ERROR)


def _order(group: Group) -> tuple[int, int]:
    """Higher load-order first, then the biggest."""
    return -max(route.selection.load_order for route in group), -sum(route.source.size for route in group)
