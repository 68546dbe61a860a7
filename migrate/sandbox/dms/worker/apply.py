"""Transactional apply: whole source transactions, in commit order, with their checkpoint in the same commit.

The fast path sends a chunk of changes through libpq's pipeline mode as prepared statements. If one fails, the chunk is
undone and repeated change by change under savepoints, and the ErrorBehavior policies decide (dms.md §19.14).
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import Connection, pq
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.decoding import Change
from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError, is_recoverable, words
from migrate.sandbox.dms.worker.policies import Policies, Reaction
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.statements import Statement, Statements

CHUNK_CHANGES = 1000
CHUNK_BYTES = 4 * 1024 * 1024
STATEMENTS_KEPT = 500
_CHECKPOINT = b"checkpoint"
_SHOWN_BYTES = 200
"""How much of a value goes into awsdms_apply_exceptions."""

Item = tuple[Route, Change, Statement]


class Applier:
    """Repeats changes on one target connection. `add` them, then `commit` at a transaction's end."""

    def __init__(
        self, target: Connection[TupleRow], control: ControlTables, policies: Policies, reporter: Reporter
    ) -> None:
        self._target = target
        self._pg = target.pgconn
        self._pg.nonblocking = 0
        self._control = control
        self._policies = policies
        self._reporter = reporter
        self._statements = Statements()
        self._prepared: set[bytes] = set()
        self._chunk: list[Item] = []
        self._bytes = 0
        self._open = False
        self._moved: set[tuple[str, str]] = set()
        self._applied: dict[tuple[str, str], tuple[Route, dict[str, int]]] = {}
        self.ignore_conflicts = False
        """While cached events are applied, by FullLoadIgnoreConflicts."""

    def add(self, route: Route, change: Change, size: int) -> None:
        """Take one change of a `size` in bytes; sends a chunk when it is full."""
        if route.suspended:
            return
        if change.kind == "U" and change.old is not None and route.source.key and not route.source.full_identity:
            self._warn_of_moved_key(route)
        statement = self._statements.find(route, change)
        if statement is None:
            return
        self._chunk.append((route, change, statement))
        self._bytes += size
        if len(self._chunk) >= CHUNK_CHANGES or self._bytes >= CHUNK_BYTES:
            self.flush()

    def _warn_of_moved_key(self, route: Route) -> None:
        if route.name not in self._moved:
            self._moved.add(route.name)
            schema, table = route.name
            self._reporter.log(
                "WARNING",
                f"a primary key value of table '{schema}'.'{table}' changed; AWS DMS may ignore such an UPDATE",
            )

    def flush(self) -> None:
        """Send what was added. Raises RecoverableError, or TaskFailedError by policy."""
        chunk, self._chunk, self._bytes = self._chunk, [], 0
        if not chunk:
            return
        first = not self._open
        try:
            missing = self._send(chunk, b"BEGIN" if first else b"SAVEPOINT chunk")
            self._open = True
            if any(self._inserts_missing(item) for item in missing):
                self._again(chunk, first)
                return
            for item in missing:
                self._react(item, None)
            for item in chunk:
                self._count(item)
            for item in missing:
                self._count(item, -1)
        except psycopg.Error as error:
            self._raise_if_lost(error)
            self._open = True
            self._again(chunk, first)
        if len(self._statements) > STATEMENTS_KEPT:
            self._statements.clear()
            self._prepared = {one for one in self._prepared if one == _CHECKPOINT}

    def commit(self, position: int) -> None:
        """End the target transaction with the checkpoint in it; then everything added is durable.

        A checkpoint alone, without changes, is written too.
        """
        self.flush()
        commands: list[tuple[bytes, list[bytes | None]]] = []
        if self._control.recovers:
            commands.append((self._control.checkpoint_sql, self._control.checkpoint_parameters(position)))
        if self._open:
            commands.append((b"COMMIT", []))
        try:
            self._pipeline(commands)
        except psycopg.Error as error:
            self._raise_if_lost(error)
            raise TaskFailedError(words(error)) from None
        self._open = False
        for route, counts in self._applied.values():
            statistics = route.statistics
            statistics.applied_inserts += counts["I"]
            statistics.applied_updates += counts["U"]
            statistics.applied_deletes += counts["D"]
        self._applied.clear()

    def rollback(self) -> None:
        """Give up what was added since the last commit."""
        self._chunk, self._bytes = [], 0
        self._applied.clear()
        if self._open:
            self._target.execute("ROLLBACK")
            self._open = False

    def _send(self, chunk: Sequence[Item], opening: bytes) -> list[Item]:
        """One chunk through the pipeline; the items whose statement found no row. Raises the first error."""
        pg = self._pg
        pg.enter_pipeline_mode()
        pg.send_query_params(opening, None)
        expected: list[Item | bytes] = [opening]
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
        missing: list[Item] = []
        failed: psycopg.Error | None = None
        get_result, aborted = pg.get_result, pq.ExecStatus.PIPELINE_ABORTED
        for one in expected:
            result = get_result()
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
        get_result()
        pg.exit_pipeline_mode()
        if failed is not None:
            raise failed
        return missing

    def _pipeline(self, commands: Sequence[tuple[bytes, list[bytes | None]]]) -> None:
        """A few commands in one round trip."""
        if not commands:
            return
        pg = self._pg
        pg.enter_pipeline_mode()
        for text, parameters in commands:
            pg.send_query_params(text, parameters or None)
        pg.pipeline_sync()
        failed: psycopg.Error | None = None
        for _ in commands:
            result = pg.get_result()
            if result is None:
                raise psycopg.OperationalError(pg.get_error_message() or "the connection was lost")
            pg.get_result()
            if result.status == pq.ExecStatus.FATAL_ERROR and failed is None:
                failed = _error(pg, result)
        pg.get_result()
        pg.exit_pipeline_mode()
        if failed is not None:
            raise failed

    def _again(self, chunk: Sequence[Item], first: bool) -> None:
        """Undo a chunk and repeat it change by change."""
        try:
            if first:
                self._target.execute("ROLLBACK")
                self._target.execute("BEGIN")
            else:
                self._target.execute("ROLLBACK TO SAVEPOINT chunk")
            for item in chunk:
                if not item[0].suspended:
                    self._one(item)
        except psycopg.Error as error:
            self._raise_if_lost(error)
            raise TaskFailedError(words(error)) from None

    def _one(self, item: Item) -> None:
        self._target.execute("SAVEPOINT one")
        try:
            if self._run(item[2], item[1]) == 0 and item[1].kind != "I":
                self._react(item, None)
            else:
                self._count(item)
        except psycopg.Error as error:
            self._raise_if_lost(error)
            self._target.execute("ROLLBACK TO SAVEPOINT one")
            self._react(item, error)
        self._target.execute("RELEASE SAVEPOINT one")

    def _run(self, statement: Statement, change: Change) -> int:
        result = self._pg.exec_params(statement.text, statement.parameters(change) or None)
        if result.status not in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
            raise _error(self._pg, result)
        return result.command_tuples or 0

    def _react(self, item: Item, error: psycopg.Error | None) -> None:
        """Follow the policy for one change that failed (`error`) or found no row."""
        route, change, statement = item
        conflict = error is None or error.sqlstate == "23505"
        if self.ignore_conflicts and conflict:
            return
        text = words(error) if error is not None else f"0 rows affected by {_VERBS[change.kind]}"
        match self._policies.for_apply(route, change.kind, error):
            case Reaction.IGNORE_RECORD:
                return
            case Reaction.LOG_ERROR:
                self._control.exception(route.name, _shown(statement, change), text)
            case Reaction.SUSPEND_TABLE:
                self._control.exception(route.name, _shown(statement, change), text)
                self._control.suspended(route.name, text[:32])
                route.suspended = True
                self._reporter.log("ERROR", f"Table '{route.name[0]}'.'{route.name[1]}' was suspended: {text}")
                self._reporter.state(route.statistics, reporting.ERROR)
            case Reaction.STOP_TASK:
                raise TaskFailedError(text)
            case Reaction.INSERT_RECORD:
                self._instead(item, self._statements.overwrite(route, change))
            case Reaction.UPDATE_RECORD:
                self._instead(item, self._statements.insert_missing(route, change))

    def _instead(self, item: Item, statement: Statement | None) -> None:
        if statement is not None:
            self._run(statement, item[1])
            self._count(item)

    def _inserts_missing(self, item: Item) -> bool:
        """UPDATE_RECORD must act in place, before later changes of the row."""
        return item[1].kind == "U" and self._policies.inserts_missing() and not self.ignore_conflicts

    def _count(self, item: Item, by: int = 1) -> None:
        route = item[0]
        found = self._applied.get(route.name)
        if found is None:
            found = self._applied[route.name] = (route, {"I": 0, "U": 0, "D": 0})
        found[1][item[1].kind] += by

    def _raise_if_lost(self, error: psycopg.Error) -> None:
        if is_recoverable(error) or self._pg.status != pq.ConnStatus.OK:
            raise RecoverableError(words(error)) from None


_VERBS = {"I": "INSERT", "U": "UPDATE", "D": "DELETE"}


def _error(pg: pq.abc.PGconn, result: pq.abc.PGresult) -> psycopg.Error:
    if not result.error_field(pq.DiagnosticField.SQLSTATE):
        return psycopg.OperationalError(pg.get_error_message() or "the connection was lost")
    return psycopg.errors.error_from_result(result)


def _shown(statement: Statement, change: Change) -> str:
    """The statement with its values, long ones cut."""
    values = [
        "NULL" if value is None else "'" + value[:_SHOWN_BYTES].decode(errors="replace").replace("'", "''") + "'"
        for value in statement.parameters(change)
    ]
    return f"{statement.text.decode()} -- ({', '.join(values)})"
