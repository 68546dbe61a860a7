"""One running task's own process, seen from the control plane: JSON lines both ways, secrets through stdin only."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Event = dict[str, Any]
GRACE_SECONDS = 5.0


class WorkerProcess:
    """Started by construction. `on_event` and, last and once, `on_exit` are called from the reading thread.

    Raises OSError when the program cannot be started. The process ends when its stdin does, so it never outlives
    this one.
    """

    def __init__(
        self,
        command: Sequence[str],
        task: dict[str, Any],
        *,
        log: Path,
        on_event: Callable[[Event], None],
        on_exit: Callable[[], None],
    ) -> None:
        self._on_event, self._on_exit = on_event, on_exit
        self._writing = threading.Lock()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        self._thread = threading.Thread(target=self._read, name=f"dms-worker-{self._process.pid}", daemon=True)
        self._thread.start()
        self._send({"command": "run", "task": task})

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Ask for an orderly stop; the last event tells when."""
        self._send({"command": "stop"})

    def tell(self, conditions: dict[str, Any]) -> None:
        """What the network and the machine let the task do from now on."""
        self._send({"command": "conditions", "conditions": conditions})

    def reload(self, tables: Sequence[tuple[str, str]]) -> None:
        """Ask for tables to be loaded again; their state tells."""
        self._send({"command": "reload", "tables": [list(name) for name in tables]})

    def validate(self, tables: Sequence[tuple[str, str]]) -> None:
        """Ask for tables to be compared anew."""
        self._send({"command": "validate", "tables": [list(name) for name in tables]})

    def end(self) -> None:
        """No process is left when this returns: end of stdin, then SIGTERM, then SIGKILL."""
        self._close_stdin()
        for act in (self._process.terminate, self._process.kill, None):
            try:
                self._process.wait(GRACE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if act is not None:
                    act()
        if threading.current_thread() is not self._thread:
            self._thread.join(GRACE_SECONDS)

    def _send(self, command: Event) -> None:
        """A worker that is gone already is noticed by the reader, not here."""
        assert self._process.stdin is not None
        with self._writing, contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()

    def _close_stdin(self) -> None:
        assert self._process.stdin is not None
        with self._writing, contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                event = _event(line)
                if event is not None:
                    self._on_event(event)
        self._process.wait()
        self._close_stdin()
        self._on_exit()


def _event(line: bytes) -> Event | None:
    """A line that is no event (a library that prints) is passed over."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
