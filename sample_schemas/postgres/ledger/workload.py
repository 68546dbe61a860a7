"""The ledger application as its customers see it: many sessions, one secret, and a record of every answer.

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
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from application.ledger import Ledger
from application.pace import Arrivals
from application.secret import CurrentSecret
from application.status import Counters, say
from transactions import Customer, Transaction

STATUS_SECONDS = 0.25
READ_SECONDS = 0.02
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.2
"""Seconds between attempts to connect: doubled from the first to the longest."""

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Settings:
    secret_id: str
    region: str
    ledger_path: str
    endpoint_url: str | None = None
    sessions: int = 8
    rate: float = 400.0
    duration: float | None = None
    seed: int = 1
    sslrootcert: str | None = None


class RowMissingError(Exception):
    """A statement did not touch exactly one row: the database is not as the application left it."""


class Application:
    """All sessions, and what they share."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.settings, self.ledger = settings, ledger
        self.run = f"run-{uuid.uuid4().hex[:12]}"
        self.stop = threading.Event()
        self.counters = Counters()
        self.arrivals = Arrivals(settings.rate)
        self._secret = CurrentSecret(
            settings.secret_id,
            region=settings.region,
            endpoint_url=settings.endpoint_url,
            ca_file=settings.sslrootcert,
        )

    def connect(self) -> Connection | None:
        """Connect to where the secret points now, however long it takes. None when told to stop."""
        pause = FIRST_PAUSE
        while not self.stop.is_set():
            try:
                login = self._secret.login()
                return psycopg.connect(
                    host=login.host,
                    port=login.port,
                    user=login.user,
                    password=login.password,
                    dbname=login.database,
                    sslmode="verify-full",
                    sslrootcert=login.ca_file or "system",
                    application_name="ledger",
                    connect_timeout=3,
                    autocommit=True,
                    options="-c statement_timeout=15s -c idle_in_transaction_session_timeout=30s",
                )
            except Exception as error:  # whatever is wrong with the database or the secret, an application tries again
                lines = str(error).strip().splitlines()
                self.counters.failed(lines[-1] if lines else type(error).__name__)
                self.stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        return None

    def write(self, session: int, accounts: int) -> None:
        """One session's life: take an arrival, do a transaction, note the answer."""
        customer = Customer(self.run, session, self.settings.seed, accounts)
        connection: Connection | None = None
        while not self.stop.is_set():
            if connection is None or connection.closed:
                connection = self.connect()
            if connection is None or not self.arrivals.take(self.stop):
                break
            self._perform(connection, session, customer.next())
        if connection is not None:
            connection.close()

    def read(self) -> None:
        """Is the application readable? Asks often, on a connection of its own."""
        connection: Connection | None = None
        while not self.stop.wait(READ_SECONDS):
            if connection is None or connection.closed:
                connection = self.connect()
            if connection is None:
                break
            try:
                connection.execute("SELECT balance, version FROM ledger.accounts WHERE id = 1").fetchone()
            except psycopg.Error:
                connection.close()
                continue
            self.ledger.note("read", port=connection.info.port)
            self.counters.read()
        if connection is not None:
            connection.close()

    def _perform(self, connection: Connection, session: int, work: Transaction) -> None:
        port = connection.info.port
        known = {"id": work.id, "session": session, "port": port}
        try:
            _send(connection, work)
        except (psycopg.Error, RowMissingError) as error:
            # Without COMMIT nothing of it can be there.
            connection.close()
            if isinstance(error, RowMissingError):
                work.uncertain()
            self._outcome("refused", port, {**known, "reason": _reason(error)})
            return
        self.ledger.note("begun", **known, kind=work.kind, effects=work.effects)
        if connection.closed:
            self._outcome("refused", port, {**known, "reason": "the connection broke before COMMIT"})
            return
        try:
            answer = connection.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            if connection.closed:
                work.uncertain()
                self._outcome("indeterminate", port, {**known, "reason": _reason(error)})
            else:
                self._outcome("refused", port, {**known, "reason": _reason(error)})
            connection.close()
            return
        if answer == "COMMIT":
            work.acknowledged()
            self._outcome("acknowledged", port, known)
        else:
            self._outcome("refused", port, {**known, "reason": f"COMMIT was answered with {answer}"})

    def _outcome(self, state: str, port: int, line: dict[str, Any]) -> None:
        self.ledger.settle(state, **line)
        self.counters.outcome(state, port)


def _send(connection: Connection, work: Transaction) -> None:
    """BEGIN and every statement in one round trip. Raises psycopg.Error, or RowMissingError."""
    with connection.pipeline():
        connection.execute("BEGIN")
        cursors = [connection.execute(text, values) for text, values in work.statements]
    if any(cursor.rowcount != 1 for cursor in cursors):
        raise RowMissingError(f"{work.kind}: rows touched {[cursor.rowcount for cursor in cursors]}")


def _reason(error: Exception) -> str:
    state = getattr(error, "sqlstate", None)
    lines = str(error).strip().splitlines()
    return f"{state or type(error).__name__}: {lines[0] if lines else ''}"[:200]


def _accounts(application: Application) -> int | None:
    """How many accounts there are; ids run from 1. None when told to stop first."""
    while not application.stop.is_set():
        connection = application.connect()
        if connection is None:
            return None
        try:
            with connection:
                row = connection.execute("SELECT max(id) FROM ledger.accounts").fetchone()
            if row and row[0]:
                return int(row[0])
        except psycopg.Error as error:
            application.counters.failed(_reason(error))
        application.stop.wait(LONGEST_PAUSE)
    return None


def _work(application: Application) -> list[str]:
    """Run all sessions and the status line until it is time to stop. Returns what sessions died of."""
    started = time.monotonic()
    settings, stop = application.settings, application.stop
    accounts = _accounts(application)
    if accounts is None:
        return []
    application.ledger.note("start", run=application.run, sessions=settings.sessions, rate=settings.rate)
    say("running", {"run": application.run, "accounts": accounts})
    application.arrivals = Arrivals(settings.rate)
    threads = [
        _Thread(application, partial(application.write, number, accounts)) for number in range(1, settings.sessions + 1)
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
    application.ledger.note("stop", run=application.run, shed=application.arrivals.shed, failures=failures)
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


def main() -> int:
    """Returns 0 after a clean stop, 1 when a session died, 2 for a bad configuration."""
    try:
        settings = Settings(**json.loads(sys.stdin.readline()))
    except (TypeError, ValueError) as error:
        sys.stderr.write(f"workload: the first line of stdin must be its configuration as JSON ({error})\n")
        return 2
    with Ledger(Path(settings.ledger_path)) as ledger:
        application = Application(settings, ledger)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: application.stop.set())
        threading.Thread(target=_listen, args=(application.stop,), daemon=True).start()
        return 1 if _work(application) else 0


if __name__ == "__main__":
    sys.exit(main())
