"""Who holds a lease, and whether that process still lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Owner:
    """A process, named so that a recycled process id is not mistaken for it."""

    host: str
    machine: str
    """Boot and process-id namespace: within one `machine`, process ids mean the same thing."""
    pid: int
    started: str
    """Start time as the kernel counts it; empty where the kernel does not tell."""
    label: str = ""
    """What it does, for people: `cutover run`."""

    @classmethod
    def this_process(cls, label: str = "") -> Owner:
        """The calling process."""
        pid = os.getpid()
        return cls(socket.gethostname(), _machine(), pid, _started(pid) or "", label)

    @property
    def here(self) -> bool:
        """Whether it runs, or ran, on this machine and the kernel can tell its process from others."""
        return bool(self.machine and self.started) and self.machine == _machine()

    def surely_dead(self) -> bool:
        """True when it ran on this machine and its process is gone, is a zombie, or has given its id to another."""
        return self.here and _started(self.pid) != self.started


def _machine() -> str:
    """Identity of the running kernel and process-id namespace; empty where /proc does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115 - the link names no file
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat (proc(5)); None for a process that is gone or only awaits its parent."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = text.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]
