"""The DMS calls about one task, each turned into records or AwsError. What to do with the answers stands in `tasks`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from botocore.exceptions import ClientError

from checks.facts import TableName
from migrate.aws.errors import aws_errors, code_of
from migrate.aws.instance import EXISTS, GONE
from migrate.errors import AwsError
from migrate.model.replication import ReplicationTask, TableStatistics, TaskSpec

WRONG_STATE = "InvalidResourceStateFault"


class Calls(Protocol):
    """What `tasks` needs to be able to say of one task, whatever it runs on."""

    def place(self, spec: TaskSpec) -> dict[str, Any]:
        """The members of the definition of `spec` that say what it runs on."""

    def create(self, definition: dict[str, Any], tags: list[dict[str, str]]) -> None:
        """Create it; one that was created meanwhile is left to the next look."""

    def raw(self, identifier: str, *, settings: bool = False) -> dict[str, Any] | None: ...

    def rows(self, arn: str) -> list[dict[str, Any]]:
        """Table statistics as DMS tells them; empty while it has none."""

    def ask(self, doing: str, operation: str, arn: str, **more: Any) -> None: ...


class TaskCalls:
    """Tasks of an instance: thin and stateless over a DMS client.

    `instance_arn` is asked when a task is defined; who only looks needs none.
    """

    def __init__(self, dms: Any, instance_arn: Callable[[], str] = str) -> None:
        self._dms, self._instance_arn = dms, instance_arn

    def place(self, spec: TaskSpec) -> dict[str, Any]:
        return {"ReplicationInstanceArn": self._instance_arn()}

    def create(self, definition: dict[str, Any], tags: list[dict[str, str]]) -> None:
        with aws_errors(f"create the task {definition['ReplicationTaskIdentifier']}"):
            try:
                self._dms.create_replication_task(**definition, Tags=tags)
            except ClientError as problem:
                if code_of(problem) != EXISTS:
                    raise

    def raw(self, identifier: str, *, settings: bool = False) -> dict[str, Any] | None:
        """DescribeReplicationTasks for one identifier; None where there is none."""
        with aws_errors(f"describe the task {identifier}"):
            try:
                answer = self._dms.describe_replication_tasks(
                    Filters=[{"Name": "replication-task-id", "Values": [identifier]}], WithoutSettings=not settings
                )
            except ClientError as problem:
                if code_of(problem) == GONE:
                    return None
                raise
        found: list[dict[str, Any]] = answer.get("ReplicationTasks", [])
        return found[0] if found else None

    def rows(self, arn: str) -> list[dict[str, Any]]:
        """Empty for a task that was never started."""
        rows: list[dict[str, Any]] = []
        with aws_errors("read the table statistics"):
            try:
                for page in self._dms.get_paginator("describe_table_statistics").paginate(ReplicationTaskArn=arn):
                    rows += page.get("TableStatistics", [])
            except ClientError as problem:
                if code_of(problem) not in (GONE, WRONG_STATE):
                    raise
        return rows

    def ask(self, doing: str, operation: str, arn: str, **more: Any) -> None:
        """Call an operation that changes the task's state. A task that is gone is left to the next look.

        Raises AwsError(AWS-InvalidResourceStateFault, retryable) when the task's state forbids it: look again.
        """
        asked(doing, lambda: getattr(self._dms, operation)(ReplicationTaskArn=arn, **more))


def asked(doing: str, call: Callable[[], object]) -> None:
    """Make one call as `TaskCalls.ask` says."""
    try:
        with aws_errors(doing):
            call()
    except AwsError as problem:
        if problem.code == f"AWS-{WRONG_STATE}":
            raise AwsError(problem.message, code=problem.code, hint=problem.hint, retryable=True) from None
        if problem.code != f"AWS-{GONE}":
            raise


def record(raw: dict[str, Any], tables: tuple[TableStatistics, ...] = ()) -> ReplicationTask:
    """The task as the model has it; the words `Stop Reason` are cut off the stop reason."""
    stats = raw.get("ReplicationTaskStats", {})
    return ReplicationTask(
        identifier=raw["ReplicationTaskIdentifier"],
        arn=raw["ReplicationTaskArn"],
        status=raw["Status"],
        serverless="ReplicationConfigArn" in raw,
        stop_reason=str(raw.get("StopReason", "")).removeprefix("Stop Reason ").strip(),
        last_failure=str(raw.get("LastFailureMessage", "")),
        recovery_checkpoint=str(raw.get("RecoveryCheckpoint", "")),
        full_load_percent=int(stats.get("FullLoadProgressPercent", 0)),
        tables_loaded=int(stats.get("TablesLoaded", 0)),
        tables_errored=int(stats.get("TablesErrored", 0)),
        tables=tables,
    )


def statistics(rows: Iterable[dict[str, Any]]) -> tuple[TableStatistics, ...]:
    return tuple(statistics_record(row) for row in rows)


def statistics_record(row: dict[str, Any]) -> TableStatistics:
    return TableStatistics(
        table=TableName(row["SchemaName"], row["TableName"]),
        state=row.get("TableState", ""),
        load_began_at=row.get("FullLoadStartTime"),
        full_load_rows=int(row.get("FullLoadRows", 0)),
        inserts=int(row.get("Inserts", 0)),
        updates=int(row.get("Updates", 0)),
        deletes=int(row.get("Deletes", 0)),
        applied_inserts=int(row.get("AppliedInserts", 0)),
        applied_updates=int(row.get("AppliedUpdates", 0)),
        applied_deletes=int(row.get("AppliedDeletes", 0)),
        validation_state=row.get("ValidationState", ""),
    )
