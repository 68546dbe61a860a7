"""One run of a task or a serverless replication: workers, their events, and DMS's own restarts."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.sandbox.dms.arns import external_id
from migrate.sandbox.dms.context import Context
from migrate.sandbox.dms.logins import Login, LoginError, resolve
from migrate.sandbox.dms.resources import Job, Task
from migrate.sandbox.dms.table_mappings import read_mappings
from migrate.sandbox.dms.table_statistics import (
    RELOADING,
    REVALIDATION,
    carry_over,
    completed_tables,
    mark_reloading,
    note_progress,
    note_table,
)
from migrate.sandbox.dms.worker_process import WorkerProcess

ABNORMAL = "Last Error The task stopped abnormally Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE"
FATAL = "Last Error {} Stop Reason FATAL_ERROR Error Level FATAL"
REASON = re.compile(r"Stop Reason (\w+) Error Level (\w+)")
"""dms.md §8."""
RESTARTS = 6
FIRST_PAUSE_SECONDS = 0.05
"""Before the first restart; it doubles. The real service waits seconds (RecoverableErrorInterval): scaled down."""
PAUSE_POINTS = ("StopTaskCachedChangesApplied", "StopTaskCachedChangesNotApplied")
METRICS = {"source": "CDCLatencySource", "target": "CDCLatencyTarget"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: the task's status, StopReason and LastFailureMessage."""

    status: str
    stop_reason: str
    failure: str = ""


class Run:
    """`stop` and `reload` are called with the store's lock held; so is `on_end`, once, when no process is left."""

    def __init__(self, context: Context, task: Job, kind: str, on_end: Callable[[Run, Outcome], None]) -> None:
        self.task = task
        self._context, self._kind, self._on_end = context, kind, on_end
        self._worker: WorkerProcess | None = None
        self._last: dict[str, Any] | None = None
        self._stop_asked: float | None = None
        self._stop_reason = "NORMAL"
        self._unheard: set[tuple[str, str]] = set()
        self._restarts = 0
        self._ended = self._closed = False
        self.log_file = task_log(context, task)

    def launch(self) -> None:
        """Start the worker; reading secrets takes time, so in a thread without the lock."""
        threading.Thread(target=self._launch, name="dms-task-start", daemon=True).start()

    def stop(self, reason: str = "NORMAL") -> None:
        """An orderly stop, also of a run that has no process yet; `reason` is the code of StopReason (dms.md §8)."""
        self._stop_asked, self._stop_reason = time.monotonic(), reason
        if self._worker is not None:
            self._worker.stop()

    def tell(self, conditions: dict[str, Any]) -> None:
        """Pass what changed of the conditions on; a worker that starts later learns it with its task."""
        if self._worker is not None:
            self._worker.tell(conditions)

    def reload(self, tables: list[tuple[str, str]]) -> None:
        """Load these tables again beside the running capture.

        What the worker still says of them from before is passed over. A worker that is started only now does not know
        them as completed.
        """
        mark_reloading(self.task, tables)
        if self._worker is not None:
            self._unheard |= set(tables)
            self._worker.reload(tables)

    def validate(self, tables: list[tuple[str, str]]) -> None:
        """Compare these tables anew (dms.md §2 step 11, validate-only)."""
        for name in tables:
            self.task.tables[name].validation["ValidationState"] = REVALIDATION
        if self._worker is not None:
            self._worker.validate(tables)

    def close(self) -> None:
        """End the process for good; nothing is restarted. Takes the lock itself."""
        with self._context.store.lock:
            self._closed, worker = True, self._worker
        if worker is not None:
            worker.end()

    def _launch(self) -> None:
        store = self._context.store
        with store.lock:
            ends = [store.endpoint(arn) for arn in (self.task.source_arn, self.task.target_arn)]
            files = [self._ca_file(end.definition.get("CertificateArn")) for end in ends]
        try:
            source, target = (
                resolve(end, file, self._context.read_secret) for end, file in zip(ends, files, strict=True)
            )
        except LoginError as error:
            with store.lock:
                self._finish(_failed(FATAL.format(error)))
            return
        with store.lock:
            if self._closed:
                return
            if self._stop_asked is not None:
                self._finish_stopped("NORMAL")
                return
            self._last, self._unheard = None, set()
            carry_over(self.task)
            try:
                self._worker = WorkerProcess(
                    self._context.worker_command,
                    self._specification(source, target),
                    log=self.log_file,
                    on_event=self._on_event,
                    on_exit=self._on_exit,
                )
            except OSError as error:
                self._finish(_failed(FATAL.format(f"The worker cannot be started: {error.strerror}.")))

    def _ca_file(self, arn: str | None) -> str | None:
        certificate = self._context.store.certificates.get(arn) if arn else None
        return certificate.file if certificate else None

    def _specification(self, source: Login, target: Login) -> dict[str, Any]:
        """The `task` object of the worker's protocol. It holds passwords: for stdin only."""
        task = self.task
        resumed = self._kind == "resume-processing"
        return {
            "task_id": external_id(task.arn),
            "migration_type": task.migration_type,
            "start_type": self._kind,
            "source": source.document(),
            "target": target.document(),
            "table_mappings": read_mappings(task.mappings),
            "settings": self._settings(),
            "start_position": None if resumed else task.start_position,
            "stop_position": task.stop_position,
            "checkpoint": task.checkpoint or (task.start_position if resumed else None),
            "completed_tables": completed_tables(task) if resumed else [],
            "poll_seconds": self._context.profile.poll_seconds,
            "conditions": self._context.conditions.document(),
        }

    def _settings(self) -> dict[str, Any]:
        """The task's settings; a reload does not stop at the pause points of the full load (assumption)."""
        if not any(table.state == RELOADING for table in self.task.tables.values()):
            return self.task.settings
        full_load = {**self.task.settings["FullLoadSettings"], **dict.fromkeys(PAUSE_POINTS, False)}
        return {**self.task.settings, "FullLoadSettings": full_load}

    def _on_event(self, event: dict[str, Any]) -> None:
        with self._context.store.lock:
            try:
                self._note(event)
            except (KeyError, TypeError, ValueError):
                log.warning("the worker of %s sent an ill-formed %r event", self.task.identifier, event.get("event"))

    def _note(self, event: dict[str, Any]) -> None:
        task = self.task
        match event["event"]:
            case "running" if self._stop_asked is None:
                task.status = "running"
                self._begin_log()
            case "table" if self._from_before(event):
                pass
            case "table":
                note_table(task, event)
            case "progress":
                note_progress(task, event)
            case "checkpoint":
                task.checkpoint = str(event["value"])
            case "latency":
                self._publish(event)
            case "log":
                self._log(f"{event.get('level', 'INFO')}: {event.get('text', '')}")
            case "stopped" | "failed":
                self._last = event

    def _from_before(self, event: dict[str, Any]) -> bool:
        """Whether a table is to be loaded again and the worker, which says this, does not know it yet."""
        name = (str(event["schema"]), str(event["table"]))
        if event["state"] == RELOADING:
            self._unheard.discard(name)
        return name in self._unheard

    def _begin_log(self) -> None:
        """A task that runs has a log, also one without a complaint; what it says first is an assumption."""
        mode = "resume" if self._kind == "resume-processing" else "fresh start"
        self._log(f"INFO: Task '{external_id(self.task.arn)}' running {self.task.migration_type} in {mode} mode")

    def _log(self, line: str) -> None:
        """Into the file, and into CloudWatch Logs; names of group and stream are an assumption (dms.md §16)."""
        with self.log_file.open("a", encoding="utf-8") as out:
            out.write(f"{line}\n")
        if self._context.publish_line is not None and isinstance(self.task, Task):
            instance = self._context.store.instance(self.task.instance_arn)
            stream = f"dms-task-{external_id(self.task.arn)}"
            self._context.publish_line(f"dms-tasks-{instance.identifier}", stream, line)

    def _publish(self, event: dict[str, Any]) -> None:
        """dms.md §16: the task's dimension is the id from its ARN, not its name.

        A serverless replication publishes nothing: the name of its dimension is unsourced there.
        """
        if self._context.publish_metric is None or self._context.conditions.silent or not isinstance(self.task, Task):
            return
        instance = self._context.store.instance(self.task.instance_arn)
        dimensions = {
            "ReplicationInstanceIdentifier": instance.identifier,
            "ReplicationTaskIdentifier": external_id(self.task.arn),
        }
        for key, metric in METRICS.items():
            if event.get(key) is not None:
                self._context.publish_metric(metric, dimensions, float(event[key]))

    def _on_exit(self) -> None:
        """The process is gone: its last event decides, or its silence."""
        with self._context.store.lock:
            self._worker = None
            if self._closed:
                return
            match self._last:
                case {"event": "stopped", "reason": reason}:
                    self._finish_stopped(str(reason))
                case {"event": "failed", "message": message}:
                    self._finish(_failed(str(message)))
                case _ if self._stop_asked is not None:
                    self._finish_stopped("NORMAL")
                case _ if self._restarts < RESTARTS:
                    self._restart()
                case _:
                    self._finish(_failed(ABNORMAL))

    def _restart(self) -> None:
        """DMS itself tries up to six times (dms.md §8). That the task shows `starting` meanwhile is an assumption.

        Resumed, unless a cdc task with no position of its own died before it told a first checkpoint.
        """
        pause = FIRST_PAUSE_SECONDS * 2**self._restarts
        self._restarts += 1
        if self.task.checkpoint or self.task.start_position or self.task.migration_type != "cdc":
            self._kind = "resume-processing"
        self.task.status, self.task.failure = self.task.starting, ABNORMAL
        self._context.schedule.after(pause, self.launch)

    def _finish_stopped(self, reason: str) -> None:
        """A stop that was asked for shows `stopping` at least as long as the profile says (dms.md §19 item 3)."""
        if self._stop_asked is None:
            self._finish(Outcome("stopped", f"Stop Reason {reason}"))
            return
        asked = self._stop_reason if reason == "NORMAL" else reason
        outcome = Outcome("stopped", f"Stop Reason {asked}")
        left = self._stop_asked + self._context.profile.transition_seconds - time.monotonic()
        self._context.schedule.after(left, lambda: self._finish_later(outcome))

    def _finish_later(self, outcome: Outcome) -> None:
        with self._context.store.lock:
            self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        if not self._ended:
            self._ended = True
            self._on_end(self, outcome)


def task_log(context: Context, task: Job) -> Path:
    """The file that stands for the task's log stream."""
    return context.home / "logs" / f"{external_id(task.arn)}.log"


def _failed(message: str) -> Outcome:
    found = REASON.search(message)
    return Outcome("failed", f"Stop Reason {found[1] if found else 'FATAL_ERROR'}", message)
