"""PostgreSQL to PostgreSQL, as the common part of the worker sees it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.changes import Change
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Name, Progress
from migrate.sandbox.dms.worker.errors import Failure
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.postgres import catalog, errors
from migrate.sandbox.dms.worker.postgres.apply import PostgresApplySession
from migrate.sandbox.dms.worker.postgres.connection import connect_source, connect_target
from migrate.sandbox.dms.worker.postgres.control import PostgresControlTables
from migrate.sandbox.dms.worker.postgres.copying import PostgresSnapshot
from migrate.sandbox.dms.worker.postgres.lobs import Shortener
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

    def __init__(self, reporter: Reporter) -> None:
        self._shortener = Shortener()

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
        return PostgresCapture(spec, source, control, lobs, stop, progress)

    def plain_snapshot(
        self, spec: TaskSpec, source: Session, lobs: LobLimit, routes: Sequence[Route[Any]], stop: StopSignal
    ) -> PostgresSnapshot:
        source.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = source.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
        return PostgresSnapshot(spec, lobs, stop, row[0] if row else "", 0)

    def groups(self, source: Session, routes: Sequence[Route[Any]]) -> list[list[Route[Any]]]:
        """Every connection reads the same exported snapshot, so each table stands alone."""
        return [[route] for route in routes]

    def apply_session(self, target: Session, control: ControlTables) -> PostgresApplySession:
        return PostgresApplySession(target, control)

    def shortened(self, route: Route[Any], change: Change, limit: int) -> list[str]:
        return self._shortener.cut(route, change, limit)
