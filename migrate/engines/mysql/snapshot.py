"""One moment of a server, seen by several sessions.

The family has no snapshot that sessions hand on. So each takes its own, and the server's log proves that nothing was
committed between the first and the last. MariaDB tells of each snapshot which place of the log it stands for. MySQL
tells where the log ends and which transactions are done: both must be the same a little before the first snapshot,
right before it and after the last. A commit is in the log first, visible then, and counted as done last; the pause lets
those pass that are under way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from typing import Any

import pymysql
from pymysql.constants import ER

from migrate.engines.failures import TRY_AGAIN, failure
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.failures import failed
from migrate.errors import MigrateError

ATTEMPTS = 50
PAUSE_SECONDS = 0.02
SETTLING_SECONDS = 0.005
"""Longer than a commit takes from the log to the tables, where it does not wait for a replica in between."""
_BUSY = "Ask for fewer sessions at once, or when less is written."
_ENDED = "A session that held the moment was lost: begin again with a new one."


class Snapshot:
    """Sessions that see the same moment, lent one question each."""

    def __init__(self, connections: Connections, sessions: Sequence[Connection]) -> None:
        self._connections = connections
        self._left = len(sessions)
        self._free: SimpleQueue[Connection | None] = SimpleQueue()
        for session in sessions:
            self._free.put(session)

    @contextmanager
    def use(self) -> Iterator[Connection]:
        """A session, when one is free. Raises SourceError or TargetError as Connections.use does."""
        session = self._free.get()
        if session is None:
            self._free.put(None)
            where = self._connections.where
            raise failure(self._connections.side, TRY_AGAIN, f"{where}: {_ENDED}", retryable=True)
        try:
            yield session
        except pymysql.MySQLError as error:
            self._mend(session)
            raise failed(self._connections.side, self._connections.where, error) from error
        except BaseException:
            self._mend(session)
            raise
        finally:
            self._give_back(session)

    def _mend(self, session: Connection) -> None:
        """Make a session good for the next question: it still sees the moment, unless it was lost."""
        with suppress(pymysql.MySQLError, MigrateError):
            if session.streaming:
                with self._connections.use() as teller:
                    teller.execute(f"KILL QUERY {session.number:d}")
                session.drain()
        with suppress(pymysql.MySQLError):
            # Takes the order to end, if it came when the statement had ended already.
            session.execute("DO 0")

    def _give_back(self, session: Connection) -> None:
        if session.open and session.in_transaction and not session.streaming:
            self._free.put(session)
            return
        self._left -= 1
        if self._left == 0:
            self._free.put(None)


@contextmanager
def snapshot(connections: Connections, sessions: int) -> Iterator[Snapshot]:
    """The present moment for this many sessions. Raises SourceError or TargetError."""
    with ExitStack() as held:
        lent = [held.enter_context(connections.use_once()) for _ in range(sessions)]
        for _ in range(ATTEMPTS):
            if _begun_together(lent):
                yield Snapshot(connections, lent)
                return
            time.sleep(PAUSE_SECONDS)
        what = f"something was committed each of the {ATTEMPTS} times that {sessions} sessions tried to see one moment"
        raise failure(connections.side, TRY_AGAIN, f"{connections.where}: {what}", hint=_BUSY, retryable=True)


def _begun_together(sessions: Sequence[Connection]) -> bool:
    for session in sessions:
        session.rollback()
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    if len(sessions) == 1:
        sessions[0].execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        return True
    mariadb = sessions[0].server.mariadb
    early = [] if mariadb else _log(sessions[0])
    time.sleep(0 if mariadb else SETTLING_SECONDS)
    before = [] if mariadb else _log(sessions[0])
    for session in sessions:
        session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    if mariadb:
        places = [_place(session) for session in sessions]
        return all(place == places[0] for place in places)
    return early == before == _log(sessions[-1])


def _log(session: Connection) -> list[tuple[Any, ...]]:
    """Where the log ends and, where transactions have ids, which are done. Raises pymysql.MySQLError without a log."""
    form = "SHOW BINARY LOG STATUS" if session.server.mysql_from(8, 2) else "SHOW MASTER STATUS"
    if not (told := session.rows(form)):
        raise pymysql.OperationalError(ER.NO_BINARY_LOGGING, "The server writes no binary log")
    return told


def _place(session: Connection) -> list[tuple[Any, ...]]:
    """The place of the log that the session's snapshot stands for. Raises pymysql.MySQLError without a log."""
    place = session.rows("SHOW STATUS LIKE 'binlog_snapshot_%'")
    if not place or not any(value for _, value in place):
        raise pymysql.OperationalError(ER.NO_BINARY_LOGGING, "The server writes no binary log")
    return place
