"""MySQL, MariaDB and Aurora MySQL, one to another, as the common part of the worker sees them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pymysql

from migrate.sandbox.dms.worker.altering import Differences
from migrate.sandbox.dms.worker.changes import Change, Row, Value
from migrate.sandbox.dms.worker.comparing import Compared
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Name, Progress
from migrate.sandbox.dms.worker.errors import Failure
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.mysql import catalog, ddl, errors, lobs, preparation
from migrate.sandbox.dms.worker.mysql.apply import MySqlApplySession
from migrate.sandbox.dms.worker.mysql.capture import MySqlCapture
from migrate.sandbox.dms.worker.mysql.connection import Connection, connect_source, connect_target
from migrate.sandbox.dms.worker.mysql.control import MySqlControlTables
from migrate.sandbox.dms.worker.mysql.fingerprints import MySqlFingerprints
from migrate.sandbox.dms.worker.mysql.grouping import joined
from migrate.sandbox.dms.worker.mysql.snapshot import MySqlSnapshot
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Endpoint, TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal


class MySqlEngine:
    """One task's engine."""

    driver_error: type[Exception] = pymysql.MySQLError
    carries_drop = False
    transactional_ddl = False

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def failure(self, error: BaseException) -> Failure:
        return errors.failure(error)

    def connect_source(self, endpoint: Endpoint) -> Connection:
        return connect_source(endpoint)

    def connect_target(self, endpoint: Endpoint) -> Connection:
        return connect_target(endpoint, said=lambda text: self._reporter.log("WARNING", text))

    def only_schema(self, endpoint: Endpoint) -> str:
        """A DatabaseName on the endpoint takes the tables of all databases (dms.md §2)."""
        return endpoint.database

    def list_tables(self, source: Connection) -> list[Name]:
        return catalog.list_tables(source)

    def describe(self, session: Connection, names: Collection[Name]) -> dict[Name, catalog.Table]:
        return catalog.describe(session, names)

    def control_tables(self, spec: TaskSpec, target: Connection) -> ControlTables:
        return MySqlControlTables(spec, target)

    def capture(
        self,
        spec: TaskSpec,
        source: Connection,
        control: ControlTables,
        lobs: LobLimit,
        reporter: Reporter,
        stop: StopSignal,
        progress: Progress,
    ) -> MySqlCapture:
        return MySqlCapture(spec, source, control, lobs, reporter, stop, progress)

    def plain_snapshot(
        self, spec: TaskSpec, source: Connection, lobs: LobLimit, routes: Sequence[Route[Any]], stop: StopSignal
    ) -> MySqlSnapshot:
        """Without waiting: a full-load-only task does not (dms.md §5.2)."""
        snapshot = MySqlSnapshot(spec, lobs, stop, 0, len(joined(source, routes)))
        snapshot.open()
        return snapshot

    def groups(self, source: Connection, routes: Sequence[Route[Any]]) -> list[list[Route[Any]]]:
        return joined(source, routes)

    def apply_session(self, spec: TaskSpec, target: Connection, control: ControlTables) -> MySqlApplySession:
        return MySqlApplySession(spec.target, target, control)

    def fingerprints(self, session: Connection, compared: Compared[Any], *, there: bool) -> MySqlFingerprints:
        return MySqlFingerprints(session, compared, there=there)

    def alter(self, target: Connection, route: Route[Any], changed: Differences[Any]) -> None:
        ddl.alter(target, route, changed)

    def drop(self, target: Connection, route: Route[Any]) -> None:
        """Not replicated from MySQL (dms.md §12)."""

    def create(self, target: Connection, route: Route[Any]) -> None:
        preparation.create(target, route)

    def lobs(self, source: Connection, route: Route[Any], row: Row, names: Sequence[str]) -> list[Value] | None:
        return lobs.current(source, route, row, names)

    def shortened(self, route: Route[Any], change: Change, limit: int) -> list[str]:
        return lobs.cut(route, change, limit)
