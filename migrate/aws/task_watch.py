"""What DMS and CloudWatch say of a task beside its state: settings, times, metrics, lines of its log."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from checks.facts import TableName
from migrate.aws.errors import aws_errors
from migrate.aws.metrics import Metrics
from migrate.aws.session import AwsSession
from migrate.aws.task_log import TaskLog
from migrate.model.watching import MetricPoint, TaskTerms

Raw = Callable[[str], dict[str, Any] | None]
"""A task by identifier, as DescribeReplicationTasks shows it with its settings."""


class DmsTaskWatch:
    """Implements `ports.watching.TaskWatch`."""

    def __init__(self, session: AwsSession, raw: Raw) -> None:
        self._dms, self._raw = session.client("dms"), raw
        self._metrics, self._log = Metrics(session), TaskLog(session)
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

    def cut_values(self, terms: TaskTerms, loads: Mapping[TableName, datetime], now: datetime) -> Sequence[str] | None:
        """Names of group and stream are not documented (dms.md §16): where they are others, nothing is known."""
        if not terms.instance or not terms.logs:
            return None
        return self._log.cut_values(f"dms-tasks-{terms.instance}", f"dms-task-{terms.external_id}", loads, now)

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
