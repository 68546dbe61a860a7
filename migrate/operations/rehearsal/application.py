"""The sample's application in its own process, and the judge of its ledger in another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from migrate.clock import Clock
from migrate.errors import SaysNo
from migrate.operations.rehearsal.sample import Sample

STOP_SECONDS = 30.0


class Application:
    """Starts the workload on entering, stops it on leaving. It is told where its secret is, and nothing else.

    What it says on stderr goes to the file `words`: an application that loses its database complains, as it should.
    """

    def __init__(
        self,
        sample: Sample,
        configuration: dict[str, Any],
        on_status: Callable[[dict[str, Any]], None],
        words: Path,
        environment: Mapping[str, str],
    ) -> None:
        self._sample = sample
        self._configuration = configuration
        self._on_status = on_status
        self._words = words.open("ab")
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self.status: dict[str, Any] = {}

    def __enter__(self) -> Application:
        self._process = subprocess.Popen(
            [sys.executable, str(self._sample.workload)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            text=True,
            env={**os.environ, **self._environment},
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._configuration) + "\n")
        self._process.stdin.flush()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.status = json.loads(line)
            self._on_status(self.status)

    def wait_for(self, acknowledged: int, clock: Clock, seconds: float) -> None:
        """Until the application has had that many more acknowledgements. Raises SaysNo when it has not in time."""
        goal = int(self.status.get("acknowledged", 0)) + acknowledged
        began = clock.monotonic()
        while int(self.status.get("acknowledged", 0)) < goal:
            if self._process is None or self._process.poll() is not None:
                raise SaysNo(
                    "the application ended by itself",
                    code="REH-001",
                    hint="See application.log in the rehearsal's folder.",
                )
            if clock.monotonic() - began > seconds:
                raise SaysNo(
                    f"the application had fewer than {acknowledged} acknowledgements in {seconds:.0f} s",
                    code="REH-002",
                    hint=f"Its last problem: {self.status.get('last_problem') or 'none told'}",
                )
            clock.sleep(0.1)

    def stop(self) -> None:
        """End it cleanly: it drains and syncs its ledger. Safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listener is not None:
            self._listener.join(STOP_SECONDS)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        self._words.close()


SANDBOX_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}
"""The sandbox takes any credentials; they are given so that an application's own are never used there."""


def judge(sample: Sample, ledger: Path, database: dict[str, Any]) -> dict[str, Any]:
    """Run the judge over `ledger` and the database that owns the data; `database` holds its password, on stdin only.

    Raises SaysNo when it could not judge.
    """
    asked = json.dumps({"ledger": str(ledger), **database})
    ran = subprocess.run([sys.executable, str(sample.judge)], input=asked, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise SaysNo(f"the ledger could not be judged: {ran.stderr.strip()}", code="REH-003", hint="")
    verdict: dict[str, Any] = json.loads(ran.stdout)
    return verdict
