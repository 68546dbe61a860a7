"""Connections of both sides: TLS by SslMode, sessions in which every value survives, scripts on the target."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import CLIENT

from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.mysql.errors import REFUSED_LOGIN, UNKNOWN_VARIABLE, code, words
from migrate.sandbox.dms.worker.spec import Endpoint

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

    Connection = pymysql.Connection[Cursor]
else:
    Connection = pymysql.Connection

CONNECT_SECONDS = 10
PATIENT_SECONDS = 3600
"""How long a server may wait for this side, which waits for the other server."""

SOURCE_SESSION = (
    "SET SESSION sql_mode = ''",
    "SET SESSION time_zone = '+00:00'",
    f"SET SESSION net_write_timeout = {PATIENT_SECONDS}",
    "SET SESSION max_execution_time = 0",  # MySQL's limit of a SELECT, in milliseconds
    "SET SESSION max_statement_time = 0",  # MariaDB's, in seconds
)
TARGET_SESSION = (
    # Strict, so that a value which does not fit is an error and not a changed value; a row with number 0 keeps it; what
    # the source could store as a date is a date.
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'",
    "SET SESSION time_zone = '+00:00'",
    f"SET SESSION net_read_timeout = {PATIENT_SECONDS}",
    "SET SESSION transaction_isolation = 'READ-COMMITTED'",
    "SET SESSION tx_isolation = 'READ-COMMITTED'",  # its name in MariaDB and MySQL 5.7
)


def connect_source(endpoint: Endpoint) -> Connection:
    """A source connection.

    Raises RecoverableError when the server cannot be reached, TaskFailedError when it refuses the login.
    """
    connection = _connect(endpoint)
    _prepare(connection, SOURCE_SESSION)
    return connection


def connect_target(
    endpoint: Endpoint, *, loading: bool = False, said: Callable[[str], object] | None = None
) -> Connection:
    """A target connection on which Initstmt and AfterConnectScript ran (dms.md §10; §19.15: on every connection).

    A script that fails changes nothing but for a word to `said`: the task goes on (dms.md §10). `loading` is for a full
    load: foreign keys and uniqueness are not checked then (assumption: the service wants the bypass said in Initstmt).
    Raises as `connect_source` does.
    """
    flags = CLIENT.FOUND_ROWS | CLIENT.MULTI_STATEMENTS
    connection = _connect(endpoint, client_flag=flags, local_infile=True)
    _prepare(connection, TARGET_SESSION)
    for name in ("Initstmt", "AfterConnectScript"):
        script = str(endpoint.settings.get(name) or "").strip()
        if script:
            failed = _run_script(connection, script)
            if failed and said is not None:
                said(f"{name} failed: {failed}")
    if loading:
        run(connection, "SET SESSION foreign_key_checks = 0, unique_checks = 0")
    return connection


def run(connection: Connection, text: str, parameters: object = None) -> list[tuple[Any, ...]]:
    """One statement; its rows. Raises pymysql.MySQLError."""
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return list(cursor.fetchall())


def end_statement(endpoint: Endpoint, connection: Connection) -> None:
    """End what another connection's session is doing; the session stays. Raises as `connect_source` and `run` do."""
    private: Any = connection
    with closing(_connect(endpoint)) as other:
        run(other, "KILL QUERY %s", (private.thread_id(),))


def is_mariadb(connection: Connection) -> bool:
    """By the version the server gave at its greeting."""
    private: Any = connection
    return "mariadb" in str(private.get_server_info()).lower()


def _prepare(connection: Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        try:
            run(connection, statement)
        except pymysql.MySQLError as error:
            if code(error) != UNKNOWN_VARIABLE:
                connection.close()
                raise TaskFailedError(words(error)) from None


def _run_script(connection: Connection, script: str) -> str:
    """Empty, or why the script failed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(script)
            while cursor.nextset():
                continue
    except pymysql.MySQLError as error:
        return words(error)
    return ""


def _connect(endpoint: Endpoint, **options: Any) -> Connection:
    endpoint.link.check()
    try:
        connection = pymysql.connect(
            host=endpoint.host,
            port=endpoint.port,
            user=endpoint.user,
            password=endpoint.password,
            connect_timeout=CONNECT_SECONDS,
            charset="utf8mb4",
            autocommit=True,
            program_name="awsdms",
            **_tls(endpoint),
            **options,
        )
        return endpoint.link.opened(connection, _fileno)
    except pymysql.MySQLError as error:
        text = words(error).replace(endpoint.password, "***") if endpoint.password else words(error)
        if code(error) in REFUSED_LOGIN:
            raise TaskFailedError(text) from None
        raise RecoverableError(text) from None
    except (OSError, RuntimeError) as error:
        raise RecoverableError(words(error)) from None


def _fileno(connection: Connection) -> int:
    private: Any = connection
    return int(private._sock.fileno())


def _tls(endpoint: Endpoint) -> dict[str, Any]:
    """SslMode of the endpoint (dms.md §10) → PyMySQL's options."""
    match endpoint.ssl_mode:
        case "verify-ca" | "verify-full":
            context = ssl.create_default_context(cafile=endpoint.ca_file)
            context.check_hostname = endpoint.ssl_mode == "verify-full"
        case "require":
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        case _:
            return {"ssl_disabled": True}
    return {"ssl": context}
