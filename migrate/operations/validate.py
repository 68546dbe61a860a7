"""Validate under live traffic: hashes by the servers, differences re-checked after a marker has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from checks.facts import TableName
from migrate.errors import Interrupted, MigrateError, SaysNo, StateConflict
from migrate.events import Noted, StageFinished, StageStarted
from migrate.model.json import Facts
from migrate.model.replication import TableStatistics
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import history
from migrate.operations.finalize import refuse_once_begun
from migrate.operations.moved import moved_tables
from migrate.operations.replicate import feeding
from migrate.operations.validation import repair, shown
from migrate.operations.validation.passes import begin, drop_unneeded
from migrate.operations.validation.request import ValidateRequest
from migrate.operations.validation.settling import Lag, Way, way
from migrate.ports.journal import Journal
from migrate.ports.progress import Progress
from migrate.signals import stopped
from migrate.stages.validate.amiss import amiss
from migrate.stages.validate.proofs.prove import beside, prove
from migrate.stages.validate.proofs.subject import Subject
from migrate.stages.validate.taking import taking
from migrate.stages.validate.validate import validate as compare
from migrate.wiring.session import Session

EVERYTHING = ValidateRequest()


def validate(session: Session, request: ValidateRequest = EVERYTHING) -> ValidationReport:
    """Compare every table by content, and what else proves the sides alike; journal the verdict as evidence.

    Slots are made before the first row is read; if the verdict is a match they are the witness from then on: they hold
    every later change, which is what the delta proof under the freeze compares. Until then the last clean
    validation's slots stay the witness, so that nothing it would find can be forgotten. A run that is broken off goes
    on where it was when it is run again, on the same slots.

    A request for some of the tables is no evidence: nothing is journaled, and the gates see nothing of it.
    Raises StateConflict while a cutover, rollback or finalize is open, UsageError for what cannot be asked.
    """
    began = session.clock.monotonic()
    if request.repair is not None:
        repair.refuse_unusable(request.repair)
    session.emit(StageStarted("validate"))
    with session.writing() as journal:
        journal.verify()
        tables = _moved(session, journal)
        chosen = request.choose(tables)
        try:
            if request.partial:
                report = replace(_compare(session, journal, chosen, request, None), scope="tables")
            else:
                report = _whole(session, journal, chosen, request)
        except KeyboardInterrupt as key:
            raise _again(stopped(key), request) from None
        except Interrupted as stop:
            raise _again(stop, request) from None
    clean = report.verdict is Verdict.MATCH
    session.emit(StageFinished("validate", "done" if clean else "said no", session.clock.monotonic() - began))
    return _told(session, report, request)


def _moved(session: Session, journal: Journal) -> list[TableName]:
    """The migration's tables. Raises SaysNo or StateConflict when this is not the time to compare them."""
    refuse_once_begun(journal)
    replicated = history.last_done(journal, "replicate")
    if replicated is None:
        raise SaysNo("replication was not set up", code="VAL-001", hint="Run: aurora-migrate replicate start")
    begun = history.open_run(journal, *history.HANDOVERS)
    if begun is not None:
        raise StateConflict(f"{begun.run} is open", code="STA-013", hint="Run: aurora-migrate cutover resume")
    return [table for task in session.settings.tasks for table in moved_tables(replicated.request, task.name)]


def _whole(session: Session, journal: Journal, tables: list[TableName], request: ValidateRequest) -> ValidationReport:
    """A pass over every table: what it finds is evidence."""
    begun = begin(session, journal, tables, restart=request.restart)
    report = _compare(session, journal, tables, request, begun.progress)
    clean = report.verdict is Verdict.MATCH
    unfinished = begun.ended(report)
    if unfinished is not None:
        session.emit(Noted("what was compared is kept: run it again to go on"))
    facts: Facts = {
        "verdict": report.verdict.value,
        "tables": len(report.tables),
        "rows": report.rows,
        "differences": report.differences,
        "seconds": round(report.seconds, 3),
        "taking": taking(report),
        "witness": begun.slot if clean and not begun.blind else None,
        "blind": begun.blind or None,
        "unfinished": unfinished,
        "servers": _servers(session),
        "amiss": amiss(report),
    }
    expires = session.clock.now() + timedelta(hours=session.settings.limits.validation_hours)
    journal.record("validation", run="validate", expires_at=expires, facts=facts)
    try:
        drop_unneeded(session, journal, but=unfinished)
    except Interrupted:
        raise
    except MigrateError as error:
        session.emit(Noted(f"slots that are not needed are left to the next validate: {error}", warning=True))
    return report


def _servers(session: Session) -> Facts | None:
    """Which server answered on each side; None when one of them is gone: what is unknown of its rows is told anyway."""
    try:
        return {one.side.value: one.identity().server for one in (session.source, session.target)}
    except Interrupted:
        raise
    except MigrateError:
        return None


def _compare(
    session: Session, journal: Journal, tables: list[TableName], request: ValidateRequest, progress: Progress | None
) -> ValidationReport:
    owner = history.owner(journal)
    going = way(session, owner, [task.name for task in session.settings.tasks])
    report = compare(
        session.source,
        session.target,
        tables,
        settle=going.settle,
        emit=session.emit,
        clock=session.clock,
        options=request.options(session.settings.validation, owner),
        progress=progress,
        lag=Lag(going, session.clock),
    )
    return beside(report, prove(_subject(session, journal, going, report, request)))


def _subject(
    session: Session, journal: Journal, going: Way, report: ValidationReport, request: ValidateRequest
) -> Subject:
    replicated = history.last_done(journal, "replicate")
    schemas = replicated.request.get("schemas") if replicated else None
    return Subject(
        source=session.source,
        target=session.target,
        results=report.tables,
        feeding=going.leaving.side,
        schemas=tuple(str(schema) for schema in schemas) if isinstance(schemas, list) else (),
        only=frozenset(table.table for table in report.tables) if request.partial else None,
        raised_later=True,
        statistics=lambda: _statistics(session),
    )


def _statistics(session: Session) -> list[TableStatistics]:
    found = [session.tasks.describe(identifier) for identifier in feeding(session)]
    return [table for task in found if task is not None for table in task.tables]


def _told(session: Session, report: ValidationReport, request: ValidateRequest) -> ValidationReport:
    """What was asked for beside the verdict. Reads rows again, after the evidence is safe."""
    if request.repair is not None:
        owner = history.owner(session.history)
        leaving, fed = (session.source, "target") if owner.value == "source" else (session.target, "source")
        count = repair.write(request.repair, report, leaving, f"the {fed} of {session.name}", session.clock.now())
        session.emit(Noted(f"SQL for {count} rows in {request.repair}" if count else "nothing to repair"))
    if request.show_values:
        report = shown.with_values(report, session.source, session.target, session.emit)
    return report


def _again(stop: Interrupted, request: ValidateRequest) -> Interrupted:
    kept = "" if request.partial else " What was compared is kept."
    stop.hint = f"Run it again{' to go on' if kept else ''}: aurora-migrate validate.{kept}"
    return stop
