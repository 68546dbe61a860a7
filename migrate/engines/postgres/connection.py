"""Connections to one side: verified TLS, one fixed way of printing values, errors that name the side."""

from __future__ import annotations

import math
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from migrate.engines.pool import Pool
from migrate.engines.postgres import fencing
from migrate.engines.postgres.failures import failed, refused
from migrate.errors import SourceError, TargetError
from migrate.model.database import Address, Credentials, Fencing, FencingNumber, Side, Tls, unfenced

Connection: TypeAlias = psycopg.Connection[TupleRow]

APPLICATION_NAME = "aurora-migrate"
OURS = f"^{APPLICATION_NAME}( [0-9a-f]+ [0-9]+)?$"
"""Of a process that acts, its fencing number follows."""
CONNECT_TIMEOUT_SECONDS = 10
UNANSWERED_MILLISECONDS = 60_000
"""A peer that is gone without a word is given up within a minute also while data is on its way to it: then no
keepalives are sent, and the system alone would repeat it for a quarter of an hour."""

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


class Connections(Pool[Connection]):
    """Queries use `$1` placeholders, so a percent sign in a name means nothing."""

    IDLE_KEPT = 16
    DRIVER_ERROR = psycopg.Error

    def __init__(self, address: Address, credentials: Credentials, side: Side, fencing: Fencing = unfenced) -> None:
        super().__init__(address, credentials, side, fencing)
        self._limits: WeakKeyDictionary[Connection, int] = WeakKeyDictionary()

    @contextmanager
    def use(self, *, statement_seconds: float = 0) -> Iterator[Connection]:
        """A connection in autocommit mode, for the calling thread until the block ends.

        The server ends a statement that runs longer than `statement_seconds`; 0 is no limit.
        Raises SourceError or TargetError for every psycopg error in the block.
        """
        limit = math.ceil(statement_seconds * 1000)
        number = self._number()
        taken = self._take(lambda idle: self._limits.get(idle, 0) == limit)
        with self._kept(taken or self._admitted(number)) as connection:
            if self._limits.get(connection, 0) != limit:
                connection.execute(f"SET statement_timeout = {limit}")
                self._limits[connection] = limit
            yield connection

    @contextmanager
    def use_once(self, *, statement_seconds: float) -> Iterator[Connection]:
        """A connection of its own, closed after the block: for what leaves a session unfit for others."""
        with self._once(self._admitted(self._number()), self._credentials) as connection:
            connection.execute(f"SET statement_timeout = {math.ceil(statement_seconds * 1000)}")
            yield connection

    def tls(self) -> tuple[str, str | None]:
        """libpq's sslmode and sslrootcert (None: not used) for this address.

        Raises SourceError or TargetError when TLS is off for a host that is not loopback.
        """
        self._require_tls()
        mode = self.address.tls
        if mode in (Tls.DISABLE, Tls.REQUIRE):
            return mode.value, None
        return mode.value, self.address.ca_file or ssl.get_default_verify_paths().cafile or "system"

    def _open(self, credentials: Credentials, number: FencingNumber | None = None) -> Connection:
        mode, ca_file = self.tls()
        application = f"{APPLICATION_NAME} {number.line} {number.number}" if number else APPLICATION_NAME
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

    def _admits(self, connection: Connection, number: FencingNumber) -> bool:
        return fencing.admitted(connection, number)

    def _lost(self, connection: Connection, error: Exception) -> bool:
        return connection.closed

    def _told(self, where: str, error: Exception) -> SourceError | TargetError:
        assert isinstance(error, psycopg.Error)
        return failed(self.side, where, error)

    def _at_rest(self, connection: Connection) -> bool:
        return not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE

    def _descriptor(self, connection: Connection) -> int:
        return connection.fileno()

    def _end(self, connection: Connection) -> None:
        connection.close()
