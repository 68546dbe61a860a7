"""DMS as the stages see it: instance or serverless compute, endpoints and tasks of one migration.

Own pollers, for botocore's waiters fail on states that are fine: a short load is `stopped` before anybody saw it
`running`, a task that ran before never becomes `ready` again (knowledge of their acceptor lists).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from migrate.aws.endpoints import Endpoints
from migrate.aws.failures import cause_of, explained
from migrate.aws.hasty import at_once
from migrate.aws.instance import InstanceSpec, ReplicationInstance
from migrate.aws.mappings import table_mappings
from migrate.aws.marks import require_ours, tags_of
from migrate.aws.polling import Poller
from migrate.aws.serverless.calls import ServerlessCalls
from migrate.aws.serverless.either import EitherCalls
from migrate.aws.serverless.spec import ServerlessSpec
from migrate.aws.session import AwsSession
from migrate.aws.settings import task_settings
from migrate.aws.task_calls import Calls, TaskCalls, record, statistics
from migrate.aws.task_changes import DmsTaskChanges, differences
from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.events import Emit, silent
from migrate.model.replication import GIVEN_UP, LOADING, UNFINISHED, EndpointSpec, ReplicationTask, TaskSpec

MOVING = frozenset({"creating", "starting", "stopping", "modifying", "moving", "testing", "deleting"})
STANDING = frozenset({"ready", "stopped", "failed", "failed-move"})
"""States in which a task writes nothing and will not begin to by itself."""
STARTED = frozenset({"starting", "running"})
REFUSALS = 3
"""So often a start is asked for: what DMS shows of a task may be older than what it refuses it for."""
LOADED = frozenset({"STOPPED_AFTER_FULL_LOAD", "STOPPED_AFTER_CACHED_EVENTS", "FULL_LOAD_ONLY_FINISHED"})
GOOD_ENDS = LOADED | {"NORMAL", "STOPPED_AT_SERVER_TIME", "STOPPED_AT_COMMIT_TIME"}
AGAIN = (
    "A load that failed is not gone on with: aurora-migrate replicate destroy, drop the target's tables, then:"
    " aurora-migrate replicate start"
)
"""The target has no keys during the load: a table that is loaded a second time holds every row twice."""
ONWARD = (
    "Then go on with the cutover or rollback that is open: aurora-migrate cutover resume. With none open:"
    " aurora-migrate replicate resume"
)
UNKNOWN = "Correct the cause the task's log names."
UNBEGUN_SECONDS = 900.0
"""A table in error that is to be loaded again is, once older transactions are over: TransactionConsistencyTimeout is
600 s (dms.md §5)."""
UNSTOPPED_SECONDS = 60.0
"""A task that stops after its load has done so by then."""
RESTARTED = frozenset({"RECYCLE_TASK", "RECONFIGURATION_RESTART"})
"""Stop reasons after which DMS starts a task by itself."""
STATE_SECONDS = 3600.0
LOAD_SECONDS = 14 * 24 * 3600.0


class DmsTasks:
    """Implements `ports.cloud.Tasks`. Touches only what carries this migration's tag."""

    def __init__(
        self,
        session: AwsSession,
        migration: str,
        instance: InstanceSpec,
        secret_access_role_arn: str,
        clock: Clock,
        poll_seconds: float,
        *,
        serverless: ServerlessSpec | None = None,
        emit: Emit = silent,
    ) -> None:
        self._migration = migration
        self._dms = session.client("dms")
        self._poller = Poller(clock, poll_seconds, STATE_SECONDS, emit, emit)
        self._instance = ReplicationInstance(session, migration, instance, self._poller)
        self._serverless = serverless
        self._calls = self._calls_over(self._dms)
        self._hasty_calls = self._calls_over(session.client("dms", hasty=True))
        self._endpoints = Endpoints(session, migration, secret_access_role_arn, self._poller)
        self.changes = DmsTaskChanges(self._calls, self._endpoints, self._poller, self._definition, self._instance)

    def _calls_over(self, dms: Any) -> Calls:
        of_tasks = TaskCalls(dms, self._instance.arn)
        if self._serverless is None:
            return of_tasks
        return EitherCalls(of_tasks, ServerlessCalls(dms, self._serverless, self._instance.identifier))

    def ensure_instance(self, *, for_positions: bool = False) -> None:
        if self._serverless is not None and not for_positions:
            self._instance.ensure_subnet_group()
        else:
            self._instance.ensure()

    def ensure_endpoint(self, spec: EndpointSpec) -> None:
        untested = self._serverless is not None and not self._instance.exists()
        self._endpoints.ensure(spec, None if untested else self._instance.arn())

    def ensure_task(self, spec: TaskSpec) -> None:
        wanted = self._definition(spec)
        found = self._calls.raw(spec.identifier, settings=True)
        if found is None:
            self._calls.create(wanted, tags_of(self._migration))
        else:
            require_ours(self._dms, found["ReplicationTaskArn"], spec.identifier, self._migration)
            _require_same(spec.identifier, wanted, found)
        self._settle(spec.identifier)

    def start(self, identifier: str) -> None:
        raw = self._settle(identifier)
        if raw["Status"] == "ready":
            self._begin(raw, "start-replication")
            raw = self._poller.wait(f"task {identifier}: running", lambda: self._not_in(identifier, {"ready"} | MOVING))
        _require_well(record(raw))

    def run(self, identifier: str) -> None:
        if self._settle(identifier)["Status"] == "ready":
            self.start(identifier)
        else:
            self.resume(identifier)

    def resume(self, identifier: str, *, may_load: bool = False) -> None:
        before = self._settle(identifier)
        if before["Status"] == "running":
            return
        begun = self._begin(before, "resume-processing")

        def left() -> dict[str, Any] | None:
            """The task once it is out of the state of before, which AWS shows for a moment longer."""
            nonlocal begun
            now = self._existing(identifier)
            begun = begun or now["Status"] in STARTED
            return None if now["Status"] in MOVING or not (begun or _differ(now, before)) else now

        task = record(self._poller.wait(f"task {identifier}: running", left))
        if task.status != "running" and not (may_load and _stopped_after_load(task)):
            raise _stood_still(task)

    def await_following(
        self, identifier: str, *, loads: bool | None, on_progress: Callable[[ReplicationTask], None]
    ) -> ReplicationTask:
        what = f"task {identifier}: following"
        while True:
            settled = self._settling(identifier, on_progress, loads=loads)
            task = self._poller.wait(what, settled, LOAD_SECONDS)
            if task.status == "running" or task.in_states(GIVEN_UP):
                return task
            loads = bool(task.in_states(UNFINISHED))
            self.resume(identifier, may_load=True)

    def _settling(
        self, identifier: str, on_progress: Callable[[ReplicationTask], None], *, loads: bool | None
    ) -> Callable[[], ReplicationTask | None]:
        seen, since = None, self._poller.clock.monotonic()

        def settled() -> ReplicationTask | None:
            """The task when it stopped after a load, or when it runs, loads nothing and is not about to."""
            nonlocal seen, since, loads
            raw = self._existing(identifier)
            task = record(raw, statistics(self._calls.rows(raw["ReplicationTaskArn"])))
            on_progress(task)
            if task.status in MOVING:
                return None
            if task.status != "running":
                if not _stopped_after_load(task):
                    raise _stood_still(task)
                return task
            states = [(table.table, table.state, table.full_load_rows) for table in task.tables]
            if states != seen:
                seen, since = states, self._poller.clock.monotonic()
            if task.in_states(LOADING):
                loads = True
                return None
            failed = bool(task.in_states(GIVEN_UP))
            loads = failed if loads is None and task.tables else loads
            quiet = self._poller.clock.monotonic() - since
            patience = UNBEGUN_SECONDS if failed else UNSTOPPED_SECONDS
            return None if loads is not False and quiet < patience else task

        return settled

    def stop(self, identifier: str) -> None:
        def stopped() -> bool | None:
            raw = self._calls.raw(identifier)
            if raw is None or raw["Status"] in STANDING:
                return True
            if raw["Status"] in ("running", "starting"):
                self._calls.ask(f"stop the task {identifier}", "stop_replication_task", raw["ReplicationTaskArn"])
            return None

        self._poller.wait(f"task {identifier}: stopped", stopped)

    def wait_for_full_load(self, identifier: str, on_progress: Callable[[ReplicationTask], None]) -> ReplicationTask:
        def loaded() -> ReplicationTask | None:
            raw = self._existing(identifier, settings=True)
            task = record(raw, statistics(self._calls.rows(raw["ReplicationTaskArn"])))
            on_progress(task)
            _require_tables(task)
            if task.status == "running":
                return task if _passed_full_load(raw) else None
            if task.status in MOVING:
                return None
            _require_well(task)
            if task.stop_reason not in LOADED:
                raise _stood_still(task)
            return task

        return self._poller.wait(f"task {identifier}: full load", loaded, LOAD_SECONDS)

    def describe(self, identifier: str) -> ReplicationTask | None:
        raw = self._calls.raw(identifier)
        return None if raw is None else record(raw, statistics(self._calls.rows(raw["ReplicationTaskArn"])))

    def standing(self, identifier: str) -> str | None:
        raw = at_once(lambda: self._hasty_calls.raw(identifier))
        if raw is None:
            return "it is gone"
        task = record(raw)
        stands = task.status in STANDING and task.stop_reason not in RESTARTED
        return (task.last_failure or task.stop_reason or task.status) if stands else None

    def raw(self, identifier: str) -> dict[str, Any] | None:
        """As DescribeReplicationTasks shows it, with its settings; None when there is no such task."""
        return self._calls.raw(identifier, settings=True)

    def delete_task(self, identifier: str) -> None:
        raw = self._calls.raw(identifier)
        if raw is None:
            return
        require_ours(self._dms, raw["ReplicationTaskArn"], identifier, self._migration)
        self.stop(identifier)

        def gone() -> bool | None:
            found = self._calls.raw(identifier)
            if found is None:
                return True
            if found["Status"] in STANDING:
                self._calls.ask(f"delete the task {identifier}", "delete_replication_task", found["ReplicationTaskArn"])
            return None

        self._poller.wait(f"task {identifier}: gone", gone)

    def delete_endpoints(self, identifiers: Iterable[str]) -> None:
        self._endpoints.delete(identifiers)

    def delete_instance(self) -> None:
        self._instance.delete()

    def unresolved(self, identifiers: Sequence[str]) -> list[str]:
        found = ((identifier, self._calls.raw(identifier)) for identifier in identifiers)
        return [identifier for identifier, raw in found if raw is not None and raw["Status"] not in STANDING]

    def _definition(self, spec: TaskSpec) -> dict[str, Any]:
        position = {} if spec.start_position is None else {"CdcStartPosition": str(spec.start_position)}
        return {
            "ReplicationTaskIdentifier": spec.identifier,
            "SourceEndpointArn": self._endpoints.arn(spec.source_endpoint),
            "TargetEndpointArn": self._endpoints.arn(spec.target_endpoint),
            "MigrationType": spec.type.value,
            "TableMappings": json.dumps(table_mappings(spec)),
            "ReplicationTaskSettings": json.dumps(task_settings(spec)),
            **position,
            **self._calls.place(spec),
        }

    def _begin(self, before: dict[str, Any], how: str) -> bool:
        """Ask for a start, again where a change under way forbids it. True where the task was seen started.

        A refusal counts only if the task stands: one that is starting or running was started by an earlier request.
        """
        identifier = before["ReplicationTaskIdentifier"]
        for left in reversed(range(REFUSALS)):
            try:
                self._calls.ask(
                    f"start the task {identifier}",
                    "start_replication_task",
                    before["ReplicationTaskArn"],
                    StartReplicationTaskType=how,
                )
                break
            except AwsError as problem:
                status = self._existing(identifier)["Status"]
                if status in STARTED:
                    return True
                if not left or (status in STANDING and not problem.retryable):
                    raise
            self._poller.clock.sleep(self._poller.seconds)
            self._settle(identifier)
        return False

    def _existing(self, identifier: str, *, settings: bool = False) -> dict[str, Any]:
        raw = self._calls.raw(identifier, settings=settings)
        if raw is None:
            raise AwsError(
                f"there is no task {identifier}", code="AWS-TASK-GONE", hint="Run: aurora-migrate replicate status"
            )
        return raw

    def _settle(self, identifier: str) -> dict[str, Any]:
        """Wait until the task is in no passing state. One that is being deleted is waited for, then it is gone."""
        return self._poller.wait(f"task {identifier}: settled", lambda: self._not_in(identifier, MOVING))

    def _not_in(self, identifier: str, states: frozenset[str] | set[str]) -> dict[str, Any] | None:
        raw = self._existing(identifier)
        return None if raw["Status"] in states else raw


def _differ(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether the task ran in between, as far as its state tells."""
    return any(_said(now, key) != _said(before, key) for key in ("Status", "StartDate"))


def _said(raw: dict[str, Any], key: str) -> Any:
    return raw.get(key) or raw.get("ReplicationTaskStats", {}).get(key)


def _require_same(identifier: str, wanted: dict[str, Any], found: dict[str, Any]) -> None:
    """Adopt only a task that would do the same. Raises AwsError(AWS-TASK-DIFFERS)."""
    if differs := differences(wanted, found):
        raise AwsError(
            f"the task {identifier} exists with other settings: {', '.join(differs)}",
            code="AWS-TASK-DIFFERS",
            hint="Delete the task, or take the changed setting back, then start again.",
        )


def _passed_full_load(raw: dict[str, Any]) -> bool:
    """True for a running task that was started again after its load, or that does not stop after it."""
    stats = raw.get("ReplicationTaskStats", {})
    finished, started = stats.get("FullLoadFinishDate"), stats.get("StartDate")
    if finished is None:
        return False
    settings = json.loads(raw.get("ReplicationTaskSettings") or "{}").get("FullLoadSettings", {})
    return not settings.get("StopTaskCachedChangesNotApplied") or (started is not None and started > finished)


def _stopped_after_load(task: ReplicationTask) -> bool:
    return task.status == "stopped" and task.stop_reason in LOADED


def _require_tables(task: ReplicationTask) -> None:
    """A table that fails is suspended and the task goes on: the task's status alone says nothing."""
    bad = [f"{one.table} ({one.state})" for one in task.tables if one.state in GIVEN_UP]
    if bad:
        raise AwsError(
            f"task {task.identifier} gave up on tables: {', '.join(bad)}",
            code="AWS-TABLE-ERROR",
            hint=f"{UNKNOWN} {AGAIN}",
        )


def _require_well(task: ReplicationTask) -> None:
    if task.status == "running" or (task.status == "stopped" and task.stop_reason in GOOD_ENDS):
        return
    raise _stood_still(task)


def _stood_still(task: ReplicationTask) -> AwsError:
    onward = AGAIN if task.full_load_percent < 100 else ONWARD
    subject = f"task {task.identifier} is {task.status}"
    cause = cause_of(task.last_failure, task.stop_reason)
    if cause is not None:
        return explained(subject, cause, task.last_failure, onward)
    why = task.last_failure or task.stop_reason or "no reason given"
    return AwsError(f"{subject}: {why}", code="AWS-TASK-FAILED", hint=f"{UNKNOWN} {onward}")
