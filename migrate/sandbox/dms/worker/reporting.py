"""The worker's events: one JSON object a line on standard output, thinned out so that a busy task stays readable."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

TABLE_INTERVAL = 0.2
"""Seconds between two events of one table."""

BEFORE_LOAD = "Before load"
FULL_LOAD = "Full load"
COMPLETED = "Table completed"
CANCELLED = "Table cancelled"
ERROR = "Table error"
MISSING = "Table does not exist"
RELOADING = "Table is being reloaded"


@dataclass
class TableStatistics:
    """One table's numbers as DescribeTableStatistics shows them (dms.md §7)."""

    schema: str
    table: str
    state: str = BEFORE_LOAD
    full_load_rows: int = 0
    inserts: int = 0
    updates: int = 0
    deletes: int = 0
    applied_inserts: int = 0
    applied_updates: int = 0
    applied_deletes: int = 0
    ddls: int = 0
    applied_ddls: int = 0
    validation_state: str = "Not enabled"
    validation_pending: int = 0
    validation_failed: int = 0
    full_load_start: float | None = None
    full_load_end: float | None = None

    def begin_anew(self) -> None:
        """The table is loaded again: its counts start from nothing (assumption)."""
        self.full_load_rows = self.inserts = self.updates = self.deletes = 0
        self.applied_inserts = self.applied_updates = self.applied_deletes = 0
        self.full_load_start = self.full_load_end = None


class Reporter:
    """Writes events. Safe to call from the load's threads."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._lock = threading.RLock()
        self._tables: dict[tuple[str, str], TableStatistics] = {}
        self._said: dict[tuple[str, str], tuple[dict[str, Any], float]] = {}
        self._progress: dict[str, Any] = {}
        self._checkpoint = ""

    def event(self, name: str, **fields: Any) -> None:
        """Write one event now."""
        with self._lock:
            self._write(json.dumps({"event": name, **fields}) + "\n")

    def log(self, level: str, text: str) -> None:
        """A line for the task's log."""
        self.event("log", level=level, text=text)

    def table(self, schema: str, table: str) -> TableStatistics:
        """The table's numbers, made on first use. They are counted from the task's (re)start."""
        with self._lock:
            return self._tables.setdefault((schema, table), TableStatistics(schema, table))

    def tables(self) -> Iterable[TableStatistics]:
        """All tables known."""
        with self._lock:
            return list(self._tables.values())

    def state(self, statistics: TableStatistics, state: str) -> None:
        """Change a table's state and say so at once."""
        with self._lock:
            statistics.state = state
            self._say(statistics)
            self._say_progress()

    def tick(self, *, final: bool = False) -> None:
        """Say what changed and is due; everything when `final`."""
        with self._lock:
            due = time.monotonic() - TABLE_INTERVAL
            for key, statistics in self._tables.items():
                said = self._said.get(key)
                if said is None or ((final or said[1] <= due) and said[0] != vars(statistics)):
                    self._say(statistics)

    def checkpoint(self, value: str) -> None:
        """Say the checkpoint when it moved."""
        if value != self._checkpoint:
            self._checkpoint = value
            self.event("checkpoint", value=value)

    def _say(self, statistics: TableStatistics) -> None:
        fields = dict(vars(statistics))
        self._said[statistics.schema, statistics.table] = (fields, time.monotonic())
        self.event("table", **fields)

    def _say_progress(self) -> None:
        """Progress counts tables, not rows (assumption: the service estimates from source statistics, dms.md §7)."""
        states = [one.state for one in self._tables.values() if one.state != MISSING]
        loaded, loading, queued, errored = (states.count(one) for one in (COMPLETED, FULL_LOAD, BEFORE_LOAD, ERROR))
        loading += states.count(RELOADING)
        percent = 100 if not states else 100 * (loaded + errored) // len(states)
        progress = {
            "percent": percent,
            "tables_loaded": loaded,
            "tables_loading": loading,
            "tables_queued": queued,
            "tables_errored": errored,
        }
        if progress != self._progress:
            self._progress = progress
            self.event("progress", **progress)
