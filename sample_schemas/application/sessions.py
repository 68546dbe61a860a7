"""The sessions of an application: each follows the secret, offers its transactions and notes every answer."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from application.connection import Connection, Refused, RowMissing, Unanswered
from application.ledger import Ledger
from application.pace import Arrivals
from application.secret import CurrentSecret, Login
from application.status import Counters
from application.work import Customer, Transaction

READ_SECONDS = 0.02
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.2
"""Seconds between attempts to connect: doubled from the first to the longest."""


@dataclass(frozen=True)
class Business:
    """What differs from one sample to the next."""

    sample: str
    """Its folder under sample_schemas, such as `postgres/ledger`: by that name the judge knows what to expect."""
    connect: Callable[[Login], Connection]
    """Raises whatever its driver raises."""
    survey: Callable[[Connection], Any]
    """What there is to work on; falsy while there is nothing. Raises Refused."""
    customer: Callable[[str, int, int, Any], Customer]
    """Of a run's name, a session's number, a seed and what the survey found."""
    read: str
    """A query that returns a row as long as the application is readable."""


@dataclass(frozen=True)
class Settings:
    """First line of stdin; see application.run."""

    secret_id: str
    region: str
    ledger_path: str
    endpoint_url: str | None = None
    sessions: int = 8
    rate: float = 400.0
    duration: float | None = None
    seed: int = 1
    sslrootcert: str | None = None


class Application:
    """All sessions, and what they share."""

    def __init__(self, business: Business, settings: Settings, ledger: Ledger) -> None:
        self.business, self.settings, self.ledger = business, settings, ledger
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

    def survey(self) -> Any:
        """What there is to work on, however long it takes to come. None when told to stop first."""
        while not self.stop.is_set():
            connection = self._connect()
            if connection is None:
                return None
            try:
                if found := self.business.survey(connection):
                    return found
            except Refused as error:
                self.counters.failed(str(error))
            finally:
                connection.close()
            self.stop.wait(LONGEST_PAUSE)
        return None

    def write(self, session: int, surveyed: Any) -> None:
        """One session's life: take an arrival, do a transaction, note the answer."""
        customer = self.business.customer(self.run, session, self.settings.seed, surveyed)
        connection: Connection | None = None
        while not self.stop.is_set():
            if connection is None or connection.closed:
                connection = self._connect()
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
                connection = self._connect()
            if connection is None:
                break
            try:
                connection.ask(self.business.read)
            except Refused:
                connection.close()
                continue
            self.ledger.note("read", port=connection.port)
            self.counters.read()
        if connection is not None:
            connection.close()

    def _connect(self) -> Connection | None:
        """Connect to where the secret points now, however long it takes. None when told to stop."""
        pause = FIRST_PAUSE
        while not self.stop.is_set():
            try:
                return self.business.connect(self._secret.login())
            except Exception as error:  # whatever is wrong with the database or the secret, an application tries again
                lines = str(error).strip().splitlines()
                self.counters.failed(lines[-1] if lines else type(error).__name__)
                self.stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        return None

    def _perform(self, connection: Connection, session: int, work: Transaction) -> None:
        port = connection.port
        known = {"id": work.id, "session": session, "port": port}
        try:
            connection.send(work)
        except Refused as error:
            # Without COMMIT nothing of it can be there.
            connection.close()
            if isinstance(error, RowMissing):
                work.uncertain()
            self._outcome("refused", port, {**known, "reason": str(error)})
            return
        self.ledger.note("begun", **known, kind=work.kind, effects=work.effects)
        if connection.closed:
            self._outcome("refused", port, {**known, "reason": "the connection broke before COMMIT"})
            return
        try:
            connection.commit()
        except Refused as error:
            connection.close()
            self._outcome("refused", port, {**known, "reason": str(error)})
        except Unanswered as error:
            connection.close()
            work.uncertain()
            self._outcome("indeterminate", port, {**known, "reason": str(error)})
        else:
            work.acknowledged()
            self._outcome("acknowledged", port, known)

    def _outcome(self, state: str, port: int, line: dict[str, Any]) -> None:
        self.ledger.settle(state, **line)
        self.counters.outcome(state, port)
