"""Validate under live traffic: hashes by the servers, differences re-checked after a marker has passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from migrate.errors import SaysNo
from migrate.events import StageFinished, StageStarted
from migrate.model.database import Side
from migrate.model.replication import Direction
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import history, names
from migrate.operations.handover import moved_tables
from migrate.ports.database import Database
from migrate.stages.validate.validate import validate as compare
from migrate.wiring import Session

MARKER_SECONDS = 120.0


def validate(session: Session) -> ValidationReport:
    """Compare every table by content and journal the verdict as evidence.

    The witness slots are made anew before the first row is read: from then on they hold every later change, which is
    what the delta proof under the freeze compares.
    """
    began = session.clock.monotonic()
    session.emit(StageStarted("validate"))
    with session.writing() as journal:
        replicated = history.last_done(journal, "replicate")
        if replicated is None:
            raise SaysNo("replication was not set up", code="VAL-001", hint="Run: aurora-migrate replicate start")
        owner = history.owner(journal)
        tables = {task.name: moved_tables(replicated.request, task.name) for task in session.settings.tasks}
        slot = names.witness_slot(session.name)
        for side in (session.source, session.target):
            side.log.drop_slot(slot)
            side.log.create_slot(slot)
        report = compare(
            session.source,
            session.target,
            [table for names_of in tables.values() for table in names_of],
            rows_per_chunk=session.settings.validation.rows_per_chunk,
            workers=session.settings.validation.workers,
            settle=_settle(session, owner, list(tables)),
            emit=session.emit,
            clock=session.clock,
        )
        expires = session.clock.now() + timedelta(hours=session.settings.limits.validation_hours)
        facts = {
            "verdict": report.verdict.value,
            "tables": len(report.tables),
            "rows": report.rows,
            "differences": report.differences,
            "seconds": round(report.seconds, 3),
        }
        journal.record("validation", run="validate", expires_at=expires, facts=facts)
    outcome = "done" if report.verdict is Verdict.MATCH else "said no"
    session.emit(StageFinished("validate", outcome, session.clock.monotonic() - began))
    return report


def _settle(session: Session, owner: Side, tasks: list[str]) -> Callable[[], None]:
    """Writes a marker per task on the side that feeds, and returns when all have arrived on the other."""
    leaving: Database = session.source if owner is Side.SOURCE else session.target
    arriving: Database = session.target if owner is Side.SOURCE else session.source
    direction = Direction.FORWARD if owner is Side.SOURCE else Direction.REVERSE

    def settle() -> None:
        for task in tasks:
            marker = names.marker(task, direction)
            token = f"validate/{session.clock.now().isoformat()}"
            leaving.markers.write(marker, token)
            deadline = session.clock.monotonic() + MARKER_SECONDS
            while not arriving.markers.seen(marker, token):
                if session.clock.monotonic() > deadline:
                    raise SaysNo(
                        f"no marker of task {task} arrived within {MARKER_SECONDS:.0f} s",
                        code="VAL-002",
                        hint="Is the task running? See: aurora-migrate replicate status",
                        retryable=True,
                    )
                session.clock.sleep(0.05)

    return settle
