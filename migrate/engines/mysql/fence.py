"""Keeps applications out by locking their accounts: every one, in all its host forms, but those of friends.

What the fence locked is noted in a table of its own, which stands while the fence is closed: an account made meanwhile
is made locked and noted there too. Friends' accounts are never the fence's: a feed that was locked stays locked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pymysql

from checks.facts import TableName
from migrate.engines.failures import SESSIONS_STAY, TRY_AGAIN, failure
from migrate.engines.mysql import events, sessions
from migrate.engines.mysql.account_list import Account, Name, accounts, beyond_reach, of
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.databases import TOOLKIT_SCHEMA
from migrate.engines.mysql.events import Event
from migrate.engines.mysql.failures import PERMISSION_NUMBERS, number_of
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.model.json import Facts

NOTES = TableName(TOOLKIT_SCHEMA, "fence")
_MUTEX = "aurora_migrate fence"
_MUTEX_SECONDS = 30


class MySqlFence:
    """Implements ports.database.Fence."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self) -> Facts:
        with self._connections.use() as connection:
            return {
                "accounts": [
                    {"user": each.user, "host": each.host, "locked": each.locked}
                    for each in accounts(connection)
                    if not each.role
                ],
                "events": [event.facts() for event in events.alive(connection) if event.enabled],
            }

    def close(self, friends: Sequence[str]) -> None:
        """Locks accounts and puts enabled events to rest: a locked definer's event would go on.

        An account with SYSTEM_USER is left where the toolkit has not that privilege itself. Raises SourceError or
        TargetError with the missing privilege when accounts or events may not be altered at all.
        """
        with self._connections.use() as connection, self._alone(connection):
            connection.execute(f"CREATE DATABASE IF NOT EXISTS {identifier(TOOLKIT_SCHEMA)}")
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {qualified(NOTES)} (user varchar(128), host varchar(255),"
                " PRIMARY KEY (user, host)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
            )
            bolted, protected = noted(connection), beyond_reach(connection)
            for each in accounts(connection):
                if each.user in friends:
                    if each.name in bolted:
                        unlock(connection, each)
                elif not (each.role or each.locked or each.name in protected):
                    note(connection, each.user, each.host)
                    lock(connection, each)
            for event in events.alive(connection):
                if event.enabled:
                    events.rest(connection, event)

    def end_sessions(self, friends: Sequence[str], timeout: float) -> None:
        with self._connections.use() as connection:
            remaining = sessions.end(connection, lambda: sessions.strangers(connection, friends), timeout)
        if remaining:
            who = "; ".join(str(session) for session in remaining[:5])
            raise failure(
                self._connections.side,
                SESSIONS_STAY,
                f"{self._connections.where}: {len(remaining)} sessions did not end in {timeout:g} s: {who}",
                hint="End them by hand, or name their user among the friends. Ending others' sessions needs"
                " CONNECTION_ADMIN, on MariaDB CONNECTION ADMIN; an account with SYSTEM_USER is out of reach.",
                retryable=True,
            )

    def passed_by(self, user: str) -> bool:
        with self._connections.use() as connection:
            protected = beyond_reach(connection)
            return any(each.name in protected for each in of(user, accounts(connection)))

    def breaches(self, friends: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            found = _may_log_in(connection, friends)
            found += [f"session {session.id} is logging in" for session in sessions.settle(connection)]
            strangers = sessions.staying(lambda: sessions.strangers(connection, friends))
            found += [f"session: {session}" for session in strangers]
            return found + _by_itself(connection) + _prepared(connection)

    def doors(self, friends: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            return _may_log_in(connection, friends) + _by_itself(connection) + _prepared(connection)

    def open(self, before: Facts, friends: Sequence[str] = ()) -> None:
        """Unlocks what `record` saw unlocked and what the fence itself locked since; wakes the events it saw enabled.

        Accounts of `friends` stay as they are.
        """
        recorded, woken = before["accounts"], before["events"]
        assert isinstance(recorded, Sequence)
        assert isinstance(woken, Sequence)
        wanted = {
            (str(item["user"]), str(item["host"])) for item in recorded if isinstance(item, dict) and not item["locked"]
        }
        with self._connections.use() as connection, self._alone(connection):
            wanted |= noted(connection)
            for each in accounts(connection):
                if each.locked and each.name in wanted and each.user not in friends:
                    unlock(connection, each)
            for item in woken:
                assert isinstance(item, dict)
                events.wake(connection, Event.of(item))
            if stands(connection):
                connection.execute(f"DROP TABLE IF EXISTS {qualified(NOTES)}")

    @contextmanager
    def _alone(self, connection: Connection) -> Iterator[None]:
        """Another one that changes the fence waits until this one is through."""
        if connection.rows("SELECT GET_LOCK(%s, %s)", [_MUTEX, _MUTEX_SECONDS])[0][0] != 1:
            message = f"{self._connections.where}: somebody else is changing the fence"
            raise failure(self._connections.side, TRY_AGAIN, message, hint="Try again.", retryable=True)
        try:
            yield
        finally:
            connection.execute("DO RELEASE_LOCK(%s)", [_MUTEX])


def stands(connection: Connection) -> bool:
    """Whether the fence is closed."""
    return bool(
        connection.rows(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s",
            [NOTES.schema, NOTES.name],
        )
    )


def note(connection: Connection, user: str, host: str) -> None:
    """Let the fence's opening unlock this account."""
    connection.execute(f"INSERT IGNORE INTO {qualified(NOTES)} VALUES (%s, %s)", [user, host])


def lock(connection: Connection, each: Account) -> None:
    _alter(connection, each, "LOCK")


def unlock(connection: Connection, each: Account) -> None:
    _alter(connection, each, "UNLOCK")


def _alter(connection: Connection, each: Account, action: str) -> None:
    """An account that was dropped meanwhile needs neither."""
    try:
        connection.execute(f"ALTER USER {each.sql} ACCOUNT {action}")
    except pymysql.MySQLError:
        if each.name in {other.name for other in accounts(connection)}:
            raise


def noted(connection: Connection) -> set[Name]:
    """Accounts that are locked by the fence alone, and unlocked when it opens; none while it is open."""
    if not stands(connection):
        return set()
    return {(user, host) for user, host in connection.rows(f"SELECT user, host FROM {qualified(NOTES)}")}


def _may_log_in(connection: Connection, friends: Sequence[str]) -> list[str]:
    protected = beyond_reach(connection)
    return [
        f"account {each} may still log in"
        for each in accounts(connection)
        if not (each.locked or each.role or each.user in friends or each.name in protected)
    ]


def _by_itself(connection: Connection) -> list[str]:
    """What writes without anybody's session."""
    replicating = [session for session in sessions.sessions(connection) if session.replication]
    found = [f"replication from another server: {session}" for session in replicating]
    return found + [f"event {event.name} is enabled" for event in events.alive(connection) if event.enabled]


def _prepared(connection: Connection) -> list[str]:
    """Prepared XA transactions, of any database: the server does not tell which. Unknown is a breach, too.

    MySQL 8 shows them to holders of XA_RECOVER_ADMIN alone, and calls it an error of the transaction otherwise.
    """
    try:
        rows = connection.rows("XA RECOVER")
    except pymysql.MySQLError as error:
        if number_of(error) not in {1401, *PERMISSION_NUMBERS}:
            raise
        return [f"prepared transactions cannot be seen: GRANT XA_RECOVER_ADMIN ON *.* to {own(connection)}"]
    return [f"prepared transaction {_readable(data, gtrid)}" for _, gtrid, _, data in rows]


def own(connection: Connection) -> str:
    return str(connection.rows("SELECT CURRENT_USER()")[0][0])


def _readable(data: str | bytes, length: int) -> str:
    """The global part of an XA identifier; hexadecimal where it is no text."""
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
    part = raw[:length]
    return part.decode("ascii") if part.isascii() and part.decode("ascii").isprintable() else part.hex()
