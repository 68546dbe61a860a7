"""Connections to one side: verified TLS, one fixed way of printing values, errors that name the side."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.connections import Connection as PyMySqlConnection
from pymysql.constants import SERVER_STATUS
from pymysql.cursors import Cursor, SSCursor

from migrate.engines.failures import TLS_REFUSED, WRONG_ENGINE, failure
from migrate.engines.mysql import fencing
from migrate.engines.mysql.failures import GONE, failed, number_of, refused
from migrate.engines.mysql.link import descriptor, keep_alive
from migrate.engines.mysql.server_version import ServerVersion
from migrate.engines.pool import Pool
from migrate.errors import SourceError, TargetError
from migrate.model.database import Credentials, FencingNumber, Tls

PROGRAM_NAME = "aurora-migrate"
CONNECT_TIMEOUT_SECONDS = 10
FETCHED = 1000
COLLATION = "utf8mb4_bin"
"""Of every literal and parameter: exact, and known to every version. A column's own collation outranks it."""

_SETTINGS = {
    "sql_mode": "'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES'",
    "time_zone": "'+00:00'",
    "autocommit": "1",
    "foreign_key_checks": "1",
    "unique_checks": "1",
    "sql_quote_show_create": "1",
    "sql_safe_updates": "0",
    "sql_select_limit": "DEFAULT",
    "sql_big_selects": "1",
    "lock_wait_timeout": "60",
    "innodb_lock_wait_timeout": "30",
    "wait_timeout": "28800",
    "net_read_timeout": "600",
    "net_write_timeout": "600",
    "group_concat_max_len": "67108864",
}
"""A zero date, a day that is not in the calendar and an explicit 0 in an AUTO_INCREMENT column are taken as they are:
what a dump or a key says is not the toolkit's to improve. Everything else is strict."""
_MYSQL_SETTINGS = {"max_execution_time": "0"}
_MYSQL_8_SETTINGS = {"information_schema_stats_expiry": "0"}
"""Without it AUTO_INCREMENT and row counts are a day old."""
_MYSQL_8_0_30_SETTINGS = {"show_gipk_in_create_table_and_information_schema": "1"}
"""A primary key that the server made is one all the same."""
_MARIADB_SETTINGS = {"max_statement_time": "0", "idle_transaction_timeout": "0"}

if TYPE_CHECKING:
    _PyMySqlConnection = PyMySqlConnection[Cursor]
else:
    _PyMySqlConnection = PyMySqlConnection

_QUOTED_OR_PLACEHOLDER = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|(%s)", re.DOTALL)


class Connection(_PyMySqlConnection):
    """A session of the toolkit. `%s` stands for a parameter, but not inside quotes: a percent sign in a name means
    nothing. Raises pymysql.MySQLError; the block that took the connection turns it into the side's error."""

    server_version: str
    server_status: int
    server_thread_id: tuple[int, ...]

    @property
    def server(self) -> ServerVersion:
        """Engine and version as the server said in its handshake."""
        return ServerVersion.parse(self.server_version)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        """Run one statement; a sequence as a value becomes a list in parentheses, for IN (never an empty one)."""
        cursor = self.cursor()
        cursor.execute(self._bound(statement, values))
        return cursor

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return list(self.execute(statement, values).fetchall())

    def batches(self, statement: str, values: Sequence[Any] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """Rows as the server sends them; nothing else can run on this connection until the last one, or `abandon`."""
        cursor = SSCursor(self)
        cursor.execute(self._bound(statement, values))
        while batch := list(cursor.fetchmany(FETCHED)):
            yield batch

    @property
    def number(self) -> int:
        """The server's number of this session, as KILL takes it."""
        return int(self.server_thread_id[0])

    @property
    def in_transaction(self) -> bool:
        return bool(self.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)

    @property
    def streaming(self) -> bool:
        """Whether the server still has rows to send."""
        result = getattr(self, "_result", None)
        return bool(result is not None and result.unbuffered_active)

    def drain(self) -> None:
        """Read to the end of what the server sends. Raises pymysql.MySQLError when that is an error."""
        if self.streaming:
            getattr(self, "_result")._finish_unbuffered_query()  # noqa: B009

    def abandon(self) -> None:
        """Read no further rows; the connection is good for nothing then but to be closed."""
        if self.streaming:
            # Else whoever is the last to hold the result would wait for all of it.
            result = getattr(self, "_result")  # noqa: B009
            result.unbuffered_active, result.connection = False, None

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[None]:
        """One transaction, committed at the end of the block. With `snapshot` it reads one state of the database."""
        if snapshot:
            self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        else:
            self.begin()
        try:
            yield
        except BaseException:
            with suppress(pymysql.MySQLError):
                self.rollback()
            raise
        self.commit()

    def _bound(self, statement: str, values: Sequence[Any]) -> str:
        left = list(reversed(values))

        def value(found: re.Match[str]) -> str:
            if found[1] is None:
                return found[0]
            if not left:
                raise ValueError("fewer values than placeholders")
            return str(self.escape(left.pop(), self.encoders))

        bound = _QUOTED_OR_PLACEHOLDER.sub(value, statement)
        if left:
            raise ValueError("more values than placeholders")
        return bound


class Connections(Pool[Connection]):
    """Statements take `%s` for a parameter; see Connection."""

    IDLE_KEPT = 4
    DRIVER_ERROR = pymysql.MySQLError

    @contextmanager
    def use(self) -> Iterator[Connection]:
        """A connection in autocommit mode, for the calling thread until the block ends.

        Raises SourceError or TargetError for every PyMySQL error in the block.
        """
        number = self._number()
        with self._kept(self._take() or self._admitted(number)) as connection:
            yield connection

    @contextmanager
    def use_once(self) -> Iterator[Connection]:
        """A connection of its own, closed after the block: for what leaves a session unfit for others."""
        with self._once(self._admitted(self._number()), self._credentials) as connection:
            yield connection

    def tls(self) -> ssl.SSLContext | None:
        """How TLS is spoken to this address; None without TLS.

        Raises SourceError or TargetError when TLS is off for a host that is not loopback, or ca_file cannot be read.
        """
        self._require_tls()
        mode, ca_file = self.address.tls, self.address.ca_file
        if mode is Tls.DISABLE:
            return None
        try:
            context = ssl.create_default_context(cafile=ca_file if mode is not Tls.REQUIRE else None)
        except OSError as error:
            hint = "Name a readable file of PEM certificates in ca_file."
            raise failure(self.side, TLS_REFUSED, f"{self.where}: {ca_file}: {error}", hint=hint) from None
        # Certificates that MySQL makes for itself lack the extensions that RFC 5280 asks for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = mode is Tls.VERIFY_FULL
        if mode is Tls.REQUIRE:
            context.verify_mode = ssl.CERT_NONE
        return context

    def _open(self, credentials: Credentials, number: FencingNumber | None = None) -> Connection:
        context = self.tls()
        try:
            connection = Connection(
                host=self.address.host,
                port=self.address.port,
                database=self.address.database or None,
                user=credentials.user,
                password=credentials.password.encode(),  # a str would have to be latin-1
                charset="utf8mb4",
                collation=COLLATION,
                autocommit=True,
                program_name=PROGRAM_NAME,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                local_infile=False,
                ssl=context,
                ssl_disabled=context is None,
            )
        except (pymysql.MySQLError, OSError, RuntimeError) as error:
            raise refused(self.side, self._where(credentials), error) from None
        self._require_engine(connection)
        try:
            keep_alive(connection)
            _settle(connection)
        except pymysql.MySQLError as error:
            raise self._failed(connection, credentials, error) from error
        return connection

    def _require_engine(self, connection: Connection) -> None:
        """What follows from the engine, from rules to DMS's endpoint, would be wrong without a word."""
        found, named = connection.server, self.address.engine
        if found.engine is not named:
            self._end(connection)
            message = f"{self.where}: the server is {found.engine.value} {found.version}, not {named.value}"
            hint = f'Name {found.engine.value}: {found.engine.value}:// in a URL, engine = "{found.engine.value}".'
            raise failure(self.side, WRONG_ENGINE, message, hint=hint)

    def _admits(self, connection: Connection, number: FencingNumber) -> bool:
        return fencing.admitted(connection, number)

    def _lost(self, connection: Connection, error: Exception) -> bool:
        return number_of(error) in GONE

    def _told(self, where: str, error: Exception) -> SourceError | TargetError:
        assert isinstance(error, pymysql.MySQLError)
        return failed(self.side, where, error)

    def _at_rest(self, connection: Connection) -> bool:
        return connection.open and not connection.in_transaction

    def _descriptor(self, connection: Connection) -> int:
        return descriptor(connection)

    def _end(self, connection: Connection) -> None:
        connection.abandon()
        with suppress(pymysql.MySQLError):
            connection.close()


def _settle(connection: Connection) -> None:
    """Fix what the session prints, waits for and takes, whatever the server's defaults are."""
    server = connection.server
    settings = dict(_SETTINGS)
    if server.mariadb:
        settings |= _MARIADB_SETTINGS
    else:
        settings |= _MYSQL_SETTINGS
        if server.mysql_from(8):
            settings |= _MYSQL_8_SETTINGS
        if server.mysql_from(8, 0, 30):
            settings |= _MYSQL_8_0_30_SETTINGS
    connection.execute("SET SESSION " + ", ".join(f"{name} = {value}" for name, value in settings.items()))
    connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
