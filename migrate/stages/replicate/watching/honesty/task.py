"""Lies about the task as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Severity
from migrate.stages.replicate.watching.honesty.lie import Lie, Seen, Subject
from migrate.stages.replicate.watching.words import FINISHED, STANDS, in_words, loading

SETTLING_SECONDS = 300.0
"""CloudWatch shows a metric some minutes after a task began."""
SILENT_SECONDS = 600.0


def _gone(subject: Subject) -> Iterator[Seen]:
    if subject.feed.task is None and not any("DMS" in line for line in subject.feed.unseen):
        yield Seen(f"there is no DMS task {subject.feed.identifier}")


def _unfinished(subject: Subject) -> Iterator[Seen]:
    task = subject.feed.task
    if task is None or task.status not in STANDS:
        return
    if task.status == "failed" or task.stop_reason not in FINISHED:
        yield Seen(in_words(task))
    elif loading(task) or (task.full_load_percent < 100 and _loads(subject)):
        left = sum(one.state != "Table completed" for one in task.tables)
        yield Seen(f"{in_words(task)}; {left} tables are not loaded, DMS says {task.full_load_percent} %")


def _stands(subject: Subject) -> Iterator[Seen]:
    task = subject.feed.task
    if task is not None and task.status == "stopped" and not any(_unfinished(subject)):
        yield Seen(in_words(task))


def _silent(subject: Subject) -> Iterator[Seen]:
    feed, at = subject.feed, subject.look.at
    if feed.task is None or feed.task.status != "running" or feed.metrics is None or feed.terms is None:
        return
    began = feed.terms.started_at
    if began is None or (at - began).total_seconds() < SETTLING_SECONDS:
        return
    newest = max((one.at for name, one in feed.metrics.items() if name.startswith("CDCLatency")), default=None)
    if newest is None:
        yield Seen("CloudWatch has no latency of this task")
    elif (silence := (at - newest).total_seconds()) > SILENT_SECONDS:
        yield Seen(f"the newest latency in CloudWatch is {silence / 60:.0f} minutes old")


def _soothing(subject: Subject) -> Iterator[Seen]:
    """The marker is behind and DMS's own figure is not."""
    lag, metrics = subject.feed.lag, subject.feed.metrics or {}
    if lag is None or lag.arrived or lag.seconds <= subject.lag_limit:
        return
    said = [metrics[name].value for name in ("CDCLatencySource", "CDCLatencyTarget") if name in metrics]
    if said and max(said) < min(subject.lag_limit, lag.seconds / 2):
        yield Seen(f"DMS says {max(said):.1f} s; a marker is under way for {lag.seconds:.0f} s")


def _loads(subject: Subject) -> bool:
    return subject.feed.terms is None or subject.feed.terms.loads


LIES = (
    Lie(
        code="DMS101",
        slug="task-gone",
        severity=Severity.BLOCKER,
        find=_gone,
        why="The journal says that it feeds the other side: nobody does.",
        remedy="Find out who deleted it. Its checkpoint went with it: load anew, as a migration of another name.",
        source="AWS DMS API, DescribeReplicationTasks (dms.md §9)",
    ),
    Lie(
        code="DMS102",
        slug="stopped-unfinished",
        severity=Severity.BLOCKER,
        find=_unfinished,
        why="`stopped` is no success: a MySQL source that is stopped under the load ends the task with a part of the"
        " rows, and a task that gave up looks like one that is done.",
        remedy="Read the reason and the task's log; then: aurora-migrate replicate resume, or load anew.",
        source="AWS DMS User Guide, Source.MySQL, Limitations (dms.md §8, §18.14)",
    ),
    Lie(
        code="DMS103",
        slug="nobody-follows",
        severity=Severity.WARNING,
        find=_stands,
        why="Changes pile up in the log of the side that is read until the task is resumed, or the log is purged.",
        remedy="When the reason for the pause is over: aurora-migrate replicate resume",
        source="AWS DMS User Guide, Tasks.CustomizingTasks.TaskSettings (dms.md §8)",
    ),
    Lie(
        code="DMS181",
        slug="metrics-silent",
        severity=Severity.WARNING,
        find=_silent,
        why="An alarm on a metric without points stays still. A task that hangs looks like one that is idle.",
        remedy="Trust the marker: aurora-migrate replicate status --heartbeat. Have alarms treat missing data as bad.",
        source="AWS DMS User Guide, CHAP_Monitoring (dms.md §16)",
    ),
    Lie(
        code="DMS182",
        slug="latency-reads-low",
        severity=Severity.WARNING,
        find=_soothing,
        why="The latency reads zero when DMS is idle, has no data, or is stuck. There is no promise about it.",
        remedy="Look for a long transaction on the side that is read and for waits on the side that is fed.",
        source="AWS DMS User Guide, Task.CDC and CHAP_Monitoring (dms.md §16, Lag gate)",
    ),
)
