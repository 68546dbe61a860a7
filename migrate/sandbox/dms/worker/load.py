"""Full load: COPY out of the snapshot, COPY into the target, several tables at once (dms.md §19.7)."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

import psycopg
from psycopg import Connection, pq, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.connection import connect_source, connect_target
from migrate.sandbox.dms.worker.errors import RecoverableError, Stopped, TaskFailedError, is_recoverable, words
from migrate.sandbox.dms.worker.lobs import LobLimit, shortened
from migrate.sandbox.dms.worker.policies import Policies, Reaction
from migrate.sandbox.dms.worker.preparation import DO_NOTHING, prepare
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal

BLOCK = 128 * 1024
"""Bytes handed to the target at once."""


class FullLoad:
    """Loads tables in one snapshot. One table is one transaction on the target (assumption: CommitRate is not used)."""

    def __init__(self, spec: TaskSpec, reporter: Reporter, stop: StopSignal, policies: Policies) -> None:
        self._spec = spec
        self._reporter = reporter
        self._stop = stop
        self._policies = policies
        self._lobs = LobLimit.of(spec, reporter)
        self._mode = spec.settings.text("FullLoadSettings", "TargetTablePrepMode", DO_NOTHING)
        both = (spec.source.settings, spec.target.settings)
        self._booleans = all(str(one.get("MapBooleanAsBoolean", False)).lower() == "true" for one in both)
        self._failure: Exception | None = None
        self._open: list[Connection[TupleRow]] = []
        self._lock = threading.Lock()

    def run(self, routes: Sequence[Route], snapshot: str, *, again: bool, loaded: Callable[[Route], None]) -> None:
        """Load the tables; `loaded` is called, from the load's threads, after each table's commit.

        `snapshot` names an exported snapshot that stays valid until this returns. `again`: an earlier run may have
        left rows. Raises Stopped, TaskFailedError or RecoverableError; a table's own error is that table's state.
        """
        waiting: queue.SimpleQueue[Route] = queue.SimpleQueue()
        for route in sorted(routes, key=lambda one: (-one.selection.load_order, -one.source.pages)):
            waiting.put(route)
        count = max(1, min(self._spec.settings.number("FullLoadSettings", "MaxFullLoadSubTasks", 8), len(routes)))
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

    def _cancel(self) -> None:
        """End what the other threads wait for; a statement that has just finished is no error."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.cancel_safe(timeout=2)
                except psycopg.Error:
                    continue

    def _connection(self, connection: Connection[TupleRow]) -> Connection[TupleRow]:
        with self._lock:
            self._open.append(connection)
        return connection

    def _work(
        self, waiting: queue.SimpleQueue[Route], snapshot: str, again: bool, loaded: Callable[[Route], None]
    ) -> None:
        try:
            with (
                self._connection(connect_source(self._spec.source)) as source,
                self._connection(connect_target(self._spec.target)) as target,
            ):
                source.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                source.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
                while self._failure is None and not self._stop.requested:
                    try:
                        route = waiting.get_nowait()
                    except queue.Empty:
                        return
                    self._load(source, target, route, again=again)
                    if route.statistics.state == reporting.FULL_LOAD:
                        loaded(route)
        except (RecoverableError, TaskFailedError, Stopped) as error:
            self._fail(error)
        except psycopg.Error as error:
            self._fail(RecoverableError(words(error)) if is_recoverable(error) else TaskFailedError(words(error)))

    def _fail(self, error: Exception) -> None:
        with self._lock:
            if self._failure is None and not (isinstance(error, Stopped) or self._stop.requested):
                self._failure = error

    def _load(self, source: Connection[TupleRow], target: Connection[TupleRow], route: Route, *, again: bool) -> None:
        statistics = route.statistics
        statistics.full_load_start, statistics.full_load_end, statistics.full_load_rows = time.time(), None, 0
        self._reporter.state(statistics, reporting.FULL_LOAD)
        source.execute("SAVEPOINT one_table")
        try:
            target.execute("BEGIN")
            prepare(target, route, self._mode, again=again, booleans=self._booleans)
            self._copy(source, target, route)
            target.execute("COMMIT")
        except psycopg.Error as error:
            if self._stop.requested or self._failure is not None:
                self._reporter.state(statistics, reporting.CANCELLED)
                raise Stopped("NORMAL") from None
            if is_recoverable(error):
                self._reporter.state(statistics, reporting.BEFORE_LOAD)
                raise RecoverableError(words(error)) from None
            target.execute("ROLLBACK")
            source.execute("ROLLBACK TO SAVEPOINT one_table")
            reaction = self._policies.for_load(error)
            self._reporter.log("ERROR", f"Table '{route.name[0]}'.'{route.name[1]}' load failed: {words(error)}")
            if reaction is Reaction.STOP_TASK:
                raise TaskFailedError(words(error)) from None
            route.suspended = True
            self._reporter.state(statistics, reporting.ERROR)
        statistics.full_load_end = time.time()

    def _copy(self, source: Connection[TupleRow], target: Connection[TupleRow], route: Route) -> None:
        where = self._where(route)
        cut = self._lobs.too_long(source, route, where)
        limit = self._lobs.size(route) or 0
        expressions: list[sql.Composable] = []
        names: list[sql.Composable] = []
        for column, name in route.moved():
            there = route.target.column(name) if route.target is not None else None
            if column.name in cut:
                expressions.append(shortened(column, limit))
            elif column.type_name == "bool" and there is not None and there.type_name != "bool":
                expressions.append(sql.SQL("{}::text").format(sql.Identifier(column.name)))
            else:
                expressions.append(sql.Identifier(column.name))
            names.append(sql.Identifier(name))
        comma = sql.SQL(", ")
        out = sql.SQL("COPY (SELECT {} FROM ONLY {}{}) TO STDOUT").format(
            comma.join(expressions), sql.Identifier(*route.name), where
        )
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(*route.target_name), comma.join(names))
        _relay(source.pgconn, out.as_bytes(), target.pgconn, into.as_bytes(), route, self._stop)

    def _where(self, route: Route) -> sql.Composable:
        """The selection's filters as a WHERE clause (dms.md §6)."""
        parts = [
            one.sql(sql.Identifier(one.column).as_string(), lambda value: sql.Literal(value).as_string())
            for one in route.selection.filters
        ]
        return sql.SQL(" WHERE " + " AND ".join(parts) if parts else "")


def _relay(
    source: pq.abc.PGconn, out: bytes, target: pq.abc.PGconn, into: bytes, route: Route, stop: StopSignal
) -> None:
    """Pass rows from one COPY to the other; a row is one message of the source's server."""
    source.nonblocking = target.nonblocking = 0
    _expect(target, target.exec_(into), pq.ExecStatus.COPY_IN)
    try:
        _expect(source, source.exec_(out), pq.ExecStatus.COPY_OUT)
        statistics = route.statistics
        block: list[memoryview] = []
        size = 0
        read, write = source.get_copy_data, target.put_copy_data
        while True:
            length, row = read(0)
            if length < 0:
                break
            block.append(row)
            size += length
            if size >= BLOCK:
                write(b"".join(block))
                statistics.full_load_rows += len(block)
                block.clear()
                size = 0
                if stop.requested:
                    raise psycopg.errors.QueryCanceled("the task is being stopped")
        _expect(source, source.get_result(), pq.ExecStatus.COMMAND_OK)
        _drain(source)
        if block:
            write(b"".join(block))
            statistics.full_load_rows += len(block)
    except psycopg.Error:
        # The target's connection must leave its COPY before anything else can be said on it.
        if target.status == pq.ConnStatus.OK:
            target.put_copy_end(b"the source failed")
            _drain(target)
        raise
    target.put_copy_end()
    result = target.get_result()
    _drain(target)
    _expect(target, result, pq.ExecStatus.COMMAND_OK)


def _drain(connection: pq.abc.PGconn) -> None:
    while connection.get_result() is not None:
        continue


def _expect(connection: pq.abc.PGconn, result: pq.abc.PGresult | None, status: pq.ExecStatus) -> None:
    """Raise the server's error, or a lost connection's, unless the result is the expected one."""
    if result is not None and result.status == status:
        return
    if result is not None and result.error_field(pq.DiagnosticField.SQLSTATE):
        _drain(connection)
        raise psycopg.errors.error_from_result(result)
    raise psycopg.OperationalError(connection.get_error_message() or "the connection was lost")
