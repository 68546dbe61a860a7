"""The runs that have, or are about to have, a worker; whoever starts them ends them with the service."""

from __future__ import annotations

import threading

from migrate.sandbox.dms.context import Context
from migrate.sandbox.dms.faults import invalid_combination, invalid_state
from migrate.sandbox.dms.resources import Job, Task
from migrate.sandbox.dms.run import Run


class OpenRuns:
    """At most one a job, the last one counts. Call everything with the store's lock held."""

    def __init__(self, context: Context) -> None:
        self._lock = context.store.lock
        self._runs: dict[str, Run] = {}
        self._conditions = context.conditions
        self._conditions.listen(self._conditions_changed)
        context.closing.append(self._close)

    def add(self, run: Run) -> None:
        self._runs[run.task.arn] = run

    def of(self, job: Job) -> Run | None:
        return self._runs.get(job.arn)

    def drop(self, run: Run) -> None:
        """Forget the run, unless a newer one took its place."""
        if self._runs.get(run.task.arn) is run:
            del self._runs[run.task.arn]

    def _conditions_changed(self) -> None:
        """Every worker is told; on a full disk every task ends (dms.md §8: STOPPED_DUE_TO_LOW_DISK).

        That the end is orderly, `stopping` and `stopped`, is an assumption; a serverless replication has no disk.
        """
        with self._lock:
            for run in list(self._runs.values()):
                run.tell(self._conditions.document())
                full = self._conditions.disk_full and isinstance(run.task, Task)
                if full and run.task.status in ("running", "starting"):
                    run.task.status = "stopping"
                    run.stop("STOPPED_DUE_TO_LOW_DISK")

    def _close(self) -> None:
        """End every worker; takes the lock itself, and not while waiting for a process."""
        with self._lock:
            runs = list(self._runs.values())
        threads = [threading.Thread(target=run.close, daemon=True) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def check_kind(job: Job, kind: str) -> None:
    """The first start is start-replication (dms.md §2, §3, §19 item 4).

    Later ones may be only for a cdc task, which so restarts from a position (botocore's text of the member); the
    code and words for the others are those several public bug reports quote.
    """
    if not job.ran_before and kind != "start-replication":
        raise invalid_state(f"Start Type : {kind.upper().replace('-', '_')}, valid only for tasks that ran before")
    if job.ran_before and kind == "start-replication" and job.migration_type != "cdc":
        raise invalid_combination("Start Type : START_REPLICATION, valid only for tasks running for the first time")
