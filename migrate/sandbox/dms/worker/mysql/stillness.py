"""An instant at which nobody is inserting into a table without a key.

Where rows have keys, what is both in a snapshot and in the log after it is set right by its key. A row without one
would be there twice, as it may be with the service (assumption: the stand-in is more exact here, so that a rehearsal's
ledger can be judged).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql

from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.connection import connect_source, run
from migrate.sandbox.dms.worker.mysql.errors import words
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Endpoint


@contextmanager
def still(endpoint: Endpoint, routes: Sequence[Route[Any]], reporter: Reporter) -> Iterator[bool]:
    """Hold back writers of the `routes` for as long as the block runs; false when that was not to be had.

    A shared lock on every row and the gaps between them waits for each transaction that has written, until others see
    what it wrote, and lets no new row in. It reads the whole table.
    """
    if not routes:
        yield True
        return
    connection = connect_source(endpoint)
    try:
        run(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        run(connection, "START TRANSACTION")
        held = True
        try:
            for route in routes:
                run(connection, f"SELECT COUNT(*) FROM {quoting.name(*route.name).decode()} LOCK IN SHARE MODE")
        except pymysql.MySQLError as error:
            held = False
            reporter.log("WARNING", f"tables without a key may get rows twice: {words(error)}")
        yield held
    finally:
        connection.close()
