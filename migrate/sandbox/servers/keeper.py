"""A small process between the sandbox and one server, so that the server never outlives the sandbox.

It starts the server, says its process id on stdout, and waits. A line on stdin means stop; end of file without one
means that the parent is gone: then it stops the server too, and removes the data nobody knows of any more. If the
keeper itself is killed, the kernel tells the server (PR_SET_PDEATHSIG). It keeps the caller's rights, for the caller's
interpreter may not be readable by the server's user; only the server gets fewer.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

FAST_SECONDS, IMMEDIATE_SECONDS = 6.0, 5.0
PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> int:
    """Keep one server; the exit code is the server's."""
    parser = argparse.ArgumentParser(prog="keeper")
    parser.add_argument("--fast", type=signal.Signals.__getitem__, required=True, help="signal for an orderly end")
    parser.add_argument("--immediate", type=signal.Signals.__getitem__, required=True, help="signal for an end at once")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--abandoned", type=Path, help="directory to remove when the parent is gone")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    wanted = parser.parse_args(arguments)
    parent = os.getppid()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told_to_leave: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told_to_leave.append(number))
    server = subprocess.Popen(
        wanted.command[1:] if wanted.command[:1] == ["--"] else wanted.command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=sys.stderr,
        start_new_session=True,
        user=wanted.uid,
        group=wanted.gid,
        extra_groups=[] if wanted.uid is not None else None,
        preexec_fn=_dies_with(os.getpid(), wanted.immediate),  # this process has one thread
    )
    sys.stdout.write(json.dumps({"pid": server.pid}) + "\n")
    sys.stdout.flush()
    abandoned = False
    while server.poll() is None and not told_to_leave and not abandoned:
        ready, _, _ = select.select([sys.stdin, woken], [], [], 1.0)
        if woken in ready:
            os.read(woken, 512)
        if sys.stdin in ready and os.read(sys.stdin.fileno(), 512):
            break
        abandoned = sys.stdin in ready or os.getppid() != parent
    code = _stop(server, wanted.fast, wanted.immediate)
    if abandoned and wanted.abandoned is not None:
        shutil.rmtree(wanted.abandoned, ignore_errors=True)
    return code


def _dies_with(keeper: int, last: signal.Signals) -> Callable[[], None]:
    """Runs in the child, after it changed its user (which clears the setting) and before it becomes the server."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def ask_the_kernel() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, last, 0, 0, 0)
        if os.getppid() != keeper:
            os._exit(1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return ask_the_kernel


def _stop(server: subprocess.Popen[bytes], fast: signal.Signals, immediate: signal.Signals) -> int:
    for number, patience in ((fast, FAST_SECONDS), (immediate, IMMEDIATE_SECONDS)):
        if server.poll() is not None:
            break
        server.send_signal(number)
        try:
            return server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if server.poll() is None:
        server.kill()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
