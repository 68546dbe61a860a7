"""CloudFormation's drift detection. It compares properties that the template sets, of types that support it."""

from __future__ import annotations

from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.model.drift import Drift

POLL_SECONDS, LOCAL_POLL_SECONDS = 5.0, 0.1
DETECTION_SECONDS = 1800.0
DRIFTED = ["MODIFIED", "DELETED"]


class StackDrifts:
    """Implements ports.drift.Drifts."""

    def __init__(self, session: AwsSession, clock: Clock) -> None:
        self._client = session.client("cloudformation")
        self._poller = Poller(clock, LOCAL_POLL_SECONDS if session.loopback else POLL_SECONDS, DETECTION_SECONDS)

    def detect(self, stack: str) -> list[Drift]:
        with aws_errors(f"detect drift of stack {stack}"):
            detection = self._client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
        self._poller.wait(f"drift of stack {stack}: detected", lambda: self._ended(stack, detection))
        return [_drift(row) for row in self._rows(stack)]

    def _ended(self, stack: str, detection: str) -> bool | None:
        with aws_errors(f"look at the drift of stack {stack}"):
            found = self._client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if found["DetectionStatus"] == "DETECTION_FAILED":
            reason = found.get("DetectionStatusReason", "no reason given")
            raise AwsError(
                f"CloudFormation could not compare all of stack {stack}: {reason}",
                code="AWS-DRIFT-FAILED",
                hint="Mostly a missing right to read one of the resources: aurora-migrate doctor",
            )
        return True if found["DetectionStatus"] == "DETECTION_COMPLETE" else None

    def _rows(self, stack: str) -> list[dict[str, Any]]:
        """botocore has no paginator for them."""
        rows: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        with aws_errors(f"read the drift of stack {stack}"):
            while True:
                page = self._client.describe_stack_resource_drifts(
                    StackName=stack, StackResourceDriftStatusFilters=DRIFTED, **more
                )
                rows += page["StackResourceDrifts"]
                if not page.get("NextToken"):
                    return rows
                more = {"NextToken": page["NextToken"]}


def _drift(row: dict[str, Any]) -> Drift:
    differences = tuple(
        f"{one['PropertyPath']} {one['ExpectedValue'] or 'not set'} → {one['ActualValue'] or 'not set'}"
        for one in row.get("PropertyDifferences", [])
    )
    gone = row["StackResourceDriftStatus"] == "DELETED"
    return Drift(row["LogicalResourceId"], row["ResourceType"], gone, differences)
