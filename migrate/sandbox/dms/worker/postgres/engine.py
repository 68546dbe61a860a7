"""PostgreSQL to PostgreSQL, as the common part of the worker sees it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.altering import Differences
from migrate.sandbox.dms.worker.changes import Change, Row, Value
from migrate.sandbox.dms.worker.comparing import Compared
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Name, Progress
from migrate.sandbox.dms.worker.errors import Failure
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.postgres import catalog, ddl, errors, preparation
from migrate.sandbox.dms.worker.postgres.apply import PostgresApplySession
from migrate.sandbox.dms.worker.postgres.connection import connect_source, connect_target
from migrate.sandbox.dms.worker.postgres.control import PostgresControlTables
from migrate.sandbox.dms.worker.postgres.copying import PostgresSnapshot, booleans
from migrate.sandbox.dms.worker.postgres.fingerprints import PostgresFingerprints
from migrate.sandbox.dms.worker.postgres.lobs import Shortener, current
from migrate.sandbox.dms.worker.postgres.origin import PostgresCapture
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Endpoint, TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal
from migrate.sandbox.dms.worker.tables import Table

Session = Connection[TupleRow]


class PostgresEngine:
    """One task's engine."""

    driver_error: type[Exception] = psycopg.Error
    carries_drop = True
    transactional_ddl = True

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._shortener = Shortener()
        self._booleans = False

    def failure(self, error: BaseException) -> Failure:
        return errors.failure(error)

    def connect_source(self, endpoint: Endpoint) -> Session:
        return connect_source(endpoint)

    def connect_target(self, endpoint: Endpoint) -> Session:
        return connect_target(endpoint)

    def only_schema(self, endpoint: Endpoint) -> str:
        return ""

    def list_tables(self, source: Session) -> list[Name]:
        return list(catalog.list_tables(source))

    def describe(self, session: Session, names: Collection[Name]) -> dict[Name, Table[catalog.Column]]:
        return catalog.describe(session, catalog.find_tables(session, list(names)))

    def control_tables(self, spec: TaskSpec, target: Session) -> ControlTables:
        self._booleans = booleans(spec)
        return PostgresControlTables(spec, target)

    def capture(
        self,
        spec: TaskSpec,
        source: Session,
        control: ControlTables,
        lobs: LobLimit,
        reporter: Reporter,
        stop: StopSignal,
        progress: Progress,
    ) -> PostgresCapture:
        return PostgresCapture(spec, source, control, lobs, reporter, stop, progress)

    def plain_snapshot(
        self, spec: TaskSpec, source: Session, lobs: LobLimit, routes: Sequence[Route[Any]], stop: StopSignal
    ) -> PostgresSnapshot:
        source.rollback()  # the snapshot before this one, if there was one: it lives as long as its transaction
        source.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = source.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
        return PostgresSnapshot(spec, lobs, stop, row[0] if row else "", 0)

    def groups(self, source: Session, routes: Sequence[Route[Any]]) -> list[list[Route[Any]]]:
        """Every connection reads the same exported snapshot, so each table stands alone."""
        return [[route] for route in routes]

    def apply_session(self, spec: TaskSpec, target: Session, control: ControlTables) -> PostgresApplySession:
        return PostgresApplySession(target, control, self._reporter)

    def fingerprints(self, session: Session, compared: Compared[Any], *, there: bool) -> PostgresFingerprints:
        return PostgresFingerprints(session, compared, there=there)

    def alter(self, target: Session, route: Route[Any], changed: Differences[Any]) -> None:
        ddl.alter(target, route, changed, booleans=self._booleans)

    def drop(self, target: Session, route: Route[Any]) -> None:
        ddl.drop(target, route)

    def create(self, target: Session, route: Route[Any]) -> None:
        preparation.create(target, route, booleans=self._booleans)

    def lobs(self, source: Session, route: Route[Any], row: Row, names: Sequence[str]) -> list[Value] | None:
        return current(source, route, row, names)

    def shortened(self, route: Route[Any], change: Change, limit: int) -> list[str]:
        return self._shortener.cut(route, change, limit)
