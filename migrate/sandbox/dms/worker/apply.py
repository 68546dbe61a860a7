"""Transactional apply: whole source transactions, in commit order, with their checkpoint in the same commit.

The fast path sends a chunk of changes at once, and while the target runs it the next one is read. If one fails, the
chunk is undone and repeated change by change under savepoints, and the ErrorBehavior policies decide (dms.md §19.14).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from migrate.sandbox.dms.worker import reporting
from migrate.sandbox.dms.worker.batching import net_changes
from migrate.sandbox.dms.worker.changes import Change
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import ApplySession, Engine, Item
from migrate.sandbox.dms.worker.errors import Failure, Kind, RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.policies import Policies, Reaction
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route

CHUNK_CHANGES = 1000
CHUNK_BYTES = 4 * 1024 * 1024
_VERBS = {"I": "INSERT", "U": "UPDATE", "L": "UPDATE", "D": "DELETE", "T": "TRUNCATE"}
_DUPLICATES = frozenset({Kind.UNIQUE})


class Applier:
    """Repeats changes on one target connection. `add` them, then `commit` at a transaction's end."""

    def __init__(
        self,
        engine: Engine,
        session: ApplySession,
        control: ControlTables,
        policies: Policies,
        reporter: Reporter,
        *,
        batches: bool = False,
    ) -> None:
        """`batches` sends the net changes of a chunk (BatchApplyEnabled)."""
        self._batches = batches
        self._engine = engine
        self._session = session
        self._control = control
        self._policies = policies
        self._reporter = reporter
        self._chunk: list[Item] = []
        self._bytes = 0
        self._sent: tuple[list[Item], list[Item], bool] | None = None
        self._open = False
        self._moved: set[tuple[str, str]] = set()
        self._applied: dict[tuple[str, str], tuple[Route[Any], dict[str, int]]] = {}
        self.ignore_conflicts = False
        """While cached events are applied, by FullLoadIgnoreConflicts."""
        self.repeats = False
        """While the log tells what the first load's snapshot may hold already."""
        self.overlapping: set[tuple[str, str]] = set()
        """Tables loaded again from a snapshot that holds part of what the log still tells."""

    def add(self, route: Route[Any], change: Change) -> None:
        """Take one change; sends a chunk when it is full."""
        if route.suspended:
            return
        if change.kind == "U" and self._session.moves_key(route, change):
            self._warn_of_moved_key(route)
        statement = self._session.statement(route, change)
        if statement is None:
            return
        self._chunk.append((route, change, statement))
        self._bytes += change.size
        if len(self._chunk) >= CHUNK_CHANGES or self._bytes >= CHUNK_BYTES:
            self.flush()

    def _warn_of_moved_key(self, route: Route[Any]) -> None:
        if route.name not in self._moved:
            self._moved.add(route.name)
            schema, table = route.name
            self._reporter.log(
                "WARNING",
                f"a primary key value of table '{schema}'.'{table}' changed; AWS DMS may ignore such an UPDATE",
            )

    def flush(self) -> None:
        """Send what was added, once what was sent before is done. Raises RecoverableError or TaskFailedError."""
        self._settle()
        chunk, self._chunk, self._bytes = self._chunk, [], 0
        if not chunk:
            return
        sent = self._netted(chunk)
        first = not self._open
        self._open = True
        try:
            self._session.send(sent, first=first)
        except self._engine.driver_error as error:
            self._failure(error)
            self._again(chunk, first)
            return
        self._sent = (chunk, sent, first)

    def _netted(self, chunk: list[Item]) -> list[Item]:
        """The chunk's net changes when they are wanted and there are such, else the chunk itself."""
        if not self._batches or self.ignore_conflicts or self.repeats or self.overlapping:
            return chunk
        changes = net_changes([(route, change) for route, change, _ in chunk])
        if changes is None:
            return chunk
        items = [(route, change, self._session.statement(route, change)) for route, change in changes]
        return chunk if any(statement is None for *_, statement in items) else items

    def _settle(self) -> None:
        """Wait for what was sent, and see to what failed of it."""
        if self._sent is None:
            return
        (chunk, sent, first), self._sent = self._sent, None
        try:
            missing = self._session.received()
            if (missing and sent is not chunk) or any(self._acts_on_missing(item) for item in missing):
                self._again(chunk, first)
                return
            for item in missing:
                self._react(item, None)
            for item in chunk:
                self._count(item)
            for item in missing:
                self._count(item, -1)
        except self._engine.driver_error as error:
            self._failure(error)
            self._again(chunk, first)

    def commit(self, checkpoint: str) -> None:
        """End the target transaction with the checkpoint in it; then everything added is durable.

        A checkpoint alone, without changes, is written too.
        """
        self.flush()
        self._settle()
        try:
            self._session.commit(checkpoint if self._control.recovers else None, opened=self._open)
        except self._engine.driver_error as error:
            raise TaskFailedError(self._failure(error).text) from None
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
        if self._sent is not None:
            self._sent = None
            with suppress(self._engine.driver_error):
                self._session.received()
        if self._open:
            self._session.rollback()
            self._open = False

    def _give_up(self) -> None:
        """Leave the session as one that has applied nothing, so that the end can still be written down on it."""
        if self._open and not self._session.lost():
            with suppress(self._engine.driver_error):
                self._session.rollback()
            self._open = False

    def _again(self, chunk: Sequence[Item], first: bool) -> None:
        """Undo a chunk and repeat it change by change."""
        try:
            self._session.undo(first=first)
            for item in chunk:
                if not item[0].suspended:
                    self._one(item)
        except self._engine.driver_error as error:
            raise TaskFailedError(self._failure(error).text) from None

    def _one(self, item: Item) -> None:
        try:
            found = self._session.one(item)
        except self._engine.driver_error as error:
            self._react(item, self._failure(error))
            return
        if found == 0 and item[1].kind in "UD":
            self._react(item, None)
        else:
            self._count(item)

    def _react(self, item: Item, failure: Failure | None) -> None:
        """Follow the policy for one change that failed, or found no row."""
        route, change, _ = item
        if change.kind != "L" and self._overlaps(route) and (failure is None or failure.kind in self._conflicts(route)):
            (self._session.repeat if self._repeated(route) else self._session.reconcile)(item)
            return
        text = failure.text if failure is not None else f"0 rows affected by {_VERBS[change.kind]}"
        match self._policies.for_apply(route, change.kind, failure):
            case Reaction.IGNORE_RECORD:
                return
            case Reaction.LOG_ERROR:
                self._control.exception(route.name, self._session.shown(item), text)
            case Reaction.SUSPEND_TABLE:
                self._control.exception(route.name, self._session.shown(item), text)
                self.suspend(route, text)
            case Reaction.STOP_TASK:
                raise TaskFailedError(text)
            case Reaction.INSERT_RECORD | Reaction.UPDATE_RECORD:
                if self._session.instead(item):
                    self._count(item)

    def drain(self) -> None:
        """Wait until the target has done everything added; its session is free then."""
        self.flush()
        self._settle()

    def ddl(self, work: Callable[[], None]) -> None:
        """Run DDL on the target after everything added. Raises the driver's errors."""
        self.drain()
        self._open = self._session.ddl(work, opened=self._open)

    def forget_statements(self) -> None:
        """Tables look different now."""
        self._session.forget_statements()

    def sorted(self, error: Exception) -> Failure:
        """A driver's error. Raises RecoverableError when another attempt may succeed."""
        return self._failure(error)

    def suspend(self, route: Route[Any], text: str) -> None:
        """Apply no more changes of the table."""
        self._settle()
        self._control.suspended(route.name, text)
        route.suspended = True
        self._reporter.log("ERROR", f"Table '{route.name[0]}'.'{route.name[1]}' was suspended: {text}")
        self._reporter.state(route.statistics, reporting.ERROR)

    def _acts_on_missing(self, item: Item) -> bool:
        """What acts where no row was found must do so in place, before later changes of the row."""
        route, change, _ = item
        if self._repeated(route):
            return change.kind in "UD"
        acts = self._session.reconciles if self._overlaps(route) else self._policies.inserts_missing()
        return acts and change.kind == "U"

    def _overlaps(self, route: Route[Any]) -> bool:
        return self.ignore_conflicts or self._repeated(route)

    def _repeated(self, route: Route[Any]) -> bool:
        return self._session.reconciles and (self.repeats or route.name in self.overlapping)

    def _conflicts(self, route: Route[Any]) -> frozenset[Kind]:
        """What is no error now. FullLoadIgnoreConflicts forgives duplicates alone (dms.md §5.2)."""
        return self._session.conflicts if self._repeated(route) else _DUPLICATES

    def _count(self, item: Item, by: int = 1) -> None:
        route = item[0]
        if item[1].kind == "L":
            return  # it is part of another change
        found = self._applied.get(route.name)
        if found is None:
            found = self._applied[route.name] = (route, {"I": 0, "U": 0, "D": 0, "T": 0})
        found[1][item[1].kind] += by

    def _failure(self, error: Exception) -> Failure:
        """The error, sorted. Raises RecoverableError when another attempt may succeed."""
        failure = self._engine.failure(error)
        if failure.recoverable or self._session.lost():
            self._give_up()
            raise RecoverableError(failure.text) from None
        return failure
