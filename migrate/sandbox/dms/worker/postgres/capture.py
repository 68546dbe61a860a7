"""Change capture by PostgreSQL's streaming replication protocol: the slot, its snapshot, the stream of messages."""

from __future__ import annotations

import hashlib
import re
import struct
import time
from dataclasses import dataclass

import psycopg
from psycopg import Connection, pq, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.changes import KeepAlive
from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.postgres.errors import is_recoverable, words
from migrate.sandbox.dms.worker.postgres.positions import format_lsn, parse_lsn
from migrate.sandbox.dms.worker.stopping import StopSignal

SLOT_WAIT_SECONDS = 15.0
"""How long a slot that another session still holds is waited for; a killed worker's session needs a moment to end."""
_EPOCH = 946684800.0
"""2000-01-01 UTC, from which the protocol counts microseconds."""
_STATUS = struct.Struct("!cqqqqB")
_OBJECT_IN_USE = "55006"
_UNDEFINED_OBJECT = "42704"


def slot_name(task_id: str, database: str) -> str:
    """The task's own slot: `<task>_00016402_<hex>`, always the same for a task (form of the name: assumption)."""
    plain = re.sub(r"[^a-z0-9_]", "_", task_id.lower())[:40]
    digest = hashlib.sha256(f"{task_id}\0{database}".encode()).hexdigest()
    return f"{plain}_00016402_{digest[:12]}"


@dataclass(frozen=True)
class SlotState:
    """A slot as pg_replication_slots shows it."""

    confirmed: int
    plugin: str


def slot_state(source: Connection[TupleRow], name: str) -> SlotState | None:
    """The slot in the connection's database; None when there is none."""
    row = source.execute(
        "SELECT confirmed_flush_lsn::text, plugin FROM pg_catalog.pg_replication_slots"
        " WHERE slot_name = %s AND database = current_database()",
        (name,),
    ).fetchone()
    return None if row is None else SlotState(parse_lsn(row[0] or "0/0"), str(row[1]))


def current_position(source: Connection[TupleRow]) -> int:
    """The end of the source's log."""
    row = source.execute("SELECT pg_catalog.pg_current_wal_lsn()::text").fetchone()
    return parse_lsn(row[0]) if row else 0


@dataclass(frozen=True)
class Data:
    """A line of the plugin; `position` is, for a COMMIT line, the end of the commit record."""

    position: int
    sent: float
    line: bytes


class Replication:
    """One replication connection. It makes slots and then becomes the stream."""

    def __init__(self, connection: Connection[TupleRow], stop: StopSignal) -> None:
        self._connection = connection
        self._pg = connection.pgconn
        self._pg.nonblocking = 0
        self._stop = stop

    def create_slot(self, name: str, *, temporary: bool = False, export: bool = True) -> tuple[int, str]:
        """Make a slot; returns its consistent point and the exported snapshot's name.

        Every transaction that committed before the point is in the snapshot, every later one will be in the stream.
        The server waits for all open transactions first (dms.md §5.2, TransactionConsistencyTimeout; there is no
        loading without the wait here: assumption). The snapshot lives until the next command on this connection.
        """
        command = f"CREATE_REPLICATION_SLOT {_quoted(name)}{' TEMPORARY' if temporary else ''} LOGICAL test_decoding"
        result = self._command(command + (" EXPORT_SNAPSHOT" if export else " NOEXPORT_SNAPSHOT"))
        point, snapshot = result.get_value(0, 1), result.get_value(0, 2)
        return parse_lsn((point or b"").decode()), (snapshot or b"").decode()

    def drop_slot(self, name: str) -> None:
        """Drop a slot; a missing one is no error. Waits while a dead worker's session still holds it."""
        deadline = time.monotonic() + SLOT_WAIT_SECONDS
        while True:
            try:
                self._command(f"DROP_REPLICATION_SLOT {_quoted(name)}")
                return
            except psycopg.Error as error:
                if error.sqlstate == _UNDEFINED_OBJECT:
                    return
                self._held(error, deadline)

    def start(self, name: str, position: int) -> None:
        """Begin to stream transactions whose commit record starts at `position` or later."""
        options = "\"include-xids\" 'on', \"include-timestamp\" 'on', \"skip-empty-xacts\" 'on'"
        command = f"START_REPLICATION SLOT {_quoted(name)} LOGICAL {format_lsn(position)} ({options})"
        deadline = time.monotonic() + SLOT_WAIT_SECONDS
        while True:
            try:
                self._command(command)
                return
            except psycopg.Error as error:
                self._held(error, deadline)

    def next(self) -> Data | KeepAlive | None:
        """The next message; None when none has arrived yet. Raises RecoverableError when the stream is over."""
        try:
            while True:
                size, data = self._pg.get_copy_data(1)
                if size == 0:
                    self._pg.consume_input()
                    size, data = self._pg.get_copy_data(1)
                if size == 0:
                    return None
                if size < 0:
                    result = self._pg.get_result()
                    text = result.get_error_message() if result is not None else ""
                    raise RecoverableError(" ".join(text.split()) or "the source ended the replication stream")
                message = bytes(data)
                if message[0] == 119:  # w: start of the data, end of the log, time, line
                    position, _, at = struct.unpack_from("!qqq", message, 1)
                    return Data(position, _EPOCH + at / 1e6, message[25:])
                if message[0] == 107:  # k: end of the log, time, whether an answer is wanted
                    position, at, reply = struct.unpack_from("!qqB", message, 1)
                    return KeepAlive(position, _EPOCH + at / 1e6, bool(reply))
        except psycopg.OperationalError as error:
            raise RecoverableError(words(error)) from None

    def confirm(self, received: int, applied: int, *, reply: bool = False) -> None:
        """Tell the source what was received and what is durable on the target; it frees its log up to there."""
        now = int((time.time() - _EPOCH) * 1e6)
        try:
            self._pg.put_copy_data(_STATUS.pack(b"r", received, applied, applied, now, int(reply)))
            self._pg.flush()
        except psycopg.OperationalError as error:
            raise RecoverableError(words(error)) from None

    def wait(self, seconds: float) -> None:
        """Wait for data or for the wish to stop."""
        self._stop.readable(self._pg.socket, seconds)

    def close(self) -> None:
        """End the session; a temporary slot goes with it."""
        self._connection.close()

    def _held(self, error: psycopg.Error, deadline: float) -> None:
        if error.sqlstate != _OBJECT_IN_USE or time.monotonic() > deadline:
            if is_recoverable(error):
                raise RecoverableError(words(error)) from None
            raise TaskFailedError(words(error)) from None
        self._stop.wait(0.05)

    def _command(self, command: str) -> pq.abc.PGresult:
        """One command of the replication protocol; a wish to stop cancels it."""
        self._pg.send_query(command.encode())
        self._pg.flush()
        while self._pg.is_busy():
            if self._stop.readable(self._pg.socket, 1.0):
                self._pg.consume_input()
            elif self._stop.requested:
                self._connection.cancel_safe(timeout=2)
                self._stop.check()
        result = self._pg.get_result()
        if result is None:
            raise RecoverableError("the source closed the replication connection")
        if result.status == pq.ExecStatus.FATAL_ERROR:
            while self._pg.get_result() is not None:
                continue
            if not result.error_field(pq.DiagnosticField.SQLSTATE):
                raise RecoverableError(" ".join(result.get_error_message().split()))
            raise psycopg.errors.error_from_result(result)
        if result.status != pq.ExecStatus.COPY_BOTH:
            while self._pg.get_result() is not None:
                continue
        return result


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()
