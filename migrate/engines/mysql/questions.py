"""Which statements run now for whom, so that another thread can end them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pymysql

from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.failures import number_of
from migrate.errors import SourceError, TargetError

CANCEL_SECONDS = 10.0
"""How long statements are told to end; one that is not heard of then is waiting for the network."""
POLL_SECONDS = 0.02
INTERRUPTED = 1317


class Stopped(Exception):
    """The asker was told to stop."""


class Questions:
    """What is asked by one asker and by those it begot. Thread-safe."""

    def __init__(self, parent: Questions | None = None) -> None:
        self._lineage: tuple[Questions, ...] = (self, *(parent._lineage if parent else ()))
        self._lock: threading.Lock = parent._lock if parent else threading.Lock()
        self._running: set[Connection] = set()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        return any(asker._stopped for asker in self._lineage)

    @contextmanager
    def asked(self, connection: Connection) -> Iterator[None]:
        """While a statement runs on `connection`. Raises Stopped when the asker, or one it comes from, was stopped."""
        with self._lock:
            if self.stopped:
                raise Stopped
            for asker in self._lineage:
                asker._running.add(connection)
        try:
            yield
        except pymysql.MySQLError as error:
            if self.stopped and number_of(error) == INTERRUPTED:
                raise Stopped from None
            raise
        finally:
            with self._lock:
                for asker in self._lineage:
                    asker._running.discard(connection)
        if self.stopped:
            # It may have been told to end when it was done already: this connection must serve nobody else.
            raise Stopped

    def stop(self, connections: Connections) -> None:
        """End what runs, and refuse what comes. A statement that was not yet sent is told again when it was."""
        with self._lock:
            self._stopped = True
        deadline = time.monotonic() + CANCEL_SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                if not self._running:
                    return
            with suppress(SourceError, TargetError), connections.use() as teller, self._lock:
                # Within the lock, so that nobody is told who came by the connection since.
                for connection in self._running:
                    teller.execute(f"KILL QUERY {connection.number:d}")
            time.sleep(POLL_SECONDS)
