"""What a task's log in CloudWatch says of values that were cut."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from checks.facts import TableName
from migrate.aws.errors import aws_errors, code_of
from migrate.aws.session import AwsSession

CUT_PATTERN = "?truncated ?LobTruncation"
CUT = re.compile(r"truncated|LobTruncation")
"""As it is written: a line about a TRUNCATE is about a whole table."""
NAMED = re.compile(r"column '([^']+)' (?:of|in) table '([^']+)'(?:\.'([^']+)')?", re.IGNORECASE)
NO_LOG = frozenset({"ResourceNotFoundException"})
LATE = timedelta(minutes=15)
"""So much is read once more: lines come late, and this machine's clock is off by less (AWS refuses it otherwise)."""


@dataclass(frozen=True)
class Cut:
    """Of what values were cut. The line itself is never kept: it may quote one."""

    table: str
    """`schema.table`; empty where the line names none."""
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}" if self.table else "a column that the line does not name"


@dataclass
class _Read:
    newest: dict[Cut, int] = field(default_factory=dict)
    """By the time of its newest line, in milliseconds."""
    until: datetime | None = None


class TaskLog:
    """Reads on from where its last look at the same stream ended."""

    def __init__(self, session: AwsSession) -> None:
        self._logs = session.client("logs")
        self._read: dict[str, _Read] = {}

    def cut_values(
        self, group: str, stream: str, loads: Mapping[TableName, datetime], now: datetime
    ) -> Sequence[str] | None:
        """None where there is no such log. What was cut before a table's last load, by `loads`, is gone with its rows;
        a line that names none of these tables counts until all of them were loaded after it."""
        read = self._read.setdefault(stream, _Read())
        oldest = min(loads.values(), default=None)
        since = max((one for one in (oldest, read.until and read.until - LATE) if one), default=None)
        with aws_errors("read the task's log"):
            try:
                self._read_on(read, group, stream, {} if since is None else {"startTime": _millis(since)})
            except ClientError as problem:
                if code_of(problem) in NO_LOG:
                    return None
                raise
        read.until = now
        loaded = {str(table): _millis(at) for table, at in loads.items()}
        otherwise = min(loaded.values(), default=0)
        return [str(cut) for cut, at in read.newest.items() if at >= loaded.get(cut.table, otherwise)]

    def _read_on(self, read: _Read, group: str, stream: str, since: dict[str, Any]) -> None:
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, logStreamNames=[stream], filterPattern=CUT_PATTERN, **since
        )
        for page in pages:
            for event in page.get("events", []):
                if CUT.search(event["message"]):
                    cut = cut_by(event["message"])
                    read.newest[cut] = max(read.newest.get(cut, 0), event["timestamp"])


def cut_by(line: str) -> Cut:
    found = NAMED.search(line)
    if found is None:
        return Cut("", "")
    return Cut(found[2] if found[3] is None else f"{found[2]}.{found[3]}", found[1])


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)
