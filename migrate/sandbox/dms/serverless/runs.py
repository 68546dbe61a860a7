"""Running serverless replications: from `initializing` to `running`, to `stopped` or `failed` (dms.md §3 steps 6-9)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from migrate.sandbox.dms.cdc_points import stop_point
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.faults import invalid_combination, invalid_state, invalid_value
from migrate.sandbox.dms.open_runs import OpenRuns, check_kind
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.reload import tables_to_reload
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import TaskProgress
from migrate.sandbox.dms.run import FATAL, Outcome, Run
from migrate.sandbox.dms.serverless.compute import needed_units
from migrate.sandbox.dms.serverless.configs import FILTERS
from migrate.sandbox.dms.serverless.connecting import refusal
from migrate.sandbox.dms.serverless.replication import STANDING, STARTING, Replication
from migrate.sandbox.dms.serverless.views import replication_view
from migrate.sandbox.dms.table_statistics import statistics_page

KINDS = ("start-replication", "resume-processing", "reload-target")
START_POINTS = ("CdcStartTime", "CdcStartPosition")


class Replications:
    """StartReplication, StopReplication, DescribeReplications, …TableStatistics, ReloadReplicationTables."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._runs = OpenRuns(context)

    def handlers(self) -> dict[str, Handler]:
        return {
            "StartReplication": self._start,
            "StopReplication": self._stop,
            "DescribeReplications": self._describe,
            "DescribeReplicationTableStatistics": self._statistics,
            "ReloadReplicationTables": self._reload,
        }

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        found = matching(self._store.replications.values(), payload, FILTERS)
        require_match(found, payload, "Replications")
        return page("Replications", [replication_view(one) for one in found], payload)

    def _statistics(self, payload: dict[str, Any]) -> dict[str, Any]:
        one = self._store.replication(payload["ReplicationConfigArn"])
        answer = statistics_page("ReplicationTableStatistics", one, payload)
        if one.provision_state == "deprovisioned":  # dms.md §3: statistics are lost once deprovisioned
            answer = {"ReplicationTableStatistics": []}
        return {"ReplicationConfigArn": one.arn, **answer}

    def _start(self, payload: dict[str, Any]) -> dict[str, Any]:
        one = self._store.replication(payload["ReplicationConfigArn"])
        kind = payload["StartReplicationType"]
        if kind not in KINDS:
            raise invalid_value(f"StartReplicationType must be one of {', '.join(KINDS)}.")
        if any(member in payload for member in START_POINTS):
            # The limit is dms.md §3's, the fault an assumption.
            raise invalid_combination("Custom CDC start points are not supported for serverless replications.")
        if one.status not in STANDING or one.deleting:
            raise invalid_state(f"Replication cannot be started while it is {one.status}.")
        check_kind(one, kind)
        if kind == "resume-processing" and one.migration_type == "full-load":
            raise invalid_combination("resume-processing is not applicable for a full-load replication.")
        one.stop_position = stop_point(payload) or one.stop_position
        if kind != "resume-processing":
            one.tables.clear()
            one.progress, one.checkpoint = TaskProgress(fresh_start=time.time()), None
        one.progress.start, one.progress.stop = time.time(), None
        one.start_type, one.stop_reason, one.failure, one.deprovision_at = kind, "", "", None
        self._enter(one, STARTING[0])
        return {"Replication": replication_view(one)}

    def _enter(self, one: Replication, status: str) -> None:
        """Show a state of the way to `running`, and leave it when its time is over. Called with the lock held."""
        one.status, one.updated = status, time.time()
        work = {
            "testing_connection": self._test,
            "provisioning_capacity": self._provision,
            "replication_starting": self._launch,
        }.get(status)
        if work is None:
            work = self._next
        self._context.later(lambda: work(one) if one.status == status else None)

    def _next(self, one: Replication) -> None:
        self._enter(one, STARTING[STARTING.index(one.status) + 1])

    def _test(self, one: Replication) -> None:
        """The service tests both connections itself, there being no instance to test from (dms.md §3 steps 1-4)."""
        began = one.progress.start

        def then(problem: str) -> None:
            if one.status != "testing_connection" or one.progress.start != began:
                return
            if problem:
                self._end(one, Outcome("failed", "Stop Reason FATAL_ERROR", FATAL.format(problem)))
            else:
                self._next(one)

        ends = [self._store.endpoint(arn) for arn in (one.source_arn, one.target_arn)]
        self._in_background(lambda: refusal(self._context, ends), then)

    def _in_background(self, work: Callable[[], str], then: Callable[[str], None]) -> None:
        """Connecting takes time: a thread of its own, without the lock."""

        def act() -> None:
            answer = work()
            with self._store.lock:
                then(answer)

        threading.Thread(target=act, name="dms-serverless", daemon=True).start()

    def _provision(self, one: Replication) -> None:
        one.units, one.provision_state, one.provisioned = needed_units(one.compute), "provisioned", time.time()
        self._next(one)

    def _launch(self, one: Replication) -> None:
        run = Run(self._context, one, one.start_type, on_end=self._ended)
        self._runs.add(run)
        run.launch()

    def _stop(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Also on the way to `running` (assumption); what was provisioned stays for a while (dms.md §3 step 9)."""
        one = self._store.replication(payload["ReplicationConfigArn"])
        if one.status != "running" and one.status not in STARTING:
            raise invalid_state(f"Replication cannot be stopped while it is {one.status}.")
        run = self._runs.of(one)
        one.status = "stopping"
        if run is not None:
            run.stop()
        else:
            self._context.later(lambda: self._end(one, Outcome("stopped", "Stop Reason NORMAL")))
        return {"Replication": replication_view(one)}

    def _reload(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The rules of ReloadTables (dms.md §3 step 8: running only)."""
        one = self._store.replication(payload["ReplicationConfigArn"])
        tables = tables_to_reload(one, payload)
        run = self._runs.of(one)
        if run is None:
            raise invalid_state("The replication is ending.")
        run.reload(tables)
        return {"ReplicationConfigArn": one.arn}

    def _ended(self, run: Run, outcome: Outcome) -> None:
        """The run's process is gone. Called with the lock held."""
        self._runs.drop(run)
        one = self._store.replications.get(run.task.arn)
        if one is not None:
            self._end(one, outcome)

    def _end(self, one: Replication, outcome: Outcome) -> None:
        now = time.time()
        one.status, one.stop_reason, one.failure = outcome.status, outcome.stop_reason, outcome.failure
        one.progress.stop = one.updated = now
        if one.provision_state != "provisioned":
            return
        one.deprovision_at = now + self._context.deprovision_seconds
        due = one.deprovision_at
        self._context.schedule.after(self._context.deprovision_seconds, lambda: self._deprovision(one, due))

    def _deprovision(self, one: Replication, due: float) -> None:
        """Compute given back; what it knew of the tables is lost (dms.md §3, limits). The literal is an assumption."""
        with self._store.lock:
            if one.deprovision_at != due or one.status not in STANDING:
                return
            one.provision_state, one.units, one.provisioned, one.deprovision_at = "deprovisioned", 0, None, None
            for table in one.tables.values():
                table.counts, table.carried, table.full_load_start, table.full_load_end = {}, {}, None, None
