"""What DMS and CloudWatch say of a task beside its state: settings, times, metrics, lines of its log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from checks.facts import TableName
from migrate.aws.errors import aws_errors, code_of
from migrate.aws.metrics import Metrics
from migrate.aws.session import AwsSession
from migrate.model.watching import MetricPoint, TaskTerms

CUT_PATTERN = "?truncated ?LobTruncation"
CUT = re.compile(r"truncated|LobTruncation")
"""As it is written: a line about a TRUNCATE is about a whole table."""
NAMED = re.compile(r"column '([^']+)' (?:of|in) table '([^']+)'(?:\.'([^']+)')?", re.IGNORECASE)
Raw = Callable[[str], dict[str, Any] | None]
"""A task by identifier, as DescribeReplicationTasks shows it with its settings."""
MOST_LINES = 1000
NO_LOG = frozenset({"ResourceNotFoundException"})


class DmsTaskWatch:
    """Implements `ports.watching.TaskWatch`."""

    def __init__(self, session: AwsSession, raw: Raw) -> None:
        self._dms, self._logs = session.client("dms"), session.client("logs")
        self._raw, self._metrics = raw, Metrics(session)
        self._instances: dict[str, str] = {}

    def terms(self, identifier: str) -> TaskTerms | None:
        raw = self._raw(identifier)
        if raw is None:
            return None
        settings = json.loads(raw.get("ReplicationTaskSettings") or "{}")
        stats = raw.get("ReplicationTaskStats", {})
        return TaskTerms(
            external_id=raw["ReplicationTaskArn"].rpartition(":")[2],
            instance=self._instance(raw.get("ReplicationInstanceArn", "")),
            started_at=stats.get("StartDate") or raw.get("ReplicationTaskStartDate"),
            stopped_at=stats.get("StopDate"),
            load_ended_at=stats.get("FullLoadFinishDate"),
            loads=raw.get("MigrationType") != "cdc",
            lob_kb=_lob_limit(settings.get("TargetMetadata") or {}),
            lob_kb_of=_own_limits(json.loads(raw.get("TableMappings") or "{}")),
            validates=bool((settings.get("ValidationSettings") or {}).get("EnableValidation")),
            logs=bool((settings.get("Logging") or {}).get("EnableLogging", True)),
        )

    def metrics(self, terms: TaskTerms, now: datetime) -> Mapping[str, MetricPoint] | None:
        """By which dimensions CloudWatch knows a serverless replication is not documented (dms.md §16)."""
        if not terms.instance:
            return None
        return self._metrics.of_task(terms.instance, terms.external_id, now)

    def free_storage(self, host: str, now: datetime) -> int | None:
        return self._metrics.free_storage(host, now)

    def cut_values(self, terms: TaskTerms) -> Sequence[str] | None:
        """Names of group and stream are not documented (dms.md §16): where they are others, nothing is known."""
        if not terms.instance or not terms.logs:
            return None
        found: dict[str, None] = {}
        with aws_errors("read the task's log"):
            try:
                pages = self._logs.get_paginator("filter_log_events").paginate(
                    logGroupName=f"dms-tasks-{terms.instance}",
                    logStreamNames=[f"dms-task-{terms.external_id}"],
                    filterPattern=CUT_PATTERN,
                    PaginationConfig={"MaxItems": MOST_LINES},
                )
                for page in pages:
                    for event in page.get("events", []):
                        if CUT.search(event["message"]):
                            found[_column(event["message"])] = None
            except ClientError as problem:
                if code_of(problem) in NO_LOG:
                    return None
                raise
        return list(found)

    def _instance(self, arn: str) -> str:
        """Identifier of a replication instance, which never changes; empty for a task that runs on none."""
        if arn and arn not in self._instances:
            with aws_errors("describe the replication instance"):
                answer = self._dms.describe_replication_instances(
                    Filters=[{"Name": "replication-instance-arn", "Values": [arn]}]
                )
            self._instances[arn] = answer["ReplicationInstances"][0]["ReplicationInstanceIdentifier"]
        return self._instances.get(arn, "")


def _lob_limit(metadata: Mapping[str, Any]) -> int | None:
    """LobMaxSize in KB where limited LOB mode is on."""
    limited = metadata.get("LimitedSizeLobMode") and not metadata.get("FullLobMode")
    return int(metadata["LobMaxSize"]) if limited and metadata.get("LobMaxSize") else None


def _own_limits(mappings: Mapping[str, Any]) -> dict[TableName, int | None]:
    """Of `table-settings` rules with lob-settings (dms.md §6)."""
    found: dict[TableName, int | None] = {}
    for rule in mappings.get("rules", []):
        lobs = rule.get("lob-settings") if rule.get("rule-type") == "table-settings" else None
        if lobs:
            place = rule["object-locator"]
            limit = lobs.get("bulk-max-size") if lobs.get("mode") == "limited" else None
            found[TableName(place["schema-name"], place["table-name"])] = None if limit is None else int(limit)
    return found


def _column(line: str) -> str:
    """`schema.table.column` where the line names one. Never the line itself: it may quote a value."""
    found = NAMED.search(line)
    if found is None:
        return "a column that the line does not name"
    table = found[2] if found[3] is None else f"{found[2]}.{found[3]}"
    return f"{table}.{found[1]}"
