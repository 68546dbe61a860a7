"""Opening a connection for TestConnection: with the endpoint's credentials, and as its SslMode says."""

from __future__ import annotations

import psycopg

from migrate.sandbox.dms.logins import Login

CONNECT_SECONDS = 10
LIBPQ_MODES = {"none": "disable", "require": "require", "verify-ca": "verify-ca", "verify-full": "verify-full"}


def failure(login: Login) -> str:
    """Empty when the server let us in and answered, else the driver's own words without the password (§19 item 5)."""
    if login.family != "postgres":
        return _worded(f"the stand-in has no driver for engine {login.engine} yet")
    ca_file = login.ca_file if login.ssl_mode.startswith("verify") else None
    try:
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
            sslrootcert=ca_file,
        ) as connection:
            connection.execute("SELECT 1")
    except (psycopg.Error, OSError) as error:
        return _worded(str(error).replace(login.password, "***") if login.password else str(error))
    return ""


def _worded(text: str) -> str:
    """The frame around the driver's text is an assumption."""
    return (
        "Test Endpoint failed: Application-Status: 1020912, Application-Message: Failed to connect,"
        f" Application-Detailed-Message: {' '.join(text.split())}"
    )
