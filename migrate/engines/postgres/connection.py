"""Connections to one side: verified TLS, one fixed way of printing values, errors that name the side."""

from __future__ import annotations

import ipaddress
import math
import select
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from migrate.engines.postgres import fencing
from migrate.engines.postgres.failures import SESSIONS_STAY, TLS_REFUSED, failed, failure, refused
from migrate.errors import SourceError, TargetError, replaced
from migrate.model.database import Address, Credentials, Fencing, FencingNumber, Side, Tls, unfenced

Connection: TypeAlias = psycopg.Connection[TupleRow]

APPLICATION_NAME = "aurora-migrate"
OURS = f"^{APPLICATION_NAME}( [0-9a-f]+ [0-9]+)?$"
"""Of a process that acts, its fencing number follows."""
CONNECT_TIMEOUT_SECONDS = 10
UNANSWERED_MILLISECONDS = 60_000
"""A peer that is gone without a word is given up within a minute also while data is on its way to it: then no
keepalives are sent, and the system alone would repeat it for a quarter of an hour."""
IDLE_KEPT = 16

_SESSION = """
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET TimeZone = 'UTC';
SET extra_float_digits = 3;
SET bytea_output = 'hex';
SET lc_monetary = 'C';
SET xmlbinary = 'base64';
SET search_path = '';
SET row_security = off;
SET standard_conforming_strings = on;
SET default_transaction_isolation = 'read committed';
SET default_transaction_read_only = off;
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_min_messages = warning;
SELECT pg_catalog.set_config(name, value, false)
  FROM (VALUES ('jit', 'off'), ('transaction_timeout', '0')) AS later(name, value)
 WHERE pg_catalog.current_setting(name, true) IS NOT NULL;
SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
 WHERE pg_catalog.current_setting('synchronous_commit') = 'off';
"""
# row_security = off makes a policy an error instead of a silently smaller answer.


class Connections:
    """Hands out connections to one database; keeps a few idle ones. Thread-safe.

    Queries use `$1` placeholders, so a percent sign in a name means nothing.
    """

    def __init__(self, address: Address, credentials: Credentials, side: Side, fencing: Fencing = unfenced) -> None:
        self.address = address
        self.side = side
        self._credentials = credentials
        self._fencing = fencing
        self._acted_as: FencingNumber | None = None
        self._idle: list[Connection] = []
        self._limits: WeakKeyDictionary[Connection, int] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Connections({self.where})"

    @property
    def where(self) -> str:
        return self._where(self._credentials)

    @property
    def user(self) -> str:
        return self._credentials.user

    @property
    def password(self) -> str:
        """For pg_dump's password file alone."""
        return self._credentials.password

    @contextmanager
    def use(self, *, statement_seconds: float = 0) -> Iterator[Connection]:
        """A connection in autocommit mode, for the calling thread until the block ends.

        The server ends a statement that runs longer than `statement_seconds`; 0 is no limit.
        Raises SourceError or TargetError for every psycopg error in the block.
        """
        limit = math.ceil(statement_seconds * 1000)
        number = self._number()
        connection = self._take(limit) or self._admitted(number)
        try:
            if self._limits.get(connection, 0) != limit:
                connection.execute(f"SET statement_timeout = {limit}")
                self._limits[connection] = limit
            yield connection
        except psycopg.Error as error:
            raise self._failed(connection, self._credentials, error) from error
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)

    @contextmanager
    def use_as(self, credentials: Credentials) -> Iterator[Connection]:
        """A new connection as somebody else, closed after the block."""
        with self._once(self._open(credentials, APPLICATION_NAME), credentials) as connection:
            yield connection

    @contextmanager
    def use_once(self, *, statement_seconds: float) -> Iterator[Connection]:
        """A connection of its own, closed after the block: for what leaves a session unfit for others."""
        with self._once(self._admitted(self._number()), self._credentials) as connection:
            connection.execute(f"SET statement_timeout = {math.ceil(statement_seconds * 1000)}")
            yield connection

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def tls(self) -> tuple[str, str | None]:
        """libpq's sslmode and sslrootcert (None: not used) for this address.

        Raises SourceError or TargetError when TLS is off for a host that is not loopback.
        """
        mode = self.address.tls
        if mode is Tls.DISABLE and not _loopback(self.address.host):
            hint = f"Set tls to {Tls.VERIFY_FULL} and name the server's authority in ca_file."
            raise failure(self.side, TLS_REFUSED, f"{self.where}: without TLS only loopback is spoken to", hint=hint)
        if mode in (Tls.DISABLE, Tls.REQUIRE):
            return mode.value, None
        return mode.value, self.address.ca_file or ssl.get_default_verify_paths().cafile or "system"

    def _where(self, credentials: Credentials) -> str:
        address = self.address
        return f"{self.side} {credentials.user}@{address.host}:{address.port}/{address.database}"

    @contextmanager
    def _once(self, connection: Connection, credentials: Credentials) -> Iterator[Connection]:
        try:
            yield connection
        except psycopg.Error as error:
            raise self._failed(connection, credentials, error) from error
        finally:
            connection.close()

    def _failed(
        self, connection: Connection, credentials: Credentials, error: psycopg.Error
    ) -> SourceError | TargetError:
        """Close it. Where it is lost, the idle ones go too: over a dead link each would cost a wait of its own."""
        if connection.closed:
            self.close()
        connection.close()
        return failed(self.side, self._where(credentials), error)

    def _number(self) -> FencingNumber | None:
        """The fencing number to act under. Idle connections of an earlier one are not used any more."""
        number = self._fencing()
        with self._lock:
            if number == self._acted_as:
                return number
            idle, self._idle, self._acted_as = self._idle, [], number
        for connection in idle:
            connection.close()
        return number

    def _admitted(self, number: FencingNumber | None) -> Connection:
        """A new connection; under a number only where no higher one acts."""
        if number is None:
            return self._open(self._credentials, APPLICATION_NAME)
        connection = self._open(self._credentials, f"{APPLICATION_NAME} {number.line} {number.number}")
        try:
            if fencing.admitted(connection, number):
                return connection
        except psycopg.Error as error:
            raise self._failed(connection, self._credentials, error) from error
        except TimeoutError as error:
            connection.close()
            raise failure(self.side, SESSIONS_STAY, f"{self.where}: {error}", hint="End them by hand.") from error
        connection.close()
        raise replaced(number.number, self.where)

    def _open(self, credentials: Credentials, application: str) -> Connection:
        mode, ca_file = self.tls()
        try:
            connection = psycopg.connect(
                host=self.address.host,
                port=self.address.port,
                dbname=self.address.database,
                user=credentials.user,
                password=credentials.password,
                application_name=application,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                client_encoding="UTF8",
                gssencmode="disable",
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
                tcp_user_timeout=UNANSWERED_MILLISECONDS,
                autocommit=True,
                prepare_threshold=None,
                cursor_factory=psycopg.RawCursor,
                sslmode=mode,
                sslrootcert=ca_file,
            )
        except psycopg.Error as error:
            raise refused(self.side, self._where(credentials), error) from None
        connection.server_cursor_factory = psycopg.RawServerCursor
        try:
            connection.execute(_SESSION)
        except psycopg.Error as error:
            raise self._failed(connection, credentials, error) from error
        return connection

    def _take(self, limit: int) -> Connection | None:
        """An idle connection, rather one that has this limit already."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                alike = (n for n, idle in enumerate(self._idle) if self._limits.get(idle, 0) == limit)
                connection = self._idle.pop(next(alike, -1))
            if _silent(connection):
                return connection
            connection.close()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if (
                not connection.closed
                and connection.info.transaction_status is TransactionStatus.IDLE
                and len(self._idle) < IDLE_KEPT
            ):
                self._idle.append(connection)
                return
        connection.close()


def _silent(connection: Connection) -> bool:
    """False when the server said something while nobody asked: it ended the session."""
    if connection.closed:
        return False
    with suppress(OSError, ValueError, psycopg.Error):
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return not poll.poll(0)
    return False


def _loopback(host: str) -> bool:
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
