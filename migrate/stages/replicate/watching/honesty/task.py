"""Lies about the task as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Severity
from migrate.stages.replicate.watching.honesty.lie import Lie, Seen, Subject
from migrate.stages.replicate.watching.words import (
    COMES_TO_REST,
    FEEDS_OR_WILL,
    FINISHED,
    STANDS,
    STATES,
    in_words,
    loading,
)

SILENT_SECONDS = 600.0
LATE_SECONDS = 60.0
"""A marker that is later is told whatever DMS says, or does not say."""
PAUSE_SECONDS = 3600.0
"""A pause that is meant is over by then."""


def _gone(subject: Subject) -> Iterator[Seen]:
    if subject.feed.gone:
        yield Seen(f"there is no DMS task {subject.feed.identifier}")


def _unasked(subject: Subject) -> Iterator[Seen]:
    if subject.feed.task is None and not subject.feed.gone:
        yield Seen(f"DMS could not be asked about {subject.feed.identifier}")


def _feeds_nobody(subject: Subject) -> Iterator[Seen]:
    """Also a status that AWS added since."""
    task = subject.feed.task
    if task is not None and task.status not in FEEDS_OR_WILL | COMES_TO_REST | STANDS:
        yield Seen(f"`{task.status}`: {STATES.get(task.status, 'what that means is not known here')}")


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
    """Also what passes by itself, into standing still."""
    task = subject.feed.task
    if task is None or any(_unfinished(subject)) or any(_forgotten(subject)):
        return
    if task.status == "stopped" or task.status in COMES_TO_REST:
        yield Seen(in_words(task))


def _forgotten(subject: Subject) -> Iterator[Seen]:
    """But for the stop after the load: indexes are built then, for as long as that takes."""
    task, terms = subject.feed.task, subject.feed.terms
    if task is None or task.status != "stopped" or task.stop_reason == "STOPPED_AFTER_FULL_LOAD":
        return
    since = None if terms is None else terms.stopped_at
    if since is None or any(_unfinished(subject)):
        return
    if (stood := (subject.look.at - since).total_seconds()) > PAUSE_SECONDS:
        yield Seen(f"{in_words(task)}, {stood / 3600:.1f} hours ago")


def _silent(subject: Subject) -> Iterator[Seen]:
    feed, at = subject.feed, subject.look.at
    if feed.task is None or feed.task.status != "running" or feed.metrics is None or not subject.settled:
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


def _late(subject: Subject) -> Iterator[Seen]:
    """Needs nothing of CloudWatch, which knows nothing of a serverless replication."""
    task, lag = subject.feed.task, subject.feed.lag
    if task is None or task.status != "running" or lag is None or lag.arrived:
        return
    if lag.seconds > max(LATE_SECONDS, subject.lag_limit) and not any(_soothing(subject)):
        yield Seen(f"a marker is under way for {lag.seconds:.0f} s")


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
        code="DMS104",
        slug="dms-not-asked",
        severity=Severity.BLOCKER,
        find=_unasked,
        why="Nothing of the task is known: neither that it runs nor that it is there. Unknown is not well.",
        remedy="Mend what is listed as not seen (permission, network, region, throttling), then look again.",
        source="AWS DMS API, DescribeReplicationTasks (dms.md §9)",
    ),
    Lie(
        code="DMS105",
        slug="feeds-nobody",
        severity=Severity.BLOCKER,
        find=_feeds_nobody,
        why="In such a status a task carries nothing, and will not by itself: changes pile up until the log is purged.",
        remedy="`failed-move`: aurora-migrate replicate resume. `ready` while replicate start is at work: wait for it;"
        " else the task was made anew, without the checkpoint, and would load into full tables: do not start it, load"
        " anew, as a migration of another name. `deleting`: find out who deletes it. Another status: read the task's"
        " events in DMS.",
        source="AWS DMS User Guide, CHAP_Tasks, task status (dms.md §4.1)",
    ),
    Lie(
        code="DMS106",
        slug="paused-for-long",
        severity=Severity.BLOCKER,
        find=_forgotten,
        why="Somebody stopped it, and nobody resumed it: it feeds nobody, and what it has not read stays in the log"
        " only until that is purged, or the disk is full.",
        remedy="Find out who stopped it, and why; then: aurora-migrate replicate resume",
        source="AWS DMS API, ReplicationTaskStats.StopDate (dms.md §8)",
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
    Lie(
        code="DMS183",
        slug="marker-late",
        severity=Severity.WARNING,
        find=_late,
        why="What is committed on the side that is read has not come to the other side for so long, or never will.",
        remedy="Look for a long transaction on the side that is read, for waits on the side that is fed, and into the"
        " task's log. A marker older than the task itself never comes: aurora-migrate replicate status --heartbeat",
        source="AWS DMS User Guide, CHAP_Monitoring (dms.md §16, Lag gate)",
    ),
)
