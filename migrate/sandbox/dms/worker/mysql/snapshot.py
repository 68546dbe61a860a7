"""Snapshots of a MySQL source: one consistent read per connection, opened all at once before anything is loaded.

A commit is in the log a moment before others see it. So what was being committed when the position was read is waited
for first; then everything up to the position is in the snapshot (dms.md §5.2, TransactionConsistencyTimeout).
"""

from __future__ import annotations

import queue
import time
from contextlib import suppress
from typing import Any

import pymysql

from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.mysql.connection import Connection, connect_source, run
from migrate.sandbox.dms.worker.mysql.copying import MySqlCopier
from migrate.sandbox.dms.worker.mysql.errors import code
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal

LOOK_SECONDS = 0.12
"""The server renews its list of transactions only when nobody read it for a tenth of a second."""
BLIND_SECONDS = 1.0
"""What a commit in progress gets when we may not look."""
_DENIED = 1227
_OPEN = """
SELECT trx_id FROM information_schema.innodb_trx
WHERE trx_mysql_thread_id NOT IN (0, CONNECTION_ID()) AND (trx_rows_modified > 0 OR trx_state = 'COMMITTING')
"""


class MySqlSnapshot:
    """Several connections, each with a consistent read of its own; tables that hang together share one."""

    def __init__(self, spec: TaskSpec, lobs: LobLimit, stop: StopSignal, position: int, groups: int) -> None:
        self._spec = spec
        self._lobs = lobs
        self._stop = stop
        self.position = self.until = position
        self.still = False
        """Whether nobody changed tables without a key while the reads were opened."""
        wanted = spec.settings.number("FullLoadSettings", "MaxFullLoadSubTasks", 8)
        self._count = max(1, min(wanted, groups))
        self._waiting: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._all: list[Connection] = []

    def wait_for_open_transactions(self, source: Connection, reporter: Reporter) -> None:
        """Wait until the transactions that have written by now have ended, at most TransactionConsistencyTimeout.

        After the timeout the load goes on, as the service's does; it says so. Raises Stopped.
        """
        limit = self._spec.settings.number("FullLoadSettings", "TransactionConsistencyTimeout", 600)
        deadline = time.monotonic() + limit
        self._stop.wait(LOOK_SECONDS)
        try:
            open_ = {row[0] for row in run(source, _OPEN)}
        except pymysql.MySQLError as error:
            if code(error) != _DENIED:
                raise
            reporter.log(
                "WARNING", "without PROCESS the source's open transactions are not seen; a commit gets a second"
            )
            self._stop.wait(BLIND_SECONDS)
            return
        while open_:
            if time.monotonic() > deadline:
                reporter.log(
                    "WARNING",
                    f"{len(open_)} transactions of the source were still open after {limit} seconds"
                    " (TransactionConsistencyTimeout); the load starts without their end",
                )
                return
            self._stop.wait(LOOK_SECONDS)
            open_ &= {row[0] for row in run(source, _OPEN)}

    def open(self) -> None:
        """Open all reads. Raises pymysql.MySQLError."""
        for _ in range(self._count):
            connection = connect_source(self._spec.source)
            self._all.append(connection)
            run(connection, "SET character_set_results = binary")
            run(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for connection in self._all:
            run(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT")
            self._waiting.put(connection)

    def loaded_up_to(self, route: Route[Any]) -> int:
        return self.until if self.still and not route.key else self.position

    def copiers(self) -> int:
        return self._count

    def copier(self) -> MySqlCopier:
        return MySqlCopier(self._spec, self._lobs, self._stop, self._waiting.get_nowait())

    def close(self) -> None:
        for connection in self._all:
            with suppress(pymysql.MySQLError):
                connection.close()
