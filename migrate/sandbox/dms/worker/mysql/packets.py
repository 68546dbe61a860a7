"""The client protocol below PyMySQL: many small packets read out of one large buffer, and without blocking."""

from __future__ import annotations

import select
from typing import Any

import pymysql

from migrate.sandbox.dms.worker.mysql.connection import Connection
from migrate.sandbox.dms.worker.mysql.errors import connection_lost

READ_BYTES = 256 * 1024
_LARGEST = 0xFFFFFF


class Packets:
    """What a server sends in answer to a command just written. PyMySQL must have read all it was to read before."""

    def __init__(self, connection: Connection) -> None:
        private: Any = connection
        self._socket = private._sock
        self._buffer = bytearray()
        self._at = 0

    @property
    def file(self) -> int:
        """The socket's descriptor, to wait on."""
        return int(self._socket.fileno())

    def waiting(self) -> bool:
        """Whether a read would return at once."""
        pending = getattr(self._socket, "pending", None)
        if pending is not None and pending():
            return True
        return bool(select.select([self._socket], [], [], 0)[0])

    def next(self, *, block: bool = True) -> bytes | None:
        """The next packet; None when it is not there yet and we shall not block. Raises pymysql.MySQLError."""
        while True:
            buffer, at = self._buffer, self._at
            if len(buffer) - at >= 4:
                size = buffer[at] | buffer[at + 1] << 8 | buffer[at + 2] << 16
                end = at + 4 + size
                if size == _LARGEST:
                    whole = self._long(at)
                    if whole is not None:
                        return whole
                elif len(buffer) >= end:
                    self._at = end
                    return bytes(buffer[at + 4 : end])
            if not block and not self.waiting():
                return None
            self._fill()

    def _long(self, at: int) -> bytes | None:
        """A packet of 16 MB or more comes in several; None when not all are there."""
        parts: list[slice] = []
        buffer = self._buffer
        while len(buffer) - at >= 4:
            size = buffer[at] | buffer[at + 1] << 8 | buffer[at + 2] << 16
            end = at + 4 + size
            if len(buffer) < end:
                return None
            parts.append(slice(at + 4, end))
            at = end
            if size < _LARGEST:
                self._at = end
                return b"".join(buffer[part] for part in parts)
        return None

    def _fill(self) -> None:
        if self._at:
            del self._buffer[: self._at]
            self._at = 0
        try:
            more = self._socket.recv(READ_BYTES)
        except OSError as error:
            raise connection_lost(error) from None
        if not more:
            raise connection_lost(EOFError("the server closed the connection"))
        self._buffer += more


def raise_error(packet: bytes) -> None:
    """Raise the error that an error packet tells."""
    pymysql.err.raise_mysql_exception(packet)
