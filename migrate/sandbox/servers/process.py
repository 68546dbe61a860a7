"""One server process under its keeper, seen from the parent."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.account import Account

STOP_SECONDS = 20.0
"""Longer than the keeper's own patience, so that it is the keeper who turns from asking to forcing."""


class StopSignals(NamedTuple):
    """How a server is told to end: `fast` rolls back and leaves in order, `immediate` recovers at the next start."""

    fast: signal.Signals
    immediate: signal.Signals


class KeptProcess:
    """A started server. It ends when `stop` is called, when its stdin closes, or when its parent dies."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        account: Account,
        log: Path,
        abandoned: Path | None,
        signals: StopSignals,
    ) -> None:
        """Start `command` as `account`, its output appended to `log`; `abandoned` is removed if the parent just dies.

        Raises SandboxError when the keeper cannot start it.
        """
        options = ["--fast", signals.fast.name, "--immediate", signals.immediate.name]
        if account.switch:
            options += ["--uid", str(account.uid), "--gid", str(account.gid)]
        if abandoned is not None:
            options += ["--abandoned", str(abandoned)]
        with log.open("ab") as output:
            self._keeper = subprocess.Popen(
                [sys.executable, "-m", "migrate.sandbox.servers.keeper", *options, "--", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=clean_environment(),
                start_new_session=True,
            )
        assert self._keeper.stdout is not None
        line = self._keeper.stdout.readline()
        if not line:
            self._keeper.wait()
            raise SandboxError("the server's keeper did not start", hint=f"see {log}")
        self.pid: int = json.loads(line)["pid"]

    @property
    def keeper_pid(self) -> int:
        return self._keeper.pid

    def running(self) -> bool:
        """Whether the server still runs."""
        return self._keeper.poll() is None

    def stop(self) -> None:
        """Ask the keeper to stop the server, and wait until it is gone. Calling it again does nothing."""
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._keeper.stdin.write(b"stop\n")
            self._keeper.stdin.flush()
        with contextlib.suppress(BrokenPipeError):
            self._keeper.stdin.close()
        try:
            self._keeper.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
        self._keeper.stdout.close()

    def kill(self) -> None:
        """SIGKILL the server itself, as a crash would end it, and wait until it is gone."""
        if self.running():
            os.kill(self.pid, signal.SIGKILL)
        self.stop()


def clean_environment() -> dict[str, str]:
    """The caller's environment without what would change how a database program behaves or what it says."""
    ours = ("PG", "MYSQL", "MARIADB", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
