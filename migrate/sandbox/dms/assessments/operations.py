"""The six operations of premigration assessments (dms.md §2 step 7, §4.1, §17).

Results are told by the API alone; the report that the service lays into the bucket is not written (its form is
unsourced). The bucket and the role are not looked at.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from migrate.sandbox.dms.arns import Kind
from migrate.sandbox.dms.assessments.catalogue import Assessment, applicable
from migrate.sandbox.dms.assessments.look import opened
from migrate.sandbox.dms.assessments.run import AssessmentRun, Individual
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.engines import ENGINES
from migrate.sandbox.dms.faults import already_exists, invalid_combination, invalid_state, invalid_value, not_found
from migrate.sandbox.dms.logins import resolve
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import Endpoint, Task
from migrate.sandbox.dms.tags import read_tags
from migrate.sandbox.dms.tasks import SETTLED

ENCRYPTION = ("SSE_S3", "SSE_KMS")


class Assessments:
    """StartReplicationTaskAssessmentRun, Cancel…, Delete…, Describe…s, …IndividualAssessments, …Applicable…."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._runs: dict[str, AssessmentRun] = {}

    def handlers(self) -> dict[str, Handler]:
        return {
            "StartReplicationTaskAssessmentRun": self._start,
            "CancelReplicationTaskAssessmentRun": self._cancel,
            "DeleteReplicationTaskAssessmentRun": self._delete,
            "DescribeReplicationTaskAssessmentRuns": self._describe,
            "DescribeReplicationTaskIndividualAssessments": self._individuals,
            "DescribeApplicableIndividualAssessments": self._applicable,
        }

    def _start(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Refused unless the task stands; it shows `testing` meanwhile (dms.md §2 step 7)."""
        task = self._store.task(payload["ReplicationTaskArn"])
        if task.status not in SETTLED:
            raise invalid_state(f"An assessment cannot be started while the task is {task.status}.")
        if any(one.name == payload["AssessmentRunName"] for one in self._of(task)):
            raise already_exists(f"The task has an assessment run {payload['AssessmentRunName']} already.")
        if payload.get("ResultEncryptionMode", ENCRYPTION[0]) not in ENCRYPTION:
            raise invalid_value(f"ResultEncryptionMode is one of {', '.join(ENCRYPTION)}.")
        chosen = self._chosen(self._for_task(task), payload)
        for earlier in self._of(task):
            earlier.latest = False
        arns = self._context.arns
        run = AssessmentRun(
            arn=arns.new(Kind.ASSESSMENT_RUN),
            task_arn=task.arn,
            name=payload["AssessmentRunName"],
            created=time.time(),
            request=payload,
            individuals=[Individual(arns.new(Kind.INDIVIDUAL_ASSESSMENT), name) for name in chosen],
            status_after=task.status,
        )
        self._runs[run.arn] = run
        self._store.tags[run.arn] = read_tags(payload)
        task.status = "testing"
        self._context.later(lambda: self._provision(run, task, chosen))
        return {"ReplicationTaskAssessmentRun": run.view()}

    def _provision(self, run: AssessmentRun, task: Task, chosen: dict[str, Assessment]) -> None:
        if run.status == "starting":
            run.status = "provisioning"
            self._context.later(lambda: self._begin(run, task, chosen))

    def _begin(self, run: AssessmentRun, task: Task, chosen: dict[str, Assessment]) -> None:
        if run.status != "provisioning":
            return
        run.status = "running"
        ends = [self._store.endpoint(arn) for arn in (task.source_arn, task.target_arn)]
        threading.Thread(target=self._work, args=(run, task, ends, chosen), name="dms-assessment", daemon=True).start()

    def _work(self, run: AssessmentRun, task: Task, ends: list[Endpoint], chosen: dict[str, Assessment]) -> None:
        """Connecting and asking take time: in a thread of its own, without the lock."""
        problem = ""
        try:
            source, target = (resolve(end, self._ca_file(end), self._context.read_secret) for end in ends)
            with opened(task, source, target) as look:
                for one in run.individuals:
                    if not self._enter(run, one):
                        return
                    verdict = chosen[one.name](look)
                    with self._store.lock:
                        one.status = verdict.status
                        if verdict.status == "failed":
                            run.failure = f"{one.name}: {verdict.detail}"
        except Exception as error:
            # A server that does not answer, or refuses a question: the run's own error, told without its secrets.
            passwords = [str(end.get("Password")) for end in ends if end.get("Password")]
            problem = " ".join(str(error).split())
            for password in passwords:
                problem = problem.replace(password, "***")
        with self._store.lock:
            if run.status == "running":
                self._end(run, task, problem)

    def _enter(self, run: AssessmentRun, one: Individual) -> bool:
        with self._store.lock:
            if run.status != "running":
                return False
            one.status, one.started = "running", time.time()
            return True

    def _end(self, run: AssessmentRun, task: Task, problem: str) -> None:
        for one in run.individuals:
            if one.status in ("pending", "running"):
                one.status = "error"
        run.status = "error-executing" if problem else run.outcome()
        run.failure = problem or run.failure
        task.status = run.status_after

    def _cancel(self, payload: dict[str, Any]) -> dict[str, Any]:
        """`cancelling` is what a cancelled run stays (botocore's text of the status)."""
        run = self._run(payload["ReplicationTaskAssessmentRunArn"])
        if not run.runs:
            raise invalid_state(f"The assessment run is {run.status}.")
        run.status = "cancelling"
        for one in run.individuals:
            if one.status in ("pending", "running"):
                one.status = "cancelled"
        self._store.task(run.task_arn).status = run.status_after
        return {"ReplicationTaskAssessmentRun": run.view()}

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        run = self._run(payload["ReplicationTaskAssessmentRunArn"])
        if run.runs or run.status == "deleting":
            raise invalid_state(f"The assessment run is {run.status}.")
        run.status = "deleting"
        self._context.later(lambda: self._gone(run))
        return {"ReplicationTaskAssessmentRun": run.view()}

    def _gone(self, run: AssessmentRun) -> None:
        self._runs.pop(run.arn, None)
        self._store.tags.pop(run.arn, None)

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        found = matching(
            self._runs.values(),
            payload,
            {
                "replication-task-assessment-run-arn": lambda one: one.arn,
                "replication-task-arn": lambda one: one.task_arn,
                "replication-instance-arn": self._instance_of,
                "status": lambda one: one.status,
            },
        )
        require_match(found, payload, "Assessment Runs")
        return page("ReplicationTaskAssessmentRuns", [one.view() for one in found], payload)

    def _instance_of(self, run: AssessmentRun) -> str:
        task = self._store.tasks.get(run.task_arn)
        return task.instance_arn if task else ""

    def _individuals(self, payload: dict[str, Any]) -> dict[str, Any]:
        pairs = [(run, one) for run in self._runs.values() for one in run.individuals]
        found = matching(
            pairs,
            payload,
            {
                "replication-task-assessment-run-arn": lambda pair: pair[0].arn,
                "replication-task-arn": lambda pair: pair[0].task_arn,
                "status": lambda pair: pair[1].status,
            },
        )
        views = [run.individual_view(one) for run, one in found]
        return page("ReplicationTaskIndividualAssessments", views, payload)

    def _applicable(self, payload: dict[str, Any]) -> dict[str, Any]:
        """By a task or a configuration, or by what a task would be: instance, both engines, type (botocore's text)."""
        if "ReplicationTaskArn" in payload:
            names = self._for_task(self._store.task(payload["ReplicationTaskArn"]))
        elif "ReplicationConfigArn" in payload:
            one = self._store.replication(payload["ReplicationConfigArn"])
            names = self._for_engine(self._store.endpoint(one.source_arn).engine_name)
        elif {"ReplicationInstanceArn", "SourceEngineName", "TargetEngineName", "MigrationType"} <= set(payload):
            self._store.instance(payload["ReplicationInstanceArn"])
            names = self._for_engine(payload["SourceEngineName"])
        else:
            raise invalid_combination(
                "Give ReplicationTaskArn, or ReplicationInstanceArn, SourceEngineName, TargetEngineName and"
                " MigrationType."
            )
        return page("IndividualAssessmentNames", list(names), payload)

    def _for_task(self, task: Task) -> dict[str, Assessment]:
        return self._for_engine(self._store.endpoint(task.source_arn).engine_name)

    @staticmethod
    def _for_engine(name: str) -> dict[str, Assessment]:
        if name not in ENGINES:
            raise invalid_value(f"Unknown SourceEngineName; known are {', '.join(ENGINES)}.")
        return applicable(name, ENGINES[name].family)

    @staticmethod
    def _chosen(known: dict[str, Assessment], payload: dict[str, Any]) -> dict[str, Assessment]:
        only, without = payload.get("IncludeOnly"), payload.get("Exclude")
        if only and without:
            raise invalid_combination("IncludeOnly and Exclude cannot both be given.")
        unknown = [name for name in (*(only or ()), *(without or ())) if name not in known]
        if unknown:
            raise invalid_value(f"Unknown individual assessment {unknown[0]}.")
        return {name: act for name, act in known.items() if name in (only or known) and name not in (without or ())}

    def _ca_file(self, end: Endpoint) -> str | None:
        with self._store.lock:
            certificate = self._store.certificates.get(end.definition.get("CertificateArn", ""))
        return certificate.file if certificate else None

    def _of(self, task: Task) -> list[AssessmentRun]:
        return [one for one in self._runs.values() if one.task_arn == task.arn]

    def _run(self, arn: str) -> AssessmentRun:
        if arn not in self._runs:
            raise not_found(f"Assessment run {arn} not found.")
        return self._runs[arn]
