"""The PostgreSQL target: chunks through libpq's pipeline mode, single changes under savepoints."""

from __future__ import annotations

import select
from collections.abc import Callable, Sequence

import psycopg
from psycopg import Connection, pq
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.changes import Change
from migrate.sandbox.dms.worker.control import SERVER_NAME, ControlTables
from migrate.sandbox.dms.worker.engine import Item
from migrate.sandbox.dms.worker.errors import Kind
from migrate.sandbox.dms.worker.postgres.catalog import Column
from migrate.sandbox.dms.worker.postgres.statements import Statement, Statements
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route

STATEMENTS_KEPT = 500
CANCEL_SECONDS = 2.0
_SHOWN_BYTES = 200
"""How much of a value goes into awsdms_apply_exceptions."""


class PostgresApplySession:
    """Repeats changes on one target connection."""

    conflicts = frozenset({Kind.UNIQUE})
    reconciles = False

    def __init__(self, target: Connection[TupleRow], control: ControlTables, reporter: Reporter) -> None:
        self._target = target
        self._pg = target.pgconn
        self._pg.nonblocking = 1
        self._statements = Statements(lambda text: reporter.log("WARNING", text))
        self._prepared: set[bytes] = set()
        self._expected: list[Item | bytes] = []
        self._named: set[bytes] = set()
        self._task = control.task.encode()
        self._mark = control.mark_sql("$1").encode()
        self._checkpoint = control.checkpoint_sql(("$1", "$2", "$3")).encode() if control.recovers else b""

    def statement(self, route: Route[Column], change: Change) -> Statement | None:
        return self._statements.find(route, change)

    def moves_key(self, route: Route[Column], change: Change) -> bool:
        """Old values are in the log when the identity's changed, which may be another index than the primary key."""
        known = route.key == route.source.key and not route.source.full_identity
        return change.old is not None and bool(route.source.key) and known

    def send(self, chunk: Sequence[Item], *, first: bool) -> None:
        opening = b"BEGIN" if first else b"SAVEPOINT chunk"
        pg = self._pg
        pg.enter_pipeline_mode()
        pg.send_query_params(opening, None)
        expected: list[Item | bytes] = [opening]
        if first and self._mark:
            pg.send_query_params(self._mark, [self._task])
            expected.append(self._mark)
        sent: set[bytes] = set()
        for item in chunk:
            statement = item[2]
            name = statement.name
            if name not in self._prepared and name not in sent:
                pg.send_prepare(name, statement.text)
                sent.add(name)
                expected.append(name)
            pg.send_query_prepared(name, statement.parameters(item[1]))
            expected.append(item)
        pg.pipeline_sync()
        self._flush()
        self._expected, self._named = expected, sent

    def received(self) -> list[Item]:
        pg, expected, sent = self._pg, self._expected, self._named
        missing: list[Item] = []
        failed: psycopg.Error | None = None
        next_result, get_result, aborted = self._next_result, pg.get_result, pq.ExecStatus.PIPELINE_ABORTED
        for one in expected:
            result = next_result()
            if result is None:
                raise psycopg.OperationalError(pg.get_error_message() or "the connection was lost")
            get_result()
            status = result.status
            if status == pq.ExecStatus.FATAL_ERROR and failed is None:
                failed = _error(pg, result)
            elif isinstance(one, bytes):
                if failed is None and one in sent:
                    self._prepared.add(one)
            elif status != aborted and one[1].kind != "I" and result.command_tuples == 0:
                missing.append(one)
        next_result()
        pg.exit_pipeline_mode()
        if failed is not None:
            raise failed
        if len(self._statements) > STATEMENTS_KEPT:
            self.forget_statements()
        return missing

    def undo(self, *, first: bool) -> None:
        if first:
            self._target.execute("ROLLBACK")
            self._begin()
        else:
            self._target.execute("ROLLBACK TO SAVEPOINT chunk")

    def one(self, item: Item) -> int:
        self._target.execute("SAVEPOINT one")
        try:
            found = self._run(item[2], item[1])
        except psycopg.Error:
            if self._pg.status == pq.ConnStatus.OK:
                self._target.execute("ROLLBACK TO SAVEPOINT one; RELEASE SAVEPOINT one")
            raise
        self._target.execute("RELEASE SAVEPOINT one")
        return found

    def instead(self, item: Item) -> bool:
        route, change, _ = item
        find = self._statements.overwrite if change.kind == "I" else self._statements.insert_missing
        statement = find(route, change)
        if statement is None:
            return False
        self._run(statement, change)
        return True

    def reconcile(self, item: Item) -> None:
        """The snapshot is exact: a conflict is none of ours."""

    def repeat(self, item: Item) -> None:
        """The snapshot is exact: nothing is told twice."""

    def commit(self, checkpoint: str | None, *, opened: bool) -> None:
        commands: list[tuple[bytes, list[bytes | None]]] = []
        if checkpoint is not None:
            commands.append((self._checkpoint, [SERVER_NAME.encode(), self._task, checkpoint.encode()]))
        if opened:
            commands.append((b"COMMIT", []))
        self._pipeline(commands)

    def ddl(self, work: Callable[[], None], *, opened: bool) -> bool:
        if not opened:
            self._begin()
        self._target.execute("SAVEPOINT ddl")
        try:
            work()
        except psycopg.Error:
            if self._pg.status == pq.ConnStatus.OK:
                self._target.execute("ROLLBACK TO SAVEPOINT ddl")
            raise
        self._target.execute("RELEASE SAVEPOINT ddl")
        return True

    def forget_statements(self) -> None:
        self._statements.clear()
        self._prepared.clear()

    def rollback(self) -> None:
        self._target.execute("ROLLBACK")

    def lost(self) -> bool:
        return self._pg.status != pq.ConnStatus.OK

    def interrupt(self) -> None:
        self._target.cancel_safe(timeout=CANCEL_SECONDS)

    def shown(self, item: Item) -> str:
        """The statement with its values, long ones cut."""
        _, change, statement = item
        values = [
            "NULL" if value is None else "'" + value[:_SHOWN_BYTES].decode(errors="replace").replace("'", "''") + "'"
            for value in statement.parameters(change)
        ]
        return f"{statement.text.decode()} -- ({', '.join(values)})"

    def _begin(self) -> None:
        self._target.execute("BEGIN")
        if self._mark:
            result = self._pg.exec_params(self._mark, [self._task])
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise _error(self._pg, result)

    def _run(self, statement: Statement, change: Change) -> int:
        result = self._pg.exec_params(statement.text, statement.parameters(change) or None)
        if result.status not in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
            raise _error(self._pg, result)
        return result.command_tuples or 0

    def _flush(self) -> None:
        """Send what libpq holds, and take what the target answers meanwhile."""
        pg = self._pg
        while pg.flush():
            readable, _, _ = select.select([pg.socket], [pg.socket], [])
            if readable:
                pg.consume_input()

    def _next_result(self) -> pq.abc.PGresult | None:
        """The next result. The wait for it is not libpq's, in which no other thread would run, nor a stop be heard."""
        pg = self._pg
        while pg.is_busy():
            select.select([pg.socket], [], [])
            pg.consume_input()
        return pg.get_result()

    def _pipeline(self, commands: Sequence[tuple[bytes, list[bytes | None]]]) -> None:
        """A few commands in one round trip."""
        if not commands:
            return
        pg = self._pg
        pg.enter_pipeline_mode()
        for text, parameters in commands:
            pg.send_query_params(text, parameters or None)
        pg.pipeline_sync()
        self._flush()
        failed: psycopg.Error | None = None
        for _ in commands:
            result = self._next_result()
            if result is None:
                raise psycopg.OperationalError(pg.get_error_message() or "the connection was lost")
            pg.get_result()
            if result.status == pq.ExecStatus.FATAL_ERROR and failed is None:
                failed = _error(pg, result)
        self._next_result()
        pg.exit_pipeline_mode()
        if failed is not None:
            raise failed


def _error(pg: pq.abc.PGconn, result: pq.abc.PGresult) -> psycopg.Error:
    if not result.error_field(pq.DiagnosticField.SQLSTATE):
        return psycopg.OperationalError(pg.get_error_message() or "the connection was lost")
    return psycopg.errors.error_from_result(result)
