"""The application as its customers see it: many sessions, one secret, and a record of every answer.

Reads one JSON line on stdin: {secret_id, endpoint_url, region, ledger_path, sessions, rate, duration, seed,
sslrootcert}; `rate` is transactions offered per second, `duration` is in seconds or null. Runs until the duration is
over, stdin ends, or SIGTERM. Says how it goes on stdout, one JSON line each quarter of a second.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from application.ledger import Ledger
from application.pace import Arrivals
from application.sessions import Application, Business, Settings
from application.status import say

STATUS_SECONDS = 0.25


def run(business: Business) -> int:
    """Returns 0 after a clean stop, 1 when a session died, 2 for a bad configuration."""
    try:
        settings = Settings(**json.loads(sys.stdin.readline()))
    except (TypeError, ValueError) as error:
        sys.stderr.write(f"workload: the first line of stdin must be its configuration as JSON ({error})\n")
        return 2
    with Ledger(Path(settings.ledger_path)) as ledger:
        application = Application(business, settings, ledger)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: application.stop.set())
        threading.Thread(target=_listen, args=(application.stop,), daemon=True).start()
        return 1 if _work(application) else 0


def _work(application: Application) -> list[str]:
    """Run all sessions and the status line until it is time to stop. Returns what sessions died of."""
    started = time.monotonic()
    settings, stop, ledger = application.settings, application.stop, application.ledger
    ledger.note(
        "start",
        sample=application.business.sample,
        run=application.run,
        sessions=settings.sessions,
        rate=settings.rate,
    )
    surveyed = application.survey()
    if surveyed is None:
        return []
    say("running", {"run": application.run})
    application.arrivals = Arrivals(settings.rate)
    threads = [
        _Thread(application, partial(application.write, number, surveyed)) for number in range(1, settings.sessions + 1)
    ]
    threads.append(_Thread(application, application.read))
    for thread in threads:
        thread.start()
    before, looked = 0, time.monotonic()
    while not stop.wait(STATUS_SECONDS):
        now = time.monotonic()
        facts = application.counters.snapshot()
        rate = (facts["acknowledged"] - before) / (now - looked)
        before, looked = facts["acknowledged"], now
        facts |= {"rate": round(rate, 1), "shed": application.arrivals.shed, "seconds": round(now - started, 3)}
        say("status", facts)
        if settings.duration is not None and now - started >= settings.duration:
            stop.set()
    for thread in threads:
        thread.join()
    failures = [thread.failure for thread in threads if thread.failure]
    ledger.note("stop", run=application.run, shed=application.arrivals.shed, failures=failures)
    say("stopped", {**application.counters.snapshot(), "failures": failures, "shed": application.arrivals.shed})
    return failures


class _Thread(threading.Thread):
    """A session. A session that dies of a bug stops the whole application: its silence must not look like calm."""

    def __init__(self, application: Application, life: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._application, self._life = application, life
        self.failure = ""

    def run(self) -> None:
        try:
            self._life()
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            self._application.stop.set()


def _listen(stop: threading.Event) -> None:
    """Stop when whoever started the application is gone."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()
