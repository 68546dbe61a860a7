"""Opening a connection for TestConnection: with the endpoint's credentials, and as its SslMode says."""

from __future__ import annotations

import ssl
from typing import Any

import psycopg
import pymysql

from migrate.sandbox.dms.logins import Login

CONNECT_SECONDS = 10
LIBPQ_MODES = {"none": "disable", "require": "require", "verify-ca": "verify-ca", "verify-full": "verify-full"}


def failure(login: Login) -> str:
    """Empty when the server let us in and answered, else the driver's own words without the password (§19 item 5)."""
    probe = _postgres if login.family == "postgres" else _mysql
    try:
        probe(login)
    except (psycopg.Error, pymysql.MySQLError, OSError, RuntimeError) as error:
        return worded(str(error).replace(login.password, "***") if login.password else str(error))
    return ""


def _postgres(login: Login) -> None:
    with psycopg.connect(
        host=login.host,
        port=login.port,
        user=login.user,
        password=login.password,
        dbname=login.database,
        sslmode=LIBPQ_MODES[login.ssl_mode],
        gssencmode="disable",
        connect_timeout=CONNECT_SECONDS,
        application_name="awsdms-test-connection",
        sslrootcert=login.ca_file if login.ssl_mode.startswith("verify") else None,
    ) as connection:
        connection.execute("SELECT 1")


def _mysql(login: Login) -> None:
    with (
        pymysql.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            database=login.database or None,
            connect_timeout=CONNECT_SECONDS,
            program_name="awsdms-test-connection",
            **_mysql_tls(login),
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")


def _mysql_tls(login: Login) -> dict[str, Any]:
    if login.ssl_mode == "none":
        return {"ssl_disabled": True}
    context = ssl.create_default_context(cafile=login.ca_file if login.ssl_mode.startswith("verify") else None)
    context.check_hostname = login.ssl_mode == "verify-full"
    if login.ssl_mode == "require":
        context.verify_mode = ssl.CERT_NONE
    return {"ssl": context}


def worded(text: str) -> str:
    """The driver's words as LastFailureMessage. The frame around the driver's text is an assumption."""
    return (
        "Test Endpoint failed: Application-Status: 1020912, Application-Message: Failed to connect,"
        f" Application-Detailed-Message: {' '.join(text.split())}"
    )
