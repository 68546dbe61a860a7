"""A worker process driven by its JSON lines as the control plane does, whatever it moves."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.patience import PATIENCE

SETTINGS: dict[str, Any] = {
    "TargetMetadata": {"LimitedSizeLobMode": False, "TaskRecoveryTableEnabled": True},
    "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", "MaxFullLoadSubTasks": 4},
    "ControlTablesSettings": {
        "ControlSchema": "awsdms_control",
        "StatusTableEnabled": True,
        "SuspendedTablesTableEnabled": True,
    },
    "ErrorBehavior": {
        "RecoverableErrorInterval": 1,
        "RecoverableErrorThrottling": False,
        "ApplyErrorDeletePolicy": "LOG_ERROR",
    },
}
SECONDS = PATIENCE


def merged(*documents: dict[str, Any]) -> dict[str, Any]:
    """Settings with more settings laid over them, section by section."""
    out: dict[str, Any] = {}
    for document in documents:
        for section, values in document.items():
            out[section] = {**out.get(section, {}), **values}
    return out


def wait_for(condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """Poll until the condition is true; its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds:g} s: {what}")


class Worker:
    """One worker process and everything it said."""

    def __init__(self, task: dict[str, Any], schema: str = "public") -> None:
        self.task = task
        self.schema = schema
        self.events: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "migrate.sandbox.dms.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.send({"command": "run", "task": task})

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def send(self, command: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def heard(self) -> None:
        """Wait until the worker has read everything sent, which it answers with nothing."""
        assert self.process.stdin is not None
        pipe = self.process.stdin.fileno()
        wait_for(lambda: fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)) == bytes(4), "everything sent is read")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in list(self.events) if event["event"] == kind]

    def table(self, table: str) -> dict[str, Any]:
        """The newest event of a table."""
        found = [one for one in self.of("table") if (one["schema"], one["table"]) == (self.schema, table)]
        return found[-1] if found else {"state": "", "full_load_rows": 0}

    def states(self, table: str) -> list[str]:
        """The states a table went through."""
        out: list[str] = []
        for one in self.of("table"):
            if (one["schema"], one["table"]) == (self.schema, table) and out[-1:] != [one["state"]]:
                out.append(one["state"])
        return out

    def completed(self) -> list[list[str]]:
        """The tables the control plane would give to a resume; a worker that said nothing changes nothing."""
        last = {tuple(name): "Table completed" for name in self.task["completed_tables"]}
        last |= {(one["schema"], one["table"]): one["state"] for one in self.of("table")}
        return [list(name) for name, state in last.items() if state == "Table completed"]

    def checkpoint(self) -> str | None:
        found = self.of("checkpoint")
        return found[-1]["value"] if found else self.task["checkpoint"]

    def last(self) -> dict[str, Any]:
        """Wait for the end; the last event."""
        self.process.wait(SECONDS)
        self._thread.join(SECONDS)
        return self.events[-1]

    def stop(self) -> dict[str, Any]:
        self.send({"command": "stop"})
        return self.last()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)
        self._thread.join(SECONDS)

    def running(self) -> None:
        """Wait until it says that it runs."""
        wait_for(lambda: self.of("running") or self.process.poll() is not None, "running")
        assert self.process.poll() is None, self.events[-1]

    def loaded(self, *tables: str) -> None:
        """Wait until the tables are completed."""

        def done() -> bool:
            if self.process.poll() is not None:
                return True
            return all(self.table(one)["state"] == "Table completed" for one in tables)

        try:
            wait_for(done, f"load of {tables}")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.of('log')[-3:]} {self.events[-3:]}") from None
        assert self.process.poll() is None, self.events[-1]
