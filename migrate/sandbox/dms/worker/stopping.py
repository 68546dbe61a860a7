"""The wish to stop, awaited together with sockets so that nobody sleeps through it."""

from __future__ import annotations

import os
import select
import threading

from migrate.sandbox.dms.worker.errors import Stopped


class StopSignal:
    """Set once by the protocol's thread; every other thread looks at it or waits on it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reader, self._writer = os.pipe()

    def request(self) -> None:
        """Ask the task to finish its transaction and stop."""
        self._event.set()
        os.write(self._writer, b"!")

    @property
    def requested(self) -> bool:
        """Whether a stop was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise Stopped when a stop was asked for."""
        if self.requested:
            raise Stopped("NORMAL")

    def pause(self, seconds: float) -> None:
        """Let time pass, less when a stop is asked for."""
        self._event.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises Stopped as soon as a stop is asked for."""
        self._event.wait(seconds)
        self.check()

    def readable(self, socket: int, seconds: float) -> bool:
        """Wait until the socket has data, a stop is asked for, or the time is over; True when the socket has data."""
        ready, _, _ = select.select([socket, self._reader], [], [], max(seconds, 0.0))
        return socket in ready
