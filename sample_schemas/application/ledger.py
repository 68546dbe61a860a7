"""The ledger: what the application asked of the database and what it was answered, one JSON line each.

A transaction is `begun` (written before COMMIT is sent, with every intended effect) and ends as `acknowledged`,
`refused` (the server said no, or the connection broke before COMMIT was sent) or `indeterminate` (COMMIT was sent and
no answer came). An outcome counts only after its line is on disk; one fsync serves all sessions that wait for it.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Ledger:
    """Append-only file, safe for many threads. Closing it makes every line durable."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._write = threading.Lock()
        self._state = threading.Condition()
        self._written = 0
        self._durable = 0
        self._closing = False
        self._failure: OSError | None = None
        self._syncer = threading.Thread(target=self._sync, name="ledger", daemon=True)
        self._syncer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def note(self, state: str, **facts: Any) -> int:
        """Write one line, with the monotonic and the wall time. Returns its number; it may not be on disk yet."""
        return self._append({"state": state, "at": round(time.monotonic(), 6), "wall": round(time.time(), 6), **facts})

    def settle(self, state: str, **facts: Any) -> None:
        """Write one line and return once it is on disk. Raises OSError when the disk refuses."""
        number = self.note(state, **facts)
        with self._state:
            self._state.wait_for(lambda: self._durable >= number or self._failure is not None)
            if self._failure is not None:
                raise self._failure

    def close(self) -> None:
        """Make everything durable and close. Idempotent."""
        with self._state:
            if self._closing:
                return
            self._closing = True
            self._state.notify_all()
        self._syncer.join()
        os.close(self._file)

    def _append(self, line: Mapping[str, Any]) -> int:
        data = json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        with self._write:
            while data:
                data = data[os.write(self._file, data) :]
            with self._state:
                self._written += 1
                self._state.notify_all()
                return self._written

    def _sync(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._written > self._durable or self._closing)
                upto, closing = self._written, self._closing
            try:
                os.fsync(self._file)
            except OSError as error:
                with self._state:
                    self._failure = error
                    self._state.notify_all()
                return
            with self._state:
                self._durable = upto
                self._state.notify_all()
            if closing:
                return
