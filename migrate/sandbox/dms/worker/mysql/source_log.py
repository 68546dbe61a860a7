"""The source's binary log as its server describes it: where it ends, which files there are, whether rows are in it."""

from __future__ import annotations

import pymysql

from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.mysql.errors import SYNTAX, code, words

_ACCESS_DENIED = frozenset({1227, 1045})
_WANTED = {
    "log_bin": ("ON", "1"),
    "binlog_format": ("ROW",),
    "binlog_row_image": ("FULL",),
    "binlog_row_value_options": ("",),
    "binlog_transaction_compression": ("OFF", "0"),
    "log_bin_compress": ("OFF", "0"),
    "encrypt_binlog": ("OFF", "0"),
}
"""Settings without which rows cannot be read (dms.md §10, source preparation); a missing one is of another server."""


def require_rows(source: Connection) -> None:
    """Raises TaskFailedError when the log is off or does not hold whole rows (the words are an assumption)."""
    found = {str(name).lower(): str(value) for name, value in run(source, "SHOW GLOBAL VARIABLES LIKE '%bin%'")}
    for name, wanted in _WANTED.items():
        value = found.get(name)
        if value is not None and value.upper() not in wanted:
            what = "Binary logging must be enabled" if name == "log_bin" else f"{name} must be {wanted[0] or 'empty'}"
            raise TaskFailedError(f"{what} for MySQL server (it is {value or 'empty'}).")


def current_end(source: Connection) -> tuple[str, int]:
    """The log's newest file and its length. Raises TaskFailedError without the privilege or without a log."""
    try:
        rows = run(source, "SHOW BINARY LOG STATUS")
    except pymysql.MySQLError as error:
        if code(error) in _ACCESS_DENIED:
            raise _denied(error) from None
        if code(error) != SYNTAX:
            raise
        try:
            rows = run(source, "SHOW MASTER STATUS")  # before MySQL 8.2, and MariaDB
        except pymysql.MySQLError as older:
            if code(older) in _ACCESS_DENIED:
                raise _denied(older) from None
            raise
    if not rows:
        raise TaskFailedError("Binary logging must be enabled for MySQL server (it is OFF).")
    return str(rows[0][0]), int(rows[0][1])


def files(source: Connection) -> list[str]:
    """The files that are still there, oldest first."""
    return [str(row[0]) for row in run(source, "SHOW BINARY LOGS")]


def _denied(error: pymysql.MySQLError) -> TaskFailedError:
    return TaskFailedError(f"{words(error)}. The endpoint's user needs REPLICATION CLIENT and REPLICATION SLAVE.")
