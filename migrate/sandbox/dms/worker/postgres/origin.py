"""Where a PostgreSQL task starts: its slot, made, kept or given, and the stream of it (dms.md §2, §9, §10)."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Hashable, Sequence
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.changes import Begin, Change, Commit, Ddl, KeepAlive, Message
from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.engine import Progress
from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.loopback import TABLE as MARKS
from migrate.sandbox.dms.worker.loopback import Loopback
from migrate.sandbox.dms.worker.postgres import decoding
from migrate.sandbox.dms.worker.postgres.capture import (
    Replication,
    SlotState,
    current_position,
    slot_name,
    slot_state,
)
from migrate.sandbox.dms.worker.postgres.connection import connect_source
from migrate.sandbox.dms.worker.postgres.copying import PostgresSnapshot
from migrate.sandbox.dms.worker.postgres.ddl import AUDIT, DdlCapture
from migrate.sandbox.dms.worker.postgres.heartbeat import Heartbeat
from migrate.sandbox.dms.worker.postgres.positions import (
    PositionError,
    format_checkpoint,
    format_lsn,
    parse_position,
)
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal

_AUDIT, _MARKS = AUDIT.encode(), MARKS.encode()
_numbers = itertools.count(1)


class PostgresCapture:
    """One replication connection: it makes the slot and its snapshot, then becomes the stream."""

    def __init__(
        self,
        spec: TaskSpec,
        source: Connection[TupleRow],
        control: ControlTables,
        lobs: LobLimit,
        reporter: Reporter,
        stop: StopSignal,
        progress: Progress,
    ) -> None:
        self._spec = spec
        self._source = source
        self._control = control
        self._lobs = lobs
        self._reporter = reporter
        self._ddl = DdlCapture(spec.source)
        self._heartbeat = Heartbeat(spec.source, spec.task_id, reporter)
        self._ready: list[Ddl] = []
        self._stop = stop
        self._progress = progress
        self._replication = Replication(connect_source(spec.source, replication=True), stop)
        self._decoder = decoding.Decoder()
        self._slot = self._exported = ""
        self._loopback = Loopback.of(spec)
        self._repeated = False
        """Whether the transaction that is read is what the task of the other way repeated."""

    def begin(self) -> bool:
        self._ddl.install(self._source, self._reporter)
        own = slot_name(self._spec.task_id, self._spec.source.database)
        named = str(self._spec.source.settings.get("SlotName") or "") if not self._spec.loads else ""
        progress = self._progress
        self._slot = slot = named or own
        if self._spec.start_position and not progress.anchored:
            self._start_position(named)
            return False
        if named and not progress.anchored:
            # A named slot without a position: from where the slot stands (assumption).
            progress.position = self._state(named).confirmed
            self._control.forget()
            progress.anchored = True
            return False
        known = slot_state(self._source, slot)
        never_loaded = self._spec.loads and not progress.completed
        if not progress.anchored or (never_loaded and not named):
            # A restart recreates the slot (dms.md §2); so does a resume of a load of which nothing was kept.
            self._replication.drop_slot(slot)
            self._control.forget()
            progress.position, self._exported = self._replication.create_slot(slot, export=self._spec.loads)
            progress.anchored = True
            return True
        if known is None:
            raise TaskFailedError(
                f'Replication slot "{slot}" does not exist on the source, the task cannot be resumed.'
            )
        progress.position = max(progress.position, known.confirmed, self._kept_checkpoint(), self._told_checkpoint())
        self._control.unsuspend()
        return False

    def snapshot(self, source: Connection[TupleRow], routes: Sequence[Route[Any]], *, fresh: bool) -> PostgresSnapshot:
        """The slot's own snapshot, or that of a temporary slot, which comes with its exact position too."""
        if fresh:
            return PostgresSnapshot(self._spec, self._lobs, self._stop, self._exported, self._progress.position)
        helper = Replication(connect_source(self._spec.source, replication=True), self._stop)
        try:
            name = slot_name(self._spec.task_id, self._spec.source.database)[:50] + f"_reload{next(_numbers)}"
            position, exported = helper.create_slot(name, temporary=True)
        except BaseException:
            helper.close()
            raise
        return PostgresSnapshot(self._spec, self._lobs, self._stop, exported, position, helper)

    def loaded_up_to(self, route: Route[Any]) -> int:
        return 0

    def forgive(self, route: Route[Any]) -> None:
        """Every line of the plugin says itself what it is."""

    def current_position(self, source: Connection[TupleRow]) -> int:
        return current_position(source)

    def checkpoint(self, position: int) -> str:
        return format_checkpoint(position)

    def start(self, position: int, routes: Collection[Route[Any]]) -> None:
        self._replication.start(self._slot, position)

    def next(self) -> Message | None:
        if self._ready:
            return self._ready.pop(0)
        while True:
            data = self._replication.next()
            if data is None or isinstance(data, KeepAlive):
                return data
            try:
                read = self._decoder.read(data.line)
            except decoding.DecodingError as error:
                raise TaskFailedError(str(error)) from None
            if isinstance(read, Change):
                self._repeated |= self._marks(read)
                if self._repeated:
                    continue
                read.size = len(data.line)
                return read
            if isinstance(read, decoding.Commit):
                return Commit(data.position, read.at)
            if isinstance(read, decoding.Begin):
                self._repeated = False
                return Begin()
            if read is not None and not self._repeated:
                # Not carried by a PostgreSQL source, whatever the DDL policy says (dms.md §12, §18.19).
                self._ready = [Ddl(self.table(relation), "TRUNCATE") for relation in read.relations]
                return self.next()

    def _marks(self, change: Change) -> bool:
        relation = change.relation
        marked = self._loopback is not None and isinstance(relation, bytes) and _MARKS in relation
        return marked and self._loopback is not None and self.table(relation) == self._loopback.read

    def follow(self, route: Route[Any]) -> None:
        """The stream tells of every table."""

    def ddl_of(self, change: Change) -> list[Ddl]:
        relation = change.relation
        if not isinstance(relation, bytes) or _AUDIT not in relation:
            return []
        return self._ddl.read(self._source, self.table(relation), change, self._stop)

    def table(self, relation: Hashable) -> tuple[str, str]:
        assert isinstance(relation, bytes)
        return decoding.split_relation(relation)

    def beat(self) -> None:
        self._heartbeat.beat(self._source)

    def wait(self, seconds: float) -> None:
        self._replication.wait(seconds)

    def confirm(self, received: int, applied: int, *, reply: bool = False) -> None:
        self._replication.confirm(received, applied, reply=reply)

    def close(self) -> None:
        self._replication.close()

    def _start_position(self, slot: str) -> None:
        """A native CDC start: the slot must exist and not have gone past the position (dms.md §9)."""
        try:
            position = parse_position(self._spec.start_position or "")
        except PositionError as error:
            raise TaskFailedError(f"Invalid CDC start position: {error}.") from None
        if not slot:
            raise TaskFailedError(
                "A native CDC start point needs SlotName in the PostgreSQL source endpoint's settings."
            )
        confirmed = self._state(slot).confirmed
        if position < confirmed:
            raise TaskFailedError(
                f"The CDC start position {format_lsn(position)} is older than the confirmed_flush_lsn"
                f" {format_lsn(confirmed)} of replication slot '{slot}'."
            )
        self._progress.position = position
        self._control.forget()
        self._progress.anchored = True

    def _state(self, slot: str) -> SlotState:
        state = slot_state(self._source, slot)
        if state is None:
            raise TaskFailedError(f'Replication slot "{slot}" does not exist on the source.')
        if state.plugin != "test_decoding":
            raise TaskFailedError(f'Replication slot "{slot}" uses the plugin {state.plugin}, not test_decoding.')
        return state

    def _kept_checkpoint(self) -> int:
        kept = self._control.checkpoint()
        try:
            return parse_position(kept) if kept else 0
        except PositionError:
            return 0

    def _told_checkpoint(self) -> int:
        try:
            return parse_position(self._spec.checkpoint) if self._spec.checkpoint else 0
        except PositionError as error:
            raise TaskFailedError(f"Invalid recovery checkpoint: {error}.") from None
