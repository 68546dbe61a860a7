"""Stories told for every engine: a cutover whose orchestrator is killed, one whose server hangs, and the way back."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from migrate.sandbox import client
from tests.scenarios.settings import edited
from tests.scenarios.theatre import LONG, Staged

SWITCH = "switch/secret"


def killed_then_rolled_back(ready: Staged, step: str) -> None:
    """SIGKILL after `step` while the application writes, then `rollback`. Ends with the source owning."""
    with ready.application() as application, ready.doors() as watched:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = ready.start("cutover", "run")
        ready.kill_after(process, step)
        written = [entry[1:] for entry in ready.written(process)]
        if ("done", SWITCH) in written:
            assert ready.secret()["port"] != str(ready.source.port)
        elif ("intent", SWITCH) not in written:  # the kill comes a moment after the step, and may meet a later one
            assert ready.secret()["port"] == str(ready.source.port)

        ready.must("rollback")

        status = ready.status()
        assert (status["open_run"], status["owner"]) == (None, "source")
        assert ready.secret()["port"] == str(ready.source.port)
        application.write(60)
    assert watched.looks > 10
    assert not watched.problem
    assert watched.both_open == 0, "both sides were open to the application at one moment"
    verdict = ready.judge("source")
    assert (verdict["lost"], verdict["duplicated"], verdict["contradictions"]) == (0, 0, [])
    assert verdict["acknowledged"] > 100


def hangs_under_the_freeze(ready: Staged, role: str) -> None:
    """No statement comes back from a server, nor an error: the budget ends that. Then the application is let in where
    it was: at once if the other side hangs, and if it is that one, once it answers. Nobody has to type anything."""
    with (
        edited(ready, "freeze_budget_seconds = 300.0", "freeze_budget_seconds = 10.0"),
        ready.application() as application,
    ):
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = ready.start("cutover", "run")
        awaited(ready, process, "intent", "close/feed-account")
        with standing_still(ready, role):
            awaited(ready, process, "failed")
            if role == "cluster":
                awaited(ready, process, "undone", "freeze/fence")
                application.write(30)
        out, err = process.communicate(timeout=LONG)
        assert process.returncode == 3, out + err
        assert "Unwound: the application runs on the source, as before." in " ".join(err.split()), err
        assert ("failed", "RUN-003") in _failures(ready), err
        assert ready.status()["open_run"] is None
        application.write(60)
    assert ready.judge("source")["verdict"] == "kept"


@contextlib.contextmanager
def standing_still(ready: Staged, role: str) -> Iterator[None]:
    """SIGSTOP for the server of that role and all its processes."""
    servers = client.status(ready.sandbox.control_url)["servers"]
    (first,) = [int(server["pid"]) for server in servers if server["role"] == role]
    every = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    for pid in every:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in every:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def awaited(ready: Staged, process: subprocess.Popen[str], kind: str, step: str = "") -> None:
    """Wait until the process has written that into the journal."""
    deadline = time.monotonic() + LONG
    while not any(k == kind and s.startswith(step) for _, k, s in ready.written(process)):
        assert process.poll() is None, f"{kind} {step} was never written: {process.communicate()}"
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _failures(ready: Staged) -> set[tuple[str, str]]:
    """Kind and code of what the journal says has failed."""
    file = ready.home / ".aurora-migrate/state.db"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)) as db:
        rows = db.execute("SELECT kind, body FROM aurora_migrate_journal WHERE kind = 'failed'").fetchall()
    return {(kind, str(json.loads(body).get("code"))) for kind, body in rows}
