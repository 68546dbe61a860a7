"""Connections of both sides: TLS by SslMode, value formats that survive the way, AfterConnectScript on the target."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.postgres.errors import words
from migrate.sandbox.dms.worker.spec import Endpoint

SSL_MODES = {"none": "disable", "require": "require", "verify-ca": "verify-ca", "verify-full": "verify-full"}
"""SslMode of the endpoint → libpq's sslmode (dms.md §10)."""

VALUE_FORMATS = (
    "-c datestyle=ISO,YMD -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex -c timezone=UTC"
    " -c xmloption=content -c lc_monetary=C"
)
"""One text form for every value on both sides, so that what one server prints the other one reads unchanged."""

QUALIFIED_NAMES = " -c search_path="
"""For the source: regclass and the like are then printed with their schema. The target keeps its own search path."""

CONNECT_SECONDS = 10
_BAD_LOGIN = ("28P01", "28000", "3D000", "42501")


def connect_source(endpoint: Endpoint, *, replication: bool = False) -> psycopg.Connection[TupleRow]:
    """A source connection; `replication` makes it one for the replication protocol.

    Raises RecoverableError when the server cannot be reached, TaskFailedError when it refuses the login.
    """
    more: dict[str, Any] = {"replication": "database"} if replication else {}
    return _connect(endpoint, options=VALUE_FORMATS + QUALIFIED_NAMES, **more)


def connect_target(endpoint: Endpoint) -> psycopg.Connection[TupleRow]:
    """A target connection on which AfterConnectScript ran (dms.md §10; §19.15: on every connection).

    A script that fails ends the task (assumption). Raises as `connect_source` does.
    """
    connection = _connect(endpoint, options=VALUE_FORMATS)
    script = str(endpoint.settings.get("AfterConnectScript") or "").strip()
    if script:
        try:
            connection.execute(script)
        except psycopg.Error as error:
            connection.close()
            raise TaskFailedError(f"AfterConnectScript failed: {words(error)}") from None
    return connection


def _connect(endpoint: Endpoint, **options: Any) -> psycopg.Connection[TupleRow]:
    if endpoint.ca_file and endpoint.ssl_mode.startswith("verify"):
        options["sslrootcert"] = endpoint.ca_file
    endpoint.link.check()
    try:
        connection = psycopg.connect(
            host=endpoint.host,
            port=endpoint.port,
            user=endpoint.user,
            password=endpoint.password,
            dbname=endpoint.database,
            sslmode=SSL_MODES.get(endpoint.ssl_mode, "disable"),
            connect_timeout=CONNECT_SECONDS,
            application_name="awsdms",
            client_encoding="UTF8",
            autocommit=True,
            **options,
        )
    except psycopg.OperationalError as error:
        text = words(error)
        if error.sqlstate in _BAD_LOGIN or "authentication failed" in text or "does not exist" in text:
            raise TaskFailedError(text) from None
        raise RecoverableError(text) from None
    connection.prepare_threshold = None
    return endpoint.link.opened(connection, _fileno)


def _fileno(connection: psycopg.Connection[TupleRow]) -> int:
    return connection.pgconn.socket
