"""CloudFormation, change set first."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.cluster import ClusterCheck
from migrate.aws.errors import aws_errors, code_of
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.aws.stack_changes import changes
from migrate.aws.stack_events import StackEvents
from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.events import Emit, silent
from migrate.model.cluster import ChangeSet, Cluster, StackEvent

POLL_SECONDS = 5.0
LOCAL_POLL_SECONDS = 0.25
"""For an endpoint on this machine, which throttles nobody."""
CHANGE_SET_SECONDS = 600.0
STACK_SECONDS = 2 * 3600.0
STALE_SECONDS = 1800.0
"""A change set that is younger may be the one that another command is about to execute, which it does as soon as it is
made (CHANGE_SET_SECONDS); the rest is for clocks that differ."""
SHELL = "REVIEW_IN_PROGRESS"
"""A stack that has only ever had a change set: it holds nothing."""
NOTHING_TO_DO = ("didn't contain changes", "no updates are to be performed")
MADE = frozenset({"CREATE_COMPLETE", "FAILED"})
UPDATABLE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"})
GOOD = {"CREATE": "CREATE_COMPLETE", "UPDATE": "UPDATE_COMPLETE"}
NAME = "aurora-migrate"


class CloudFormationStacks:
    """Implements `ports.cloud.Stacks`."""

    def __init__(
        self, session: AwsSession, clock: Clock, poll_seconds: float | None = None, warn: Emit = silent
    ) -> None:
        self._client = session.client("cloudformation")
        every = poll_seconds or (LOCAL_POLL_SECONDS if session.loopback else POLL_SECONDS)
        self._clock = clock
        self._poller = Poller(clock, every, STACK_SECONDS, warn=warn)
        self._check = ClusterCheck(session.client("rds"), self._poller)

    def change_set(self, stack: str, template: str, parameters: dict[str, str], tags: dict[str, str]) -> ChangeSet:
        kind = self._kind(stack)
        self._discard(stack)
        digest = hashlib.sha256(template.encode()).hexdigest()[:12]
        name = f"{NAME}-{digest}-{uuid.uuid4().hex[:8]}"
        with aws_errors(f"create a change set for stack {stack}"):
            self._client.create_change_set(
                StackName=stack,
                ChangeSetName=name,
                ChangeSetType=kind,
                TemplateBody=template,
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                Capabilities=["CAPABILITY_IAM"],
                ClientToken=name,
            )
        described = self._poller.wait(
            f"change set of stack {stack}: ready", lambda: self._described(stack, name), CHANGE_SET_SECONDS
        )
        if described["Status"] == "FAILED":
            reason = described.get("StatusReason", "no reason given")
            self._delete_change_set(stack, name)
            if any(text in reason.lower() for text in NOTHING_TO_DO):
                return ChangeSet(stack, name, kind)
            raise AwsError(
                f"CloudFormation cannot change stack {stack}: {reason}",
                code="AWS-CHANGE-SET-FAILED",
                hint="Nothing was changed. Correct what the reason names.",
            )
        return ChangeSet(stack, name, kind, changes(described["Changes"]))

    def execute(self, change_set: ChangeSet, on_event: Callable[[StackEvent], None]) -> None:
        if not change_set.changes:
            return
        stack = self._require(change_set.stack)
        events = StackEvents(self._client, stack["StackId"])
        events.skip()
        with aws_errors(f"execute the change set of stack {change_set.stack}"):
            self._client.execute_change_set(
                StackName=change_set.stack, ChangeSetName=change_set.name, ClientRequestToken=change_set.name
            )
        status = self._follow(stack["StackId"], events, on_event)
        if status != GOOD[change_set.kind]:
            raise self._failed(change_set.stack, status, events.failed)

    def status(self, stack: str) -> str | None:
        found = self._find(stack)
        return None if found is None else str(found["StackStatus"])

    def settled(self, stack: str, on_event: Callable[[StackEvent], None]) -> str | None:
        found = self._find(stack)
        if found is None or not _moves(found):
            return None if found is None else str(found["StackStatus"])
        stack_id = found["StackId"]
        events = StackEvents(self._client, stack_id)
        events.skip()

        def look() -> dict[str, Any] | None:
            now = self._settled(stack_id)
            if now != {}:
                events.tell(on_event)
            return now

        status = self._poller.wait(f"stack {stack}: settled", look).get("StackStatus")
        return None if status == "DELETE_COMPLETE" else status

    def tags(self, stack: str) -> dict[str, str] | None:
        found = self._find(stack)
        if found is None or found["StackStatus"] in (SHELL, "DELETE_COMPLETE"):
            return None
        return {row["Key"]: row["Value"] for row in found.get("Tags", [])}

    def cluster(self, name: str) -> Cluster:
        stack = name
        found = self._require(stack)
        if found["StackStatus"] == SHELL:
            raise _none(stack, ": it was planned, and nothing was made")
        outputs = {row["OutputKey"]: row["OutputValue"] for row in found.get("Outputs", [])}
        missing = {"ClusterIdentifier", "WriterEndpoint", "Port", "ResourceId"} - outputs.keys()
        if missing:
            raise AwsError(
                f"stack {stack} ({found['StackStatus']}) has no output {', '.join(sorted(missing))}",
                code="AWS-STACK-OUTPUTS",
                hint="Run: aurora-migrate provision apply",
            )
        return Cluster(
            identifier=outputs["ClusterIdentifier"],
            host=outputs["WriterEndpoint"],
            port=int(outputs["Port"]),
            database=outputs.get("Database", ""),
            resource_id=outputs["ResourceId"],
            master_secret_arn=outputs.get("MasterSecretArn", ""),
            client_group=outputs.get("ClientSecurityGroup", ""),
            reader_host=outputs.get("ReaderEndpoint", ""),
        )

    def available_cluster(self, name: str) -> Cluster:
        cluster = self.cluster(name)
        self._check.wait(cluster.identifier)
        return cluster

    def snapshots(self, cluster: str) -> list[str]:
        return self._check.snapshots(cluster)

    def delete(self, stack: str, on_event: Callable[[StackEvent], None]) -> None:
        found = self._find(stack)
        if found is None:
            return
        events = StackEvents(self._client, found["StackId"])
        events.skip()
        with aws_errors(f"delete stack {stack}"):
            self._client.delete_stack(StackName=found["StackId"])
        status = self._follow(found["StackId"], events, on_event)
        if status not in (None, "DELETE_COMPLETE"):
            raise self._failed(stack, status, events.failed)

    def _kind(self, stack: str) -> str:
        """CREATE or UPDATE, once nobody is changing the stack."""
        found = self._poller.wait(f"stack {stack}: settled", lambda: self._settled(stack))
        match found.get("StackStatus"):
            case None | "DELETE_COMPLETE":
                return "CREATE"
            case "REVIEW_IN_PROGRESS":
                return "CREATE"
            case status if status in UPDATABLE:
                return "UPDATE"
            case status:
                raise self._failed(stack, str(status), None)

    def _discard(self, stack: str) -> None:
        """Remove this program's change sets of old. One that is being made or executed AWS would not let go."""
        with aws_errors(f"list the change sets of stack {stack}"):
            try:
                pages = self._client.get_paginator("list_change_sets").paginate(StackName=stack)
                summaries = [row for page in pages for row in page.get("Summaries", [])]
            except ClientError as problem:
                if code_of(problem) not in ("ValidationError", "ChangeSetNotFound"):
                    raise
                return
        for row in summaries:
            ours = row["ChangeSetName"].startswith(f"{NAME}-") and row.get("StackName") == stack
            made = row.get("Status") in MADE and row.get("ExecutionStatus") in ("AVAILABLE", "UNAVAILABLE", "OBSOLETE")
            if ours and made and (self._clock.now() - row["CreationTime"]).total_seconds() > STALE_SECONDS:
                self._delete_change_set(stack, row["ChangeSetName"])

    def _delete_change_set(self, stack: str, name: str) -> None:
        """One that went or began to be executed meanwhile is left."""
        with aws_errors(f"delete a change set of stack {stack}"):
            try:
                self._client.delete_change_set(StackName=stack, ChangeSetName=name)
            except ClientError as problem:
                if code_of(problem) not in ("ChangeSetNotFound", "InvalidChangeSetStatus"):
                    raise

    def _described(self, stack: str, name: str) -> dict[str, Any] | None:
        """The change set with all pages of changes once it is complete or failed."""
        with aws_errors(f"describe the change set of stack {stack}"):
            pages = list(
                self._client.get_paginator("describe_change_set").paginate(
                    StackName=stack, ChangeSetName=name, IncludePropertyValues=True
                )
            )
        if pages[0]["Status"] not in MADE:
            return None
        return {**pages[0], "Changes": [change for page in pages for change in page.get("Changes", [])]}

    def _follow(self, stack_id: str, events: StackEvents, on_event: Callable[[StackEvent], None]) -> str | None:
        """Tell events until the stack is settled; returns its status, None when it is gone.

        The status of before lingers for a moment: it counts only if an event had been told before it was asked for.
        Gone is gone, even where the last event of it was told to a command that was killed since.
        """

        def look() -> dict[str, Any] | None:
            begun = events.told
            found = self._settled(stack_id)
            if found == {}:
                return found
            events.tell(on_event)
            gone = found is not None and found["StackStatus"] == "DELETE_COMPLETE"
            return found if begun or gone else None

        return self._poller.wait(f"stack {stack_id}: done", look).get("StackStatus")

    def _settled(self, stack: str) -> dict[str, Any] | None:
        """The stack, {} when there is none, None while it is changing."""
        found = self._find(stack)
        if found is None:
            return {}
        return None if _moves(found) else found

    def _require(self, stack: str) -> dict[str, Any]:
        found = self._find(stack)
        if found is None:
            raise _none(stack)
        return found

    def _find(self, stack: str) -> dict[str, Any] | None:
        """CloudFormation says ValidationError where there is no such stack."""
        with aws_errors(f"describe stack {stack}"):
            try:
                found: list[dict[str, Any]] = self._client.describe_stacks(StackName=stack)["Stacks"]
            except ClientError as problem:
                if code_of(problem) == "ValidationError":
                    return None
                raise
        return found[0]

    def _failed(self, stack: str, status: str | None, first: StackEvent | None) -> AwsError:
        why = f": {first.logical_id} {first.status}: {first.reason or 'no reason given'}" if first else ""
        hints = {
            "ROLLBACK_COMPLETE": "It holds nothing. Run: aurora-migrate provision destroy; mend the cause; apply.",
            "ROLLBACK_FAILED": "Switch the cluster's deletion protection off, then destroy the stack.",
            "UPDATE_ROLLBACK_COMPLETE": "The stack is as it was before. Correct the cause, then apply again.",
            "DELETE_FAILED": "Deletion protection is on, or something still uses a resource; turn that off first.",
        }
        return AwsError(
            f"stack {stack} is {status}{why}",
            code="AWS-STACK-FAILED",
            hint=hints.get(status or "", "Look at the stack in the console; it needs a person before it can go on."),
        )


def _moves(found: dict[str, Any]) -> bool:
    status = str(found["StackStatus"])
    return status.endswith("_IN_PROGRESS") and status != SHELL


def _none(stack: str, why: str = "") -> AwsError:
    return AwsError(f"there is no stack {stack}{why}", code="AWS-NO-STACK", hint="Run: aurora-migrate provision apply")
