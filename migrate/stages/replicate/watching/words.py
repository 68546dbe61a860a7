"""A task's status and stop reason, said in a sentence (dms.md §4.1, §8)."""

from __future__ import annotations

from migrate.model.replication import ReplicationTask

REASONS = {
    "NORMAL": "somebody asked it to stop",
    "RECOVERABLE_ERROR": "an error that DMS had tried to recover from",
    "FATAL_ERROR": "an error that DMS cannot recover from",
    "FULL_LOAD_ONLY_FINISHED": "the load is done, and the task does no more than load",
    "STOPPED_AFTER_FULL_LOAD": "the load is done, and changes wait until it is resumed",
    "STOPPED_AFTER_CACHED_EVENTS": "the load is done and the changes of its time are applied",
    "EXPRESS_LICENSE_LIMITS_REACHED": "the limit of the licence is reached",
    "STOPPED_AFTER_DDL_APPLY": "it stops after a change of the schema, as its settings say",
    "STOPPED_DUE_TO_LOW_MEMORY": "the replication instance ran out of memory",
    "STOPPED_DUE_TO_LOW_DISK": "the replication instance's disk is full",
    "STOPPED_AT_SERVER_TIME": "it reached the time at which it was to stop",
    "STOPPED_AT_COMMIT_TIME": "it reached the commit at which it was to stop",
    "RECONFIGURATION_RESTART": "DMS restarts it after a change of its settings",
    "RECYCLE_TASK": "DMS restarts it by itself",
}
FINISHED = frozenset(
    {
        "FULL_LOAD_ONLY_FINISHED",
        "STOPPED_AFTER_FULL_LOAD",
        "STOPPED_AFTER_CACHED_EVENTS",
        "STOPPED_AT_SERVER_TIME",
        "STOPPED_AT_COMMIT_TIME",
        "NORMAL",
    }
)
"""Ends that somebody wanted. NORMAL says nothing of how far it came."""
STATES = {
    "creating": "being made",
    "ready": "made, and never started",
    "starting": "starting: it may not have found its place in the log yet",
    "stopping": "stopping",
    "modifying": "being changed",
    "moving": "moving to another replication instance",
    "failed-move": "could not be moved to another replication instance",
    "testing": "its premigration assessment runs",
    "deleting": "being deleted",
}
STANDS = frozenset({"stopped", "failed"})
RESTS = STANDS | {"failed-move"}
"""Out of these a task goes on from its checkpoint when it is resumed."""
COMES_TO_REST = frozenset({"stopping", "modifying", "moving", "testing"})
"""Passing by itself, into one in which it feeds nobody."""
FEEDS_OR_WILL = frozenset({"running", "starting"})


def loading(task: ReplicationTask) -> bool:
    """Whether tables are left to load, as the tables themselves say."""
    return any(one.state in ("Before load", "Full load", "Table is being reloaded") for one in task.tables)


def in_words(task: ReplicationTask) -> str:
    if task.status == "running":
        return "loading tables" if loading(task) else "following changes"
    if task.status in STANDS:
        why = REASONS.get(task.stop_reason, task.stop_reason or "DMS gives no reason")
        return f"{task.status}: {why}"
    return STATES.get(task.status, task.status)
