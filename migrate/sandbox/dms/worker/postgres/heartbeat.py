"""HeartbeatEnable: a row written on the source now and then, so that its log moves on (dms.md §10, §18.9).

The table's name and columns are an assumption.
"""

from __future__ import annotations

import time

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.errors import RecoverableError
from migrate.sandbox.dms.worker.postgres.errors import is_recoverable, words
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.spec import Endpoint

TABLE = "awsdms_heartbeat"
MINUTES = 5.0
"""HeartbeatFrequency, when the endpoint does not say (dms.md §10)."""
_CREATE = """
CREATE TABLE IF NOT EXISTS {} (
  hb_key varchar(128) PRIMARY KEY, hb_created_at timestamptz NOT NULL, hb_last_heartbeat_at timestamptz NOT NULL)
"""
_BEAT = """
INSERT INTO {} VALUES (%s, now(), now()) ON CONFLICT (hb_key) DO UPDATE SET hb_last_heartbeat_at = now()
"""


class Heartbeat:
    """The heartbeat of one task."""

    def __init__(self, endpoint: Endpoint, task: str, reporter: Reporter) -> None:
        settings = endpoint.settings
        self._enabled = str(settings.get("HeartbeatEnable", False)).lower() == "true"
        self._seconds = 60.0 * float(settings.get("HeartbeatFrequency") or MINUTES)
        self._table = sql.Identifier(str(settings.get("HeartbeatSchema") or "public"), TABLE)
        self._task = task
        self._reporter = reporter
        self._due = 0.0
        self._made = False

    def beat(self, source: Connection[TupleRow]) -> None:
        """Write the row when it is time. A source that refuses it ends the heartbeat, not the task (assumption)."""
        now = time.monotonic()
        if not self._enabled or now < self._due:
            return
        self._due = now + self._seconds
        try:
            if not self._made:
                source.execute(sql.SQL(_CREATE).format(self._table))
                self._made = True
            source.execute(sql.SQL(_BEAT).format(self._table), (self._task,))
        except psycopg.Error as error:
            if is_recoverable(error):
                raise RecoverableError(words(error)) from None
            self._enabled = False
            self._reporter.log("WARNING", f"the heartbeat was refused by the source: {words(error)}")
