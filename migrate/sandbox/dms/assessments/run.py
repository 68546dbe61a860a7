"""One assessment run: its record, and how it is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

RUNNING = frozenset({"starting", "provisioning", "running"})
ENDED = ("passed", "failed", "error", "warning", "cancelled", "skipped")


@dataclass
class Individual:
    """One assessment of a run; `status` of dms.md §4.1."""

    arn: str
    name: str
    status: str = "pending"
    started: float | None = None


@dataclass
class AssessmentRun:
    """`request` is what StartReplicationTaskAssessmentRun said."""

    arn: str
    task_arn: str
    name: str
    created: float
    request: dict[str, Any]
    individuals: list[Individual]
    status_after: str
    """What the task goes back to."""
    status: str = "starting"
    failure: str = ""
    latest: bool = True
    details: list[str] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        return self.status in RUNNING

    def outcome(self) -> str:
        """dms.md §4.1: failed before warning before passed."""
        found = {one.status for one in self.individuals}
        if "failed" in found:
            return "failed"
        if "error" in found:
            return "error-executing"
        return "warning" if "warning" in found else "passed"

    def view(self) -> dict[str, Any]:
        """ReplicationTaskAssessmentRun of the model."""
        ended = Counter(one.status for one in self.individuals if one.status in ENDED)
        view: dict[str, Any] = {
            "ReplicationTaskAssessmentRunArn": self.arn,
            "ReplicationTaskArn": self.task_arn,
            "Status": self.status,
            "ReplicationTaskAssessmentRunCreationDate": self.created,
            "AssessmentProgress": {
                "IndividualAssessmentCount": len(self.individuals),
                "IndividualAssessmentCompletedCount": sum(ended.values()),
            },
            "ServiceAccessRoleArn": self.request["ServiceAccessRoleArn"],
            "ResultLocationBucket": self.request["ResultLocationBucket"],
            "AssessmentRunName": self.name,
            "IsLatestTaskAssessmentRun": self.latest,
        }
        for member in ("ResultLocationFolder", "ResultEncryptionMode", "ResultKmsKeyArn"):
            if member in self.request:
                view[member] = self.request[member]
        if not self.runs:
            view["ResultStatistic"] = {kind.capitalize(): ended[kind] for kind in ENDED}
        return view | ({"LastFailureMessage": self.failure} if self.failure else {})

    def individual_view(self, one: Individual) -> dict[str, Any]:
        """ReplicationTaskIndividualAssessment of the model."""
        view: dict[str, Any] = {
            "ReplicationTaskIndividualAssessmentArn": one.arn,
            "ReplicationTaskAssessmentRunArn": self.arn,
            "IndividualAssessmentName": one.name,
            "Status": one.status,
        }
        return view | ({} if one.started is None else {"ReplicationTaskIndividualAssessmentStartDate": one.started})
