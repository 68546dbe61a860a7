"""What a family of databases must be able to do so that a task can move its rows. Both sides are of one family.

Everything here may raise the driver's own errors; `Engine.failure` sorts them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from migrate.sandbox.dms.worker.altering import Differences
from migrate.sandbox.dms.worker.changes import Change, Ddl, Message, Row, Value
from migrate.sandbox.dms.worker.comparing import Compared, Fingerprints
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.errors import Failure, Kind
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Endpoint, TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal
from migrate.sandbox.dms.worker.tables import Table

Session = Any
"""A connection of the engine's driver. Only the engine looks inside."""

Name = tuple[str, str]
"""Schema (MySQL: database) and table."""


@dataclass
class Progress:
    """What of a task's way outlives an interrupted attempt; the rest is on the servers.

    Positions are numbers that grow with the source's log, 0 for none; the engine gives them their text.
    """

    position: int = 0
    anchored: bool = False
    """The place from which changes are captured is fixed already."""
    completed: set[Name] = field(default_factory=set)
    suspended: set[Name] = field(default_factory=set)
    overlap: int = 0
    """Changes up to here may be in the rows of the first load already; 0 when its snapshot is exact."""
    overlap_is_exact: bool = True
    """For tables without a key all of them are."""


class TableCopier(Protocol):
    """One source connection inside a snapshot and one target connection, for one thread."""

    def copy(self, route: Route[Any], *, again: bool) -> None:
        """Prepare the target table and copy all rows; on an error nothing of it stays that a next load would not empty.

        `again`: an earlier run may have left rows.
        """

    def cancel(self) -> None:
        """End, from another thread, what the copying thread waits for."""

    def close(self) -> None:
        """End both sessions."""


class Snapshot(Protocol):
    """The source's rows as they were at one moment."""

    @property
    def position(self) -> int:
        """Every change up to here is in the snapshot."""

    @property
    def until(self) -> int:
        """No change after here is; `position` itself when the snapshot is exact."""

    def loaded_up_to(self, route: Route[Any]) -> int:
        """Every change of this table up to here is in the snapshot."""

    def copiers(self) -> int:
        """How many tables, or groups of them, can be copied at once."""

    def copier(self) -> TableCopier:
        """A copier for the calling thread."""

    def close(self) -> None:
        """Let the snapshot go."""


class Capture(Protocol):
    """One attempt's way through the source's log: where it starts, what the load sees, the stream of changes."""

    def begin(self) -> bool:
        """Set the progress's position; True when the task starts afresh there. Raises TaskFailedError."""

    def snapshot(self, source: Session, routes: Sequence[Route[Any]], *, fresh: bool) -> Snapshot:
        """What to load the tables from; a fresh one belongs to the position of `begin`.

        `source` is a session of the calling thread. Only a fresh one touches the capture itself.
        """

    def loaded_up_to(self, route: Route[Any]) -> int:
        """Every change of this table up to here is in the rows of the first load; 0 when the position says it all."""

    def forgive(self, route: Route[Any]) -> None:
        """The table is loaded again: what made its changes unreadable no longer counts."""

    def current_position(self, source: Session) -> int:
        """The end of the source's log, by a session of the calling thread."""

    def checkpoint(self, position: int) -> str:
        """RecoveryCheckpoint for a position (dms.md §9)."""

    def start(self, position: int, routes: Collection[Route[Any]]) -> None:
        """Stream transactions that ended after `position`."""

    def next(self) -> Message | None:
        """The next message; None when none has arrived yet. Raises RecoverableError when the stream is over."""

    def follow(self, route: Route[Any]) -> None:
        """Read the changes of a table that is new to the task, too."""

    def ddl_of(self, change: Change) -> Sequence[Ddl]:
        """The DDL that a change of an unrouted table stands for (dms.md §10, CaptureDdls)."""

    def table(self, relation: Hashable) -> Name:
        """The table a change's relation stands for."""

    def beat(self) -> None:
        """Called now and then between two transactions: what the source is owed (dms.md §10, heartbeat)."""

    def wait(self, seconds: float) -> None:
        """Wait for data or for the wish to stop."""

    def confirm(self, received: int, applied: int, *, reply: bool = False) -> None:
        """Tell the source what was received and what is durable on the target."""

    def close(self) -> None:
        """End the session."""


Item = tuple[Route[Any], Change, Any]
"""A change on its way, with the engine's own statement for it."""


class ApplySession(Protocol):
    """The target connection that repeats changes."""

    conflicts: frozenset[Kind]
    """Errors that a change may meet while the load's snapshot and the log overlap."""
    reconciles: bool
    """Whether the snapshot is inexact, so that loaded rows may hold what the log is going to tell."""

    def statement(self, route: Route[Any], change: Change) -> Any | None:
        """What repeats the change; None where DMS ignores it: no key to find the row by (dms.md §12, §19.13)."""

    def moves_key(self, route: Route[Any], change: Change) -> bool:
        """Whether an UPDATE changes a primary key's value and DMS may ignore it (dms.md §12)."""

    def send(self, chunk: Sequence[Item], *, first: bool) -> None:
        """Send the chunk after BEGIN (`first`) or a savepoint, without waiting for the target."""

    def received(self) -> list[Item]:
        """Wait for the chunk sent last; the items that found no row. Raises the first error."""

    def undo(self, *, first: bool) -> None:
        """Undo the chunk just sent; the transaction is open afterwards."""

    def one(self, item: Item) -> int:
        """Run one item under a savepoint; the rows it found. After an error nothing of it is left."""

    def instead(self, item: Item) -> bool:
        """Overwrite the row of an INSERT, insert the row of an UPDATE (dms.md §5.2); whether there was a way."""

    def reconcile(self, item: Item) -> None:
        """While conflicts are ignored: leave the row as the change says, if nothing else is in its way."""

    def repeat(self, item: Item) -> None:
        """A change that the rows may hold already: leave its row as it says, whatever later state is in its way."""

    def commit(self, checkpoint: str | None, *, opened: bool) -> None:
        """End the transaction, with the checkpoint in it; a checkpoint alone is written too."""

    def ddl(self, work: Callable[[], None], *, opened: bool) -> bool:
        """Run DDL; whether a transaction is open afterwards. An error leaves nothing of it where the engine can."""

    def forget_statements(self) -> None:
        """Tables look different now: what was prepared for them is made anew."""

    def rollback(self) -> None:
        """Give up the open transaction."""

    def shown(self, item: Item) -> str:
        """The item's statement for awsdms_apply_exceptions, long values cut."""

    def lost(self) -> bool:
        """Whether the connection is gone."""

    def interrupt(self) -> None:
        """End, from another thread, the statement that the session waits for; it raises a recoverable error."""


class Engine(Protocol):
    """A family of databases."""

    driver_error: type[Exception]
    carries_drop: bool
    """Whether DROP TABLE is replicated at all (dms.md §12: not from MySQL)."""
    transactional_ddl: bool
    """Whether DDL is part of a transaction; else it ends the one that is open."""

    def failure(self, error: BaseException) -> Failure:
        """The driver's error, sorted."""

    def connect_source(self, endpoint: Endpoint) -> Session:
        """Raises RecoverableError when the server cannot be reached, TaskFailedError when it refuses the login."""

    def connect_target(self, endpoint: Endpoint) -> Session:
        """The same for the target; AfterConnectScript ran on it (dms.md §10; §19.15: on every connection)."""

    def only_schema(self, endpoint: Endpoint) -> str:
        """The one schema that takes every table, when the target endpoint names one; else empty."""

    def list_tables(self, source: Session) -> list[Name]:
        """Every table a task can take."""

    def describe(self, session: Session, names: Collection[Name]) -> Mapping[Name, Table[Any]]:
        """Everything about those of the named tables that exist."""

    def control_tables(self, spec: TaskSpec, target: Session) -> ControlTables:
        """The control tables of a task."""

    def capture(
        self,
        spec: TaskSpec,
        source: Session,
        control: ControlTables,
        lobs: LobLimit,
        reporter: Reporter,
        stop: StopSignal,
        progress: Progress,
    ) -> Capture:
        """A capture for one attempt."""

    def plain_snapshot(
        self, spec: TaskSpec, source: Session, lobs: LobLimit, routes: Sequence[Route[Any]], stop: StopSignal
    ) -> Snapshot:
        """A snapshot for a task that captures nothing."""

    def groups(self, source: Session, routes: Sequence[Route[Any]]) -> list[list[Route[Any]]]:
        """Routes whose rows must be seen at one moment, together; a group is one thread's work."""

    def apply_session(self, spec: TaskSpec, target: Session, control: ControlTables) -> ApplySession:
        """The session's side that applies."""

    def fingerprints(self, session: Session, compared: Compared[Any], *, there: bool) -> Fingerprints:
        """One side of a table, to be compared; `there` for the target."""

    def alter(self, target: Session, route: Route[Any], changed: Differences[Any]) -> None:
        """Repeat an ALTER TABLE on the target."""

    def drop(self, target: Session, route: Route[Any]) -> None:
        """Repeat a DROP TABLE on the target."""

    def create(self, target: Session, route: Route[Any]) -> None:
        """Make a target table as DROP_AND_CREATE makes it, and describe it."""

    def lobs(self, source: Session, route: Route[Any], row: Row, names: Sequence[str]) -> list[Value] | None:
        """The named LOB columns of the row with this row's key, as the source has them now; None for no such row."""

    def shortened(self, route: Route[Any], change: Change, limit: int) -> list[str]:
        """Cut the LOBs of a captured change in place to a limit in characters; the columns that were cut."""
