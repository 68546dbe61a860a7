"""Ending other people's sessions, and being sure that they are gone.

A session shows in the processlist from its first byte, as `unauthenticated user` until the server has checked it: so
who passed the check before an account was locked, and does not show by name yet, is among those.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import pymysql

from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.failures import PERMISSION_NUMBERS, number_of
from migrate.engines.mysql.processlist import clients
from migrate.engines.mysql.transactions import once_shown

POLL_SECONDS = 0.02
LOGIN_SECONDS = 1.0
"""How long a login that is under way may take before its session is ended too."""

KEEPERS = frozenset(
    (
        "rdsadmin",
        "rdsrepladmin",
        "rdstopmgr",
        "rdsproxyadmin",
        "mysql.sys",
        "mysql.session",
        "mysql.infoschema",
        "mariadb.sys",
    )
)
"""Accounts of the server and of the service itself; nobody else has their password (mysql-compatibility.md §3.7)."""
NOBODY_YET = "unauthenticated user"
_REPLICATION = "system user"
_DAEMON, _WORKER, _KILLED = "Daemon", "Connect", "Killed"
_NO_SUCH_THREAD, _NOT_OWNER = 1094, 1095
_NO_SUCH_PROCEDURE, _SIGNAL = 1305, 1644


@dataclass(frozen=True)
class Session:
    id: int
    user: str
    host: str
    command: str

    def __str__(self) -> str:
        at = f"@{self.host}" if self.host else ""
        return f"id {self.id}, {self.user}{at}, {self.command}"

    @property
    def logging_in(self) -> bool:
        return self.user == NOBODY_YET

    @property
    def at_the_door(self) -> bool:
        """Let in but for its first command, or about to be gone: one that is refused for its lock shows so, too."""
        return self.command in (_WORKER, _KILLED)

    @property
    def masked(self) -> bool:
        """It runs stored code under the name of its definer, whose host is a pattern: whose session it is cannot be
        told. Seen on MySQL 9.7 and MariaDB 10.11, as `%:42764`."""
        return "%" in self.host

    @property
    def replication(self) -> bool:
        """One of the threads that apply another server's changes here."""
        return self.user == _REPLICATION and self.command != _DAEMON

    @property
    def event(self) -> bool:
        """An event at work, under its definer's name. A client that has just logged in works for no command either, but
        comes from a port."""
        comes_from_a_port = re.search(r":\d{2,}$", self.host) is not None
        return self.command == _WORKER and not (self.logging_in or self.replication or comes_from_a_port)


def demand_process(connection: Connection) -> None:
    """Raises pymysql.MySQLError without PROCESS: the list of sessions would be shorter then, and not say so."""
    once_shown(lambda: connection.rows("SELECT trx_id FROM information_schema.innodb_trx LIMIT 1"))


def sessions(connection: Connection) -> list[Session]:
    """Every session but the asking one, of all users. Raises pymysql.MySQLError without PROCESS: others are hidden
    then, not refused."""
    demand_process(connection)
    mine = connection.rows("SELECT CONNECTION_ID()")[0][0]
    found = (
        Session(number, client.user or NOBODY_YET, client.host, client.command)
        for number, client in clients(connection).items()
    )
    return [session for session in found if session.id != mine and session.command != _DAEMON]


def by_name(connection: Connection, timeout: float = LOGIN_SECONDS) -> list[Session]:
    """Every session under the name of whoever logged in.

    One that runs a trigger or a routine has its definer's name until that is over, and an event at work is nobody's:
    they are looked at again until they show or are gone. What did neither within `timeout` seconds is told as it is.
    """
    found = {session.id: session for session in sessions(connection)}
    deadline = time.monotonic() + timeout
    while (hidden := [one for one in found.values() if one.masked or one.event]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 4)
        now = {session.id: session for session in sessions(connection)}
        for one in hidden:
            del found[one.id]
            if one.id in now:
                found[one.id] = now[one.id]
    return list(found.values())


def strangers(connection: Connection, friends: Collection[str]) -> list[Session]:
    """Sessions that are neither a friend's nor the service's own, and events at work for whomever.

    A session under a friend's name that is masked counts: it may be anybody's who calls what the friend defined.
    Logins under way and threads of replication are not among them.
    """
    return [
        session
        for session in sessions(connection)
        if not (session.logging_in or session.replication)
        and session.user not in KEEPERS
        and (session.event or session.masked or session.user not in friends)
    ]


def settle(connection: Connection, timeout: float = LOGIN_SECONDS) -> list[Session]:
    """Wait until the logins that are under way now have shown who they are or left; returns those that did neither."""
    waiting = _logins(connection)
    deadline = time.monotonic() + timeout
    while waiting and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 2)
        still = _logins(connection)
        waiting = {id_: still[id_] for id_ in waiting.keys() & still.keys()}
    return [waiting[id_] for id_ in sorted(waiting)]


def staying(find: Callable[[], list[Session]], timeout: float = LOGIN_SECONDS) -> list[Session]:
    """What `find` finds now and is not on its way out: those at the door are given a moment to be gone."""
    found = find()
    doubtful = {session.id for session in found if session.at_the_door}
    deadline = time.monotonic() + timeout
    while doubtful and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 2)
        now = {session.id: session for session in find()}
        found = [now[session.id] for session in found if session.id in now]
        doubtful = {session.id for session in found if session.at_the_door}
    return found


def end(connection: Connection, find: Callable[[], list[Session]], timeout: float) -> list[Session]:
    """Kill what `find` finds and wait until it is gone; returns those that stay after `timeout` seconds.

    Logins that stay under way are killed with it, whoever they might become: a client may take its time between the
    server's check and its own last word. Who comes later is not waited for: nobody does behind a closed door.
    """
    deadline = time.monotonic() + timeout
    for login in settle(connection, min(LOGIN_SECONDS, timeout / 2)):
        kill(connection, login)
    found: set[int] | None = None
    while True:
        slow = settle(connection, POLL_SECONDS)
        present = find()
        if found is None and not slow:
            found = {session.id for session in present}
        remaining = [session for session in present if found is None or session.id in found]
        if (found is not None and not remaining) or time.monotonic() > deadline:
            return remaining
        for session in present:
            kill(connection, session)
        time.sleep(POLL_SECONDS)


def kill(connection: Connection, session: Session) -> None:
    """End one session. One that may not be ended stays, and is named by whoever waits for its end.

    Killing needs CONNECTION_ADMIN (MariaDB: CONNECTION ADMIN), or RDS's own procedure.
    """
    try:
        connection.execute(f"KILL {session.id:d}")
    except pymysql.MySQLError as error:
        if number_of(error) in {_NOT_OWNER, *PERMISSION_NUMBERS}:
            _kill_by_procedure(connection, session)
        elif number_of(error) != _NO_SUCH_THREAD:
            raise


def _kill_by_procedure(connection: Connection, session: Session) -> None:
    try:
        connection.execute(f"CALL mysql.rds_kill({session.id:d})")
    except pymysql.MySQLError as error:
        if number_of(error) not in {_NO_SUCH_PROCEDURE, _SIGNAL, _NO_SUCH_THREAD, _NOT_OWNER, *PERMISSION_NUMBERS}:
            raise


def _logins(connection: Connection) -> dict[int, Session]:
    return {session.id: session for session in sessions(connection) if session.logging_in}
