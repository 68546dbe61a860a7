"""Copying a table: COPY out of the snapshot, COPY into the target (dms.md §19.7)."""

from __future__ import annotations

import select
from contextlib import closing

import psycopg
from psycopg import pq, sql

from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.postgres.capture import Replication
from migrate.sandbox.dms.worker.postgres.catalog import Column
from migrate.sandbox.dms.worker.postgres.connection import connect_source, connect_target
from migrate.sandbox.dms.worker.postgres.lobs import shortened, too_long
from migrate.sandbox.dms.worker.postgres.preparation import DO_NOTHING, prepare
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal

BLOCK = 128 * 1024
"""Bytes handed to the target at once."""


class PostgresSnapshot:
    """An exported snapshot; `helper` is a replication connection that holds it and ends with it."""

    def __init__(
        self,
        spec: TaskSpec,
        lobs: LobLimit,
        stop: StopSignal,
        name: str,
        position: int,
        helper: Replication | None = None,
    ) -> None:
        self._spec = spec
        self._lobs = lobs
        self._stop = stop
        self._name = name
        self._helper = helper
        self.position = position

    @property
    def until(self) -> int:
        return self.position

    def loaded_up_to(self, route: Route[Column]) -> int:
        return self.position

    def copiers(self) -> int:
        return self._spec.settings.number("FullLoadSettings", "MaxFullLoadSubTasks", 8)

    def copier(self) -> PostgresCopier:
        return PostgresCopier(self._spec, self._lobs, self._stop, self._name)

    def close(self) -> None:
        if self._helper is not None:
            self._helper.close()


class PostgresCopier:
    """Copies tables, one target transaction each (assumption: CommitRate is not used)."""

    def __init__(self, spec: TaskSpec, lobs: LobLimit, stop: StopSignal, snapshot: str) -> None:
        self._lobs = lobs
        self._stop = stop
        self._mode = spec.settings.text("FullLoadSettings", "TargetTablePrepMode", DO_NOTHING)
        self._booleans = booleans(spec)
        self._source = connect_source(spec.source)
        self._target = connect_target(spec.target)
        self._source.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._source.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))

    def copy(self, route: Route[Column], *, again: bool) -> None:
        source, target = self._source, self._target
        source.execute("SAVEPOINT one_table")
        try:
            target.execute("BEGIN")
            prepare(target, route, self._mode, again=again, booleans=self._booleans)
            self._copy(route)
            target.execute("COMMIT")
        except psycopg.Error:
            if not self._stop.requested and all(one.pgconn.status == pq.ConnStatus.OK for one in (source, target)):
                target.execute("ROLLBACK")
                source.execute("ROLLBACK TO SAVEPOINT one_table")
            raise

    def cancel(self) -> None:
        for connection in (self._source, self._target):
            connection.cancel_safe(timeout=2)

    def close(self) -> None:
        with closing(self._source), closing(self._target):
            return

    def _copy(self, route: Route[Column]) -> None:
        where = _where(route)
        cut = too_long(self._source, self._lobs, route, where)
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
        _relay(self._source.pgconn, out.as_bytes(), self._target.pgconn, into.as_bytes(), route, self._stop)


def booleans(spec: TaskSpec) -> bool:
    """Whether booleans stay what they are: MapBooleanAsBoolean on both endpoints (dms.md §10)."""
    both = (spec.source.settings, spec.target.settings)
    return all(str(one.get("MapBooleanAsBoolean", False)).lower() == "true" for one in both)


def _where(route: Route[Column]) -> sql.Composable:
    """The selection's filters as a WHERE clause (dms.md §6)."""
    parts = [
        one.sql(sql.Identifier(one.column).as_string(), lambda value: sql.Literal(value).as_string())
        for one in route.selection.filters
    ]
    return sql.SQL(" WHERE " + " AND ".join(parts) if parts else "")


def _relay(
    source: pq.abc.PGconn, out: bytes, target: pq.abc.PGconn, into: bytes, route: Route[Column], stop: StopSignal
) -> None:
    """Pass rows from one COPY to the other; a row is one message of the source's server.

    libpq waits with Python's lock held: this waits by itself, so that the other threads hear a stop meanwhile.
    """
    source.nonblocking = target.nonblocking = 0
    _expect(target, target.exec_(into), pq.ExecStatus.COPY_IN)
    target.nonblocking = 1
    try:
        _expect(source, source.exec_(out), pq.ExecStatus.COPY_OUT)
        statistics = route.statistics
        block: list[memoryview] = []
        size = 0
        read = source.get_copy_data
        while True:
            length, row = read(1)
            if length == 0:
                _await(source)
                continue
            if length < 0:
                break
            block.append(row)
            size += length
            if size >= BLOCK:
                _write(target, b"".join(block))
                statistics.full_load_rows += len(block)
                block.clear()
                size = 0
                if stop.requested:
                    raise psycopg.errors.QueryCanceled("the task is being stopped")
        _expect(source, _result(source), pq.ExecStatus.COMMAND_OK)
        _drain(source)
        if block:
            _write(target, b"".join(block))
            statistics.full_load_rows += len(block)
    except psycopg.Error:
        # The target's connection must leave its COPY before anything else can be said on it.
        if target.status == pq.ConnStatus.OK:
            target.put_copy_end(b"the source failed")
            _flush(target)
            _drain(target)
        raise
    target.put_copy_end()
    _flush(target)
    result = _result(target)
    _drain(target)
    _expect(target, result, pq.ExecStatus.COMMAND_OK)


def _write(connection: pq.abc.PGconn, block: bytes) -> None:
    while not connection.put_copy_data(block):
        _flush(connection)
    _flush(connection)


def _flush(connection: pq.abc.PGconn) -> None:
    """Until the server has taken what is on its way. What it says meanwhile is read, so that it can take more."""
    while connection.flush():
        readable, _, _ = select.select([connection.socket], [connection.socket], [])
        if readable:
            connection.consume_input()


def _await(connection: pq.abc.PGconn) -> None:
    select.select([connection.socket], [], [])
    connection.consume_input()


def _result(connection: pq.abc.PGconn) -> pq.abc.PGresult | None:
    while connection.is_busy():
        _await(connection)
    return connection.get_result()


def _drain(connection: pq.abc.PGconn) -> None:
    while _result(connection) is not None:
        continue


def _expect(connection: pq.abc.PGconn, result: pq.abc.PGresult | None, status: pq.ExecStatus) -> None:
    """Raise the server's error, or a lost connection's, unless the result is the expected one."""
    if result is not None and result.status == status:
        return
    if result is not None and result.error_field(pq.DiagnosticField.SQLSTATE):
        _drain(connection)
        raise psycopg.errors.error_from_result(result)
    raise psycopg.OperationalError(connection.get_error_message() or "the connection was lost")
