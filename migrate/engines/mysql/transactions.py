"""Questions about InnoDB's transactions, which the server shows with their statements, in utf8mb3.

MySQL 9.7 refuses them altogether (3854) while one of the statements holds a character of four bytes, whatever columns
are asked for. Such a statement ends soon, so that the question is asked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import pymysql

from migrate.engines.mysql.failures import number_of
from migrate.engines.mysql.processlist import CANNOT_CONVERT

T = TypeVar("T")

ATTEMPTS, PAUSE_SECONDS = 30, 0.15
"""The server keeps what it showed until nobody asked for a tenth of a second."""


def once_shown(ask: Callable[[], T]) -> T:
    """The answer to a question about `information_schema.innodb_trx`. Raises pymysql.MySQLError, also when a statement
    that cannot be shown has been running all the while."""
    for _ in range(ATTEMPTS):
        try:
            return ask()
        except pymysql.MySQLError as error:
            if number_of(error) != CANNOT_CONVERT:
                raise
        time.sleep(PAUSE_SECONDS)
    return ask()
