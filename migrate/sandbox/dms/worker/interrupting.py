"""A stop while the target lets the apply wait, at a lock say: what it waits for is ended from outside.

The transaction that was being applied is given back to the log then (assumption: how long the service waits is
unknown).
"""

from __future__ import annotations

import threading
from contextlib import suppress

from migrate.sandbox.dms.worker.engine import ApplySession, Engine
from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.stopping import StopSignal

GRACE_SECONDS = 2.0
"""How long after the wish to stop a statement on the target may go on; an apply that moves has stopped by then."""
LOOK_SECONDS = 0.2
END_SECONDS = 10.0


class Interruption:
    """Watches over one attempt's apply until `close`."""

    def __init__(self, engine: Engine, session: ApplySession, stop: StopSignal) -> None:
        self._engine = engine
        self._session = session
        self._stop = stop
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The attempt is over; its session may be closed afterwards."""
        self._over.set()
        self._thread.join(END_SECONDS)

    def _work(self) -> None:
        while not self._over.is_set():
            if not self._stop.requested:
                self._over.wait(LOOK_SECONDS)
            elif not self._over.wait(GRACE_SECONDS):
                # A statement that has just finished is no error, and a server that is gone ends the wait itself.
                with suppress(self._engine.driver_error, RecoverableError, TaskFailedError):
                    self._session.interrupt()
