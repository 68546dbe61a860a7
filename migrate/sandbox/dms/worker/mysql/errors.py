"""Errors of MySQL and MariaDB, sorted as the worker needs them."""

from __future__ import annotations

import pymysql

from migrate.sandbox.dms.worker.errors import Failure, Kind

_UNIQUE = frozenset({1022, 1062, 1586})
_INTEGRITY = frozenset({1048, 1216, 1217, 1364, 1451, 1452, 1557, 1761, 1762, 3819, 4025})
"""NOT NULL, no default, foreign keys of parent and child, CHECK (MySQL's and MariaDB's number)."""
_TRUNCATION = frozenset({1265, 1406})
_DATA = frozenset({1264, 1292, 1300, 1366, 1367, 1411, 1416, 1690, 3037, 3140, 3141, 3144, 3156, 4038})
_ENVIRONMENT = frozenset(
    {
        *{1021, 1037, 1038, 1040, 1041, 1114, 1203, 1226},  # disk, memory, connections, quotas
        *{1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 4031},  # shutdown, network, killed
        *{1205, 1206, 1213, 1614},  # locks, deadlocks
        *{1290, 1836},  # read only: a failover
        *{2002, 2003, 2006, 2013, 2014, 2026, 2055},  # the client's own
    }
)
"""What another attempt may find better (dms.md §8: environmental errors)."""
REFUSED_LOGIN = frozenset({1044, 1045, 1049, 1130, 1251, 1275, 1698, 2054, 2059, 2061, 3118, 3159, 3955, 4151})
UNKNOWN_VARIABLE = 1193
SYNTAX = 1064


def failure(error: BaseException) -> Failure:
    """The error's words, its kind, and whether another attempt may succeed."""
    number = code(error)
    for numbers, kind in (
        (_UNIQUE, Kind.UNIQUE),
        (_INTEGRITY, Kind.INTEGRITY),
        (_TRUNCATION, Kind.TRUNCATION),
        (_DATA, Kind.DATA),
    ):
        if number in numbers:
            return Failure(words(error), kind, False)
    lost = isinstance(error, pymysql.err.InterfaceError) or number in _ENVIRONMENT
    return Failure(words(error), Kind.OTHER, lost)


def code(error: BaseException) -> int:
    """The server's or the client's number of the error; 0 for none."""
    number = error.args[0] if isinstance(error, pymysql.MySQLError) and error.args else 0
    return number if isinstance(number, int) else 0


def words(error: BaseException) -> str:
    """A database error as one line, without the password a driver might repeat."""
    text = error.args[1] if isinstance(error, pymysql.MySQLError) and len(error.args) > 1 else str(error)
    text = " ".join(str(text).split()) or type(error).__name__
    number = code(error)
    return f"{text} ({number})" if number else text


def connection_lost(error: BaseException) -> pymysql.err.OperationalError:
    """A failure of the socket, in the driver's own words for it."""
    return pymysql.err.OperationalError(2013, f"Lost connection to MySQL server: {error}")
