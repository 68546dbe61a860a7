"""What a look at replication asks of the databases and of AWS. Everything here reads, but for `FeedSide.beat`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from checks.facts import TableName
from migrate.model.watching import Beat, ControlTables, LargeValue, LogStanding, MetricPoint, TaskTerms


class FeedSide(Protocol):
    """One database, as one end of a feed. Raises SourceError or TargetError."""

    def newest(self, marker: str) -> Beat | None:
        """The last row written into a marker table here; None where there is no table or no row."""

    def holds(self, marker: str, beat: Beat) -> bool:
        """Whether that row, or a later writing of it, is here."""

    def beat(self, marker: str) -> Beat:
        """Write the heartbeat row, always the same one."""

    def probes(self, marker: str) -> Mapping[str, str]:
        """Dates and times that the marker rows carry, as text in UTC: `load/date`, `changes/timestamp` …

        Empty for a marker table that was made before such rows were.
        """

    def log(self, slot: str | None, checkpoint: str, ours: str) -> LogStanding:
        """The log as it stands. `slot` is the task's, None where it is unknown or the engine has none; `checkpoint` is
        the task's own, empty unless it stands still; slots whose names begin with `ours` are told, too."""

    def untold(self, tables: Sequence[TableName]) -> frozenset[TableName]:
        """Those of which the log does not say which row an UPDATE or DELETE was of. None where it holds whole rows."""

    def control(self, schema: str, task: str) -> ControlTables | None:
        """DMS's control tables: exceptions of every task, for a change that is lost stays lost when its task is gone;
        suspended tables of `task` (its external id) alone. None when there are none to read."""

    def large_values(self, tables: Sequence[TableName]) -> list[LargeValue]:
        """The largest value of every column that DMS treats as a LOB. Reads every row."""


class TaskWatch(Protocol):
    """DMS and CloudWatch, beside `ports.cloud.Tasks`. Raises AwsError."""

    def terms(self, identifier: str) -> TaskTerms | None:
        """None when there is no such task."""

    def metrics(self, terms: TaskTerms, now: datetime) -> Mapping[str, MetricPoint] | None:
        """The newest point of each metric of the task; a metric without points of late is absent. None where it is not
        known how CloudWatch names the task."""

    def cut_values(self, terms: TaskTerms, loads: Mapping[TableName, datetime], now: datetime) -> Sequence[str] | None:
        """Columns of which the task's log says that values were cut, since the last load of their table began by
        `loads`; None where there is no log to read."""

    def free_storage(self, host: str, now: datetime) -> int | None:
        """Free bytes of the RDS instance behind an endpoint's name; None for any other host."""
