"""The way to a server may be cut and the pace of the apply slowed, at a word of the control plane."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from migrate.sandbox.dms.worker.errors import RecoverableError
from migrate.sandbox.dms.worker.stopping import StopSignal

LOOK_SECONDS = 0.1
"""How often a change that waits looks whether it still has to."""

Connection = TypeVar("Connection")


class Link:
    """The connections to one server. Cut, they break as when the network does; and no new one is made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._down = False
        self._open: WeakKeyDictionary[Any, Callable[[Any], int]] = WeakKeyDictionary()

    def check(self) -> None:
        """Raises RecoverableError while the link is cut (dms.md §8: environmental errors are tried again)."""
        if self._down:
            raise RecoverableError("Connection timed out: the link is down")

    def opened(self, connection: Connection, fileno: Callable[[Connection], int]) -> Connection:
        """Remember a connection; `fileno` finds its socket, or raises when it is closed."""
        with self._lock:
            self._open[connection] = fileno
        if self._down:
            self._break()
        return connection

    def set(self, *, down: bool) -> None:
        """Cut the link, or let it be made again."""
        self._down = down
        if down:
            self._break()

    def _break(self) -> None:
        with self._lock:
            known = list(self._open.items())
        for connection, fileno in known:
            # A copy of the descriptor, so that the driver's own is still its to close. What is closed
            # raises, in each driver's own way.
            with suppress(Exception), socket.socket(fileno=os.dup(fileno(connection))) as wire:
                wire.shutdown(socket.SHUT_RDWR)


class Pace:
    """Lets no more than so many changes a second pass; all of them when it is not set."""

    def __init__(self) -> None:
        self._changes_per_second: float | None = None

    def set(self, changes_per_second: float | None) -> None:
        """At once, also for a change that waits."""
        self._changes_per_second = changes_per_second

    def wait(self, stop: StopSignal) -> None:
        """Wait as long as one change may take, less when a stop is asked for."""
        began = time.monotonic()
        while (rate := self._changes_per_second) and not stop.requested:
            left = began + 1.0 / rate - time.monotonic()
            if left <= 0.0:
                return
            stop.pause(min(left, LOOK_SECONDS))


def update(source: Link, target: Link, pace: Pace, document: Mapping[str, Any]) -> None:
    """Follow the protocol's `conditions`."""
    cut = document.get("cut") or ()
    source.set(down="source" in cut)
    target.set(down="target" in cut)
    pace.set(document.get("changes_per_second"))
