"""One moment of a database, seen by several sessions: an exported snapshot that each of them takes on.

A standby exports snapshots, too (PostgreSQL 10 and later).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue

import psycopg
from psycopg.pq import TransactionStatus

from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.failures import failed

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Snapshot:
    """Sessions that see the same moment, lent one question each."""

    def __init__(self, connections: Connections, name: str, sessions: Sequence[Connection]) -> None:
        self._connections = connections
        self._name = name
        self._free: SimpleQueue[Connection] = SimpleQueue()
        for session in sessions:
            self._enter(session)
            self._free.put(session)

    @contextmanager
    def use(self, *, statement_seconds: float = 0) -> Iterator[Connection]:
        """A session, when one is free, with this limit. Raises SourceError or TargetError as Connections.use does."""
        session = self._free.get()
        try:
            session.execute(f"SET LOCAL statement_timeout = {math.ceil(statement_seconds * 1000)}")
            yield session
        except psycopg.Error as error:
            raise failed(self._connections.side, self._connections.where, error) from error
        finally:
            if session.info.transaction_status is not TransactionStatus.INTRANS:
                with suppress(psycopg.Error):
                    session.execute("ROLLBACK")
                    self._enter(session)
            self._free.put(session)

    def _enter(self, session: Connection) -> None:
        session.execute(_BEGIN)
        # The name is the server's own and takes no placeholder.
        session.execute(f"SET TRANSACTION SNAPSHOT '{self._name}'")


@contextmanager
def snapshot(connections: Connections, sessions: int) -> Iterator[Snapshot]:
    """The present moment for this many sessions; one more holds it and asks nothing.

    Raises SourceError or TargetError.
    """
    with ExitStack() as held:
        holder = held.enter_context(connections.use())
        holder.execute(_BEGIN)
        row = holder.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        lent = [held.enter_context(connections.use()) for _ in range(sessions)]
        try:
            yield Snapshot(connections, row[0], lent)
        finally:
            for session in (*lent, holder):
                with suppress(psycopg.Error):
                    session.execute("ROLLBACK")
