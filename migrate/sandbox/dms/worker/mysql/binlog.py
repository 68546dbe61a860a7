"""The stream of the binary log: the dump command and its events, unread but for their headers.

PyMySQL makes the connection; the events are taken off the wire here, because nothing may be lost between a position and
the rows it stands for, and because a stop must not wait for the next event.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass
from typing import Any

import pymysql
from pymysql.constants import COMMAND

from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.mysql.connection import Connection, connect_source, is_mariadb, run
from migrate.sandbox.dms.worker.mysql.errors import words
from migrate.sandbox.dms.worker.mysql.packets import Packets, raise_error
from migrate.sandbox.dms.worker.spec import Endpoint
from migrate.sandbox.dms.worker.stopping import StopSignal

HEARTBEAT_SECONDS = 0.2
"""How often an idle source says how far it has looked."""
_HEADER = struct.Struct("<xIBIIIH")
_DUMP = struct.Struct("<IHI")
_FORMAT, _ROTATE = 15, 4
_CLASHES = ("same server_uuid", "same server_id", "same server id")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type, the source's second, where it ends in the file, and its body without checksum."""

    kind: int
    seconds: int
    end: int
    body: bytes
    size: int


class BinlogStream:
    """One connection that reads the log from a position on."""

    def __init__(self, endpoint: Endpoint, stop: StopSignal) -> None:
        self._stop = stop
        self._connection: Connection = connect_source(endpoint)
        self._packets: Packets | None = None
        self._checksum = 0
        self.mariadb = is_mariadb(self._connection)
        self.file = ""
        """The file the next event is in."""

    def start(self, file: str, offset: int, *, blocking: bool = True) -> None:
        """Ask for the log; not `blocking` ends the stream at the log's end. Raises pymysql.MySQLError.

        The server's id of this reader is random, for two readers of one id end each other.
        """
        connection = self._connection
        heartbeat = int(HEARTBEAT_SECONDS * 1e9)
        for prefix in ("master", "source"):
            run(connection, f"SET @{prefix}_heartbeat_period = {heartbeat}")
            run(connection, f"SET @{prefix}_binlog_checksum = @@global.binlog_checksum")
        ((checksum,),) = run(connection, "SELECT @@global.binlog_checksum")
        self._checksum = 0 if str(checksum).upper() == "NONE" else 4
        if self.mariadb:
            run(connection, "SET @mariadb_slave_capability = 4")
        self._packets = Packets(connection)
        self.file = file
        reader = secrets.randbelow(2**31) + 2**31 - 1
        private: Any = connection
        command = _DUMP.pack(offset, 0 if blocking else 1, reader) + file.encode()
        private._execute_command(COMMAND.COM_BINLOG_DUMP, command)

    def next(self, *, block: bool = False) -> Event | None:
        """The next event; None when none has arrived, or when a stream that does not block is over.

        Raises RecoverableError when the stream broke, TaskFailedError when the source will not give the log.
        """
        assert self._packets is not None
        try:
            packet = self._packets.next(block=block)
            if packet is None:
                return None
            if packet[0] == 0:
                return self._event(packet)
            if packet[0] == 0xFE and len(packet) < 9:
                if block:
                    return None
                raise RecoverableError("the source ended the stream of its binary log")
            raise_error(packet)
        except pymysql.MySQLError as error:
            raise _sorted(error) from None
        return None

    def _event(self, packet: bytes) -> Event:
        seconds, kind, _, size, end, _ = _HEADER.unpack_from(packet)
        if kind == _FORMAT:
            # Its last five bytes are the algorithm, which this event has a checksum of in any case, and the checksum.
            self._checksum = 4 if packet[-5] == 1 else 0
            return Event(kind, seconds, end, packet[20:-5], size)
        body = packet[20 : len(packet) - self._checksum] if self._checksum else packet[20:]
        if kind == _ROTATE:
            self.file = body[8:].decode()
        return Event(kind, seconds, end, body, size)

    def wait(self, seconds: float) -> None:
        """Wait for data or for the wish to stop."""
        assert self._packets is not None
        if not self._packets.waiting():
            self._stop.readable(self._packets.file, seconds)

    def close(self) -> None:
        """End the session."""
        private: Any = self._connection
        private._force_close()


def _sorted(error: pymysql.MySQLError) -> Exception:
    """Error 1236 has many reasons; but for a reader of the same id all of them end the task (words: assumption)."""
    number = error.args[0] if error.args else 0
    text = words(error)
    if number == 1236 and not any(clash in text for clash in _CLASHES):
        return TaskFailedError(
            f"Error 1236 ({error.args[1]}) reading binary log. The position is no longer, or not, in the source's log."
        )
    return RecoverableError(text)
