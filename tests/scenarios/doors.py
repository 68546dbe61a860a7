"""Looks from outside whether the application could get in on both sides of a migration at one moment."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pymysql

from checks.route import Engine
from tests.patience import PATIENCE

MYSQL = "SELECT count(*) FROM mysql.user WHERE user = %s AND account_locked = 'N'"
MARIADB = (
    "SELECT count(*) FROM mysql.global_priv WHERE user = %s AND coalesce(json_value(priv, '$.account_locked'), 0) = 0"
)


LOOKS_APART = 0.02
"""Seconds. Each look is three questions, and the machine has other work to do."""


class Doors:
    """Watches both sides for as long as it is entered. `sides` are engine and login of each, as an administrator.

    One that is `patient` connects again when a side is gone, for there nobody gets in meanwhile.
    """

    def __init__(
        self, application: str, sides: Sequence[tuple[Engine, dict[str, Any]]], *, patient: bool = False
    ) -> None:
        self._application, self._sides, self._patient = application, sides, patient
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.looks = 0
        self.both_open = 0
        self.problem = ""

    def __enter__(self) -> Doors:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)

    def look_again(self) -> None:
        """Wait until both sides were looked at once more, from beginning to end."""
        wanted, deadline = self.looks + 2, time.monotonic() + PATIENCE
        while self.looks < wanted:
            assert not self.problem, self.problem
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _watch(self) -> None:
        self._look()
        while self._patient and self.problem and not self._stop.wait(0.1):
            self.problem = ""
            self._look()

    def _look(self) -> None:
        try:
            with contextlib.ExitStack() as closing:
                sides = [_door(closing, self._application, engine, login) for engine, login in self._sides]
                while not self._stop.wait(LOOKS_APART):
                    # The first side is asked again last: an answer counts when it held all the while.
                    first, second, again = (is_open() for is_open in (*sides, sides[0]))
                    self.looks += 1
                    self.both_open += first and second and again
        except (psycopg.Error, pymysql.Error) as error:
            self.problem = str(error)


def _door(closing: contextlib.ExitStack, application: str, engine: Engine, login: dict[str, Any]) -> Callable[[], bool]:
    if engine is Engine.POSTGRES:
        postgres = closing.enter_context(psycopg.connect(**login, autocommit=True))
        question = "SELECT has_database_privilege(%s, current_database(), 'CONNECT')"
        return lambda: bool((postgres.execute(question, [application]).fetchone() or (None,))[0])
    mysql = closing.enter_context(mysql_connection(login))
    cursor = mysql.cursor()

    def unlocked() -> bool:
        cursor.execute(MARIADB if engine is Engine.MARIADB else MYSQL, [application])
        return bool((cursor.fetchone() or (None,))[0])

    return unlocked


def mysql_connection(login: dict[str, Any]) -> pymysql.Connection[Any]:
    """An administrator's connection, from the same login record as PostgreSQL's."""
    return pymysql.connect(
        host=login["host"],
        port=int(login["port"]),
        user=login["user"],
        password=login["password"],
        autocommit=True,
        ssl_ca=login["sslrootcert"],
        ssl_verify_cert=True,
        ssl_verify_identity=True,
    )
