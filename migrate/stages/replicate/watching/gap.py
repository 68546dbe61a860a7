"""Before a task is resumed: is what it needs next still in the log? Afterwards nothing tells any more."""

from __future__ import annotations

from migrate.errors import SaysNo
from migrate.ports.cloud import Tasks
from migrate.ports.database import Database
from migrate.stages.replicate.watching.words import RESTS


def refuse_gap(tasks: Tasks, leaving: Database, identifier: str, slot: str | None, read: str | None = None) -> None:
    """Raises SaysNo where a task that stands would go on behind its checkpoint, without an error, or on another server
    than was `read`. Otherwise nothing."""
    task = tasks.describe(identifier)
    if task is None or task.status not in RESTS:
        return
    refuse_another_server(leaving, read)
    log = leaving.feed.log(slot, task.recovery_checkpoint, "")
    if log.silent:
        raise SaysNo(
            f"{identifier} must not be resumed: {log.gap}",
            code="REP-043",
            hint="It would not carry what lies between. Load anew, into emptied tables and as a migration of another"
            " name.",
        )


def refuse_another_server(leaving: Database, read: str | None) -> None:
    """For logs whose positions are a server's own: raises SaysNo where another one answers than was `read` from.

    Promoted in its place, it has files of the same names, and other changes at the same place in them.
    """
    if read is not None and (answers := leaving.identity().server) != read:
        raise SaysNo(
            f"another server answers as the source ({answers}) than the one that the task read from ({read})",
            code="REP-085",
            hint="The task's place in the log means something else there. Set [source] to the former one if it lives;"
            " else load anew, into emptied tables and as a migration of another name.",
        )
