"""The socket beneath a connection: how soon a dead one is noticed, and which it is."""

from __future__ import annotations

import socket
from typing import Any

from pymysql.connections import Connection
from pymysql.cursors import Cursor

_WAITS = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60_000}


def keep_alive(connection: Connection[Cursor]) -> None:
    """Notice within a minute that the other end is gone; the driver itself would wait for hours.

    While a request is on its way, no keepalives are sent: without TCP_USER_TIMEOUT the system repeats it for a quarter
    of an hour. Not every platform has every option.
    """
    for option, value in _WAITS.items():
        if hasattr(socket, option):
            _socket(connection).setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def descriptor(connection: Connection[Cursor]) -> int:
    """Of the socket; -1 when there is none any more."""
    sock = _socket(connection)
    return -1 if sock is None else sock.fileno()


def _socket(connection: Connection[Cursor]) -> Any:
    return getattr(connection, "_sock", None)
