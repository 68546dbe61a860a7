"""Validate under live traffic: hashes by the servers, differences re-checked after a marker has passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from migrate.errors import SaysNo, StateConflict
from migrate.events import StageFinished, StageStarted
from migrate.model.database import Side
from migrate.model.json import Facts
from migrate.model.replication import Direction
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import history, names
from migrate.operations.finalize import refuse_once_begun
from migrate.operations.moved import moved_tables, witness, witnesses
from migrate.operations.replicate import feeding
from migrate.ports.database import Database
from migrate.ports.journal import Journal
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.validate import validate as compare
from migrate.wiring.session import Session

MARKER_SECONDS = 120.0


def validate(session: Session) -> ValidationReport:
    """Compare every table by content and journal the verdict as evidence.

    Slots are made before the first row is read; if the verdict is a match they are the witness from then on: they hold
    every later change, which is what the delta proof under the freeze compares. Until then the last clean
    validation's slots stay the witness, so that nothing it would find can be forgotten.
    Raises StateConflict while a cutover, rollback or finalize is open.
    """
    began = session.clock.monotonic()
    session.emit(StageStarted("validate"))
    with session.writing() as journal:
        journal.verify()
        refuse_once_begun(journal)
        replicated = history.last_done(journal, "replicate")
        if replicated is None:
            raise SaysNo("replication was not set up", code="VAL-001", hint="Run: aurora-migrate replicate start")
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is not None:
            raise StateConflict(f"{begun.run} is open", code="STA-013", hint="Run: aurora-migrate cutover resume")
        tables = {task.name: moved_tables(replicated.request, task.name) for task in session.settings.tasks}
        _drop_unneeded(session, journal)
        *_, slot = witnesses(session.name, journal)
        for side in (session.source, session.target):
            side.log.create_slot(slot)
        report = compare(
            session.source,
            session.target,
            [table for moved in tables.values() for table in moved],
            settle=_settle(session, history.owner(journal), list(tables)),
            emit=session.emit,
            clock=session.clock,
            options=CompareOptions(
                rows_per_chunk=session.settings.validation.rows_per_chunk,
                workers=session.settings.validation.workers,
                feeding=history.owner(journal),
            ),
        )
        clean = report.verdict is Verdict.MATCH
        facts: Facts = {
            "verdict": report.verdict.value,
            "tables": len(report.tables),
            "rows": report.rows,
            "differences": report.differences,
            "seconds": round(report.seconds, 3),
            "witness": slot if clean else None,
        }
        expires = session.clock.now() + timedelta(hours=session.settings.limits.validation_hours)
        journal.record("validation", run="validate", expires_at=expires, facts=facts)
        _drop_unneeded(session, journal)
    outcome = "done" if clean else "said no"
    session.emit(StageFinished("validate", outcome, session.clock.monotonic() - began))
    return report


def _drop_unneeded(session: Session, journal: Journal) -> None:
    """Every slot but the witness goes: one that a killed validation left would hold the log on both sides."""
    kept = witness(journal)
    for slot in witnesses(session.name, journal):
        if slot != kept:
            session.source.log.drop_slot(slot)
            session.target.log.drop_slot(slot)


def _settle(session: Session, owner: Side, tasks: list[str]) -> Callable[[], None]:
    """Writes a marker per task on the side that feeds, and returns when all have arrived on the other."""
    leaving: Database = session.source if owner is Side.SOURCE else session.target
    arriving: Database = session.target if owner is Side.SOURCE else session.source
    direction = Direction.FORWARD if owner is Side.SOURCE else Direction.REVERSE

    def settle() -> None:
        for identifier in feeding(session):
            found = session.tasks.describe(identifier)
            if found is None or found.status != "running":
                raise SaysNo(
                    f"task {identifier} is {found.status if found else 'gone'}: no marker can arrive",
                    code="VAL-004",
                    hint="See: aurora-migrate replicate status",
                )
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
