"""Counters that the sessions move and the status line shows."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Counters:
    """What happened so far. Outcomes are counted after their ledger line is on disk."""

    acknowledged: int = 0
    refused: int = 0
    indeterminate: int = 0
    reads: int = 0
    connection_failures: int = 0
    port: int | None = None
    """Where the last acknowledged transaction was answered."""
    last_acknowledged: float | None = None
    last_problem: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def outcome(self, state: str, port: int) -> None:
        with self.lock:
            if state == "acknowledged":
                self.acknowledged += 1
                self.port, self.last_acknowledged = port, time.monotonic()
            elif state == "refused":
                self.refused += 1
            else:
                self.indeterminate += 1

    def read(self) -> None:
        with self.lock:
            self.reads += 1

    def failed(self, problem: str) -> None:
        with self.lock:
            self.connection_failures += 1
            self.last_problem = problem

    def snapshot(self) -> dict[str, Any]:
        with self.lock:
            last = self.last_acknowledged
            return {
                "acknowledged": self.acknowledged,
                "refused": self.refused,
                "indeterminate": self.indeterminate,
                "reads": self.reads,
                "connection_failures": self.connection_failures,
                "port": self.port,
                "last_acknowledged_seconds": None if last is None else round(time.monotonic() - last, 3),
                "last_problem": self.last_problem,
            }


def say(event: str, facts: dict[str, Any]) -> None:
    """One JSON line on stdout. A listener that is gone stops nothing."""
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), json.dumps({"event": event, **facts}).encode() + b"\n")
