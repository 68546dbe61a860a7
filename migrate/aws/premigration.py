"""DMS's premigration assessment of a task: start it, wait for it, read what each check said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.instance import EXISTS, GONE
from migrate.aws.marks import tags_of
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.model.premigration import TOO_EARLY, PremigrationCheck, PremigrationReport

GOING = frozenset({"starting", "provisioning", "running"})
RUN_SECONDS = 3600.0
RUNS = ("describe_replication_task_assessment_runs", "ReplicationTaskAssessmentRuns")
CHECKS = ("describe_replication_task_individual_assessments", "ReplicationTaskIndividualAssessments")


@dataclass(frozen=True)
class PremigrationSpec:
    """Where the results go, by which role, and which checks are left out."""

    bucket: str
    role_arn: str
    exclude: tuple[str, ...] = ()


class DmsPremigration:
    """Implements `ports.cloud.Premigration`."""

    def __init__(
        self, session: AwsSession, migration: str, spec: PremigrationSpec, clock: Clock, poll_seconds: float
    ) -> None:
        self._migration, self._spec, self._clock = migration, spec, clock
        self._dms = session.client("dms")
        self._poller = Poller(clock, poll_seconds, RUN_SECONDS)

    def assess(self, task: str, on_progress: Callable[[PremigrationReport], None]) -> PremigrationReport:
        arn = self._task(task)["ReplicationTaskArn"]
        run = self._going(arn) or self._start(task, arn)

        def ended() -> PremigrationReport | None:
            report = self._report(run)
            on_progress(report)
            # The task shows `testing` a moment longer than its run, and cannot be started meanwhile.
            return None if report.status in GOING or self._task(task)["Status"] == "testing" else report

        return self._poller.wait(f"assessment of task {task}: ended", ended)

    def _start(self, task: str, arn: str) -> str:
        """Every start assesses anew: what an earlier run found may be mended. Returns the run's ARN."""
        excluded = self._excluded(arn)
        exclude = {"Exclude": excluded} if excluded else {}
        with aws_errors(f"start the assessment of task {task}"):
            try:
                answer = self._dms.start_replication_task_assessment_run(
                    ReplicationTaskArn=arn,
                    ServiceAccessRoleArn=self._spec.role_arn,
                    ResultLocationBucket=self._spec.bucket,
                    ResultLocationFolder=self._migration,
                    AssessmentRunName=f"{task}-{self._clock.now():%Y%m%d-%H%M%S-%f}",
                    Tags=tags_of(self._migration),
                    **exclude,
                )
                return str(answer["ReplicationTaskAssessmentRun"]["ReplicationTaskAssessmentRunArn"])
            except ClientError as problem:
                if code_of(problem) != EXISTS:
                    raise
        going = self._going(arn)
        if going is None:
            raise AwsError(f"the assessment of task {task} came and went", code="AWS-ASSESSMENT-GONE", retryable=True)
        return going

    def _excluded(self, task_arn: str) -> list[str]:
        """DMS refuses names that do not belong to the task's engines."""
        known: list[str] = []
        more: dict[str, str] = {}
        with aws_errors("read which assessments there are"):
            while True:
                page = self._dms.describe_applicable_individual_assessments(ReplicationTaskArn=task_arn, **more)
                known += page.get("IndividualAssessmentNames", [])
                if not page.get("Marker"):
                    break
                more = {"Marker": page["Marker"]}
        unknown = sorted(set(self._spec.exclude) - set(known))
        if unknown:
            raise AwsError(
                f"DMS has no assessment {', '.join(unknown)} for this task",
                code="AWS-ASSESSMENT-UNKNOWN",
                hint=f"replication.premigration_exclude takes: {', '.join(sorted(known))}.",
            )
        return [name for name in known if name in TOO_EARLY or name in self._spec.exclude]

    def _going(self, task_arn: str) -> str | None:
        """The run that an earlier command started and did not wait for."""
        found = self._pages(*RUNS, "replication-task-arn", task_arn)
        return next((str(one["ReplicationTaskAssessmentRunArn"]) for one in found if one["Status"] in GOING), None)

    def _report(self, arn: str) -> PremigrationReport:
        [run] = self._pages(*RUNS, "replication-task-assessment-run-arn", arn)
        checks = self._pages(*CHECKS, "replication-task-assessment-run-arn", arn)
        return PremigrationReport(
            name=run["AssessmentRunName"],
            status=run["Status"],
            checks=tuple(PremigrationCheck(one["IndividualAssessmentName"], one["Status"]) for one in checks),
            message=str(run.get("LastFailureMessage", "")),
            place=f"s3://{run['ResultLocationBucket']}/{run.get('ResultLocationFolder', '')}",
        )

    def _task(self, identifier: str) -> dict[str, Any]:
        named = [{"Name": "replication-task-id", "Values": [identifier]}]
        with aws_errors(f"describe the task {identifier}"):
            found: Sequence[dict[str, Any]] = self._dms.describe_replication_tasks(Filters=named, WithoutSettings=True)[
                "ReplicationTasks"
            ]
        return found[0]

    def _pages(self, operation: str, noun: str, filter_name: str, value: str) -> list[dict[str, Any]]:
        """botocore has no paginators for these."""
        rows: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        with aws_errors("read the assessment"):
            try:
                while True:
                    page = getattr(self._dms, operation)(Filters=[{"Name": filter_name, "Values": [value]}], **more)
                    rows += page.get(noun, [])
                    if not page.get("Marker"):
                        return rows
                    more = {"Marker": page["Marker"]}
            except ClientError as problem:
                if code_of(problem) == GONE:
                    return rows
                raise
