"""The DMS calls about one serverless replication, answered in the words of tasks."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.instance import EXISTS, GONE
from migrate.aws.serverless.spec import ServerlessSpec
from migrate.aws.task_calls import WRONG_STATE, asked

OPERATIONS = {
    "start_replication_task": "start_replication",
    "stop_replication_task": "stop_replication",
    "delete_replication_task": "delete_replication_config",
    "reload_tables": "reload_replication_tables",
    "modify_replication_task": "modify_replication_config",
}
STATUSES = {
    "created": "ready",
    "initializing": "starting",
    "preparing_metadata_resources": "starting",
    "testing_connection": "starting",
    "fetching_metadata": "starting",
    "calculating_capacity": "starting",
    "provisioning_capacity": "starting",
    "replication_starting": "starting",
    "deprovisioned": "stopped",
}
"""From the literals of a replication to those of a task that mean the same to us; the others are equal."""
RENAMED = {
    "ReplicationTaskIdentifier": "ReplicationConfigIdentifier",
    "MigrationType": "ReplicationType",
    "ReplicationTaskSettings": "ReplicationSettings",
}
KEPT = ("SourceEndpointArn", "TargetEndpointArn", "TableMappings", "ComputeConfig")
"""Members of a task's definition that a configuration takes: under another name, and under the same."""


class ServerlessCalls:
    """As `TaskCalls`. botocore has no paginators for these: pages are turned by hand."""

    def __init__(self, dms: Any, spec: ServerlessSpec, subnet_group: str) -> None:
        self._dms, self._spec, self._group = dms, spec, subnet_group

    def place(self) -> dict[str, Any]:
        """What a definition says of the compute it runs on."""
        return {"ComputeConfig": self._spec.compute(self._group)}

    def create(self, definition: dict[str, Any], tags: list[dict[str, str]]) -> None:
        """Create the configuration of a task's definition; one that was created meanwhile is left to the next look."""
        said = {name: definition[name] for name in KEPT} | {new: definition[old] for old, new in RENAMED.items()}
        with aws_errors(f"create the serverless replication {said['ReplicationConfigIdentifier']}"):
            try:
                self._dms.create_replication_config(**said, Tags=tags)
            except ClientError as problem:
                if code_of(problem) != EXISTS:
                    raise

    def raw(self, identifier: str, *, settings: bool = False) -> dict[str, Any] | None:
        """The replication as DescribeReplicationTasks would show it; None where there is none."""
        found = self._one("describe_replications", "Replications", identifier)
        if found is None:
            return None
        if settings:
            found = {**(self._one("describe_replication_configs", "ReplicationConfigs", identifier) or {}), **found}
        return _as_task(found)

    def rows(self, arn: str) -> list[dict[str, Any]]:
        """Empty before the first start, and again once the compute was given back."""
        rows: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        with aws_errors("read the table statistics"):
            try:
                while True:
                    page = self._dms.describe_replication_table_statistics(ReplicationConfigArn=arn, **more)
                    rows += page.get("ReplicationTableStatistics", [])
                    if not page.get("Marker"):
                        break
                    more = {"Marker": page["Marker"]}
            except ClientError as problem:
                if code_of(problem) not in (GONE, WRONG_STATE):
                    raise
        return rows

    def ask(self, doing: str, operation: str, arn: str, **more: Any) -> None:
        """See `TaskCalls.ask`; `operation` is that of a task."""
        if "StartReplicationTaskType" in more:
            more["StartReplicationType"] = more.pop("StartReplicationTaskType")
        more = {RENAMED.get(name, name): value for name, value in more.items()}
        asked(doing, lambda: getattr(self._dms, OPERATIONS[operation])(ReplicationConfigArn=arn, **more))

    def _one(self, operation: str, noun: str, identifier: str) -> dict[str, Any] | None:
        with aws_errors(f"describe the serverless replication {identifier}"):
            try:
                answer = getattr(self._dms, operation)(
                    Filters=[{"Name": "replication-config-id", "Values": [identifier]}]
                )
            except ClientError as problem:
                if code_of(problem) == GONE:
                    return None
                raise
        found: list[dict[str, Any]] = answer.get(noun, [])
        return found[0] if found else None


def _as_task(found: dict[str, Any]) -> dict[str, Any]:
    status = str(found["Status"]).lower()
    return {
        **{name: found[name] for name in KEPT if name in found},
        **{old: found[new] for old, new in RENAMED.items() if new in found},
        "ReplicationConfigArn": found["ReplicationConfigArn"],
        "ReplicationTaskArn": found["ReplicationConfigArn"],
        "Status": STATUSES.get(status, status),
        "StopReason": found.get("StopReason", ""),
        "LastFailureMessage": " ".join(found.get("FailureMessages", ())),
        "RecoveryCheckpoint": found.get("RecoveryCheckpoint", ""),
        "ReplicationTaskStats": found.get("ReplicationStats", {}),
    }
