"""`validate --follow`: what was written since the last clean pass is compared again and again.

So little is left to prove under a freeze, however long ago the last full pass was; and a difference is known within a
round, not on the night of the cutover. A round holds the migration's lease only while it looks: a cutover may begin in
between, and the next round then ends the following.
"""

from __future__ import annotations

from datetime import timedelta

from migrate.errors import Interrupted, SaysNo
from migrate.events import Noted, StageFinished, StageStarted
from migrate.model.json import Facts
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import history
from migrate.operations.moved import witness as witness_slot
from migrate.operations.validate import tables_to_compare
from migrate.operations.validation.settling import way
from migrate.ports.journal import Journal
from migrate.runner.signals import stopped
from migrate.stages.validate.witness import Witness
from migrate.wiring.session import Session

EVIDENCE_SECONDS = 60.0
"""Between two entries in the journal while nothing changes: it would grow without bound."""


def follow(session: Session, every: float) -> ValidationReport:
    """Compare until something differs; `every` seconds from one round's beginning to the next one's.

    Returns the round that found a difference: it is evidence that closes the gate of a clean validation.
    Raises SaysNo when no full pass was clean yet, StateConflict once a cutover, rollback or finalize is open, and
    Interrupted when somebody ends it: what was proven stays so.
    """
    session.emit(StageStarted("follow"))
    recorded: tuple[float, str] = (-EVIDENCE_SECONDS, "")
    rounds, began = 0, session.clock.monotonic()
    try:
        while True:
            at = session.clock.monotonic()
            with session.writing() as journal:
                report = _round(session, journal)
                rounds += 1
                due = at - recorded[0] >= EVIDENCE_SECONDS or report.verdict.value != recorded[1]
                if due:
                    _record(session, journal, report)
                    recorded = at, report.verdict.value
            session.emit(Noted(_told(rounds, report), warning=report.verdict is not Verdict.MATCH))
            if report.verdict is Verdict.DIFFERS:
                session.emit(StageFinished("follow", "said no", session.clock.monotonic() - began))
                return report
            session.clock.sleep(max(0.0, every - (session.clock.monotonic() - at)))
    except KeyboardInterrupt as key:
        raise _ended(stopped(key), rounds) from None
    except Interrupted as stop:
        raise _ended(stop, rounds) from None


def _round(session: Session, journal: Journal) -> ValidationReport:
    journal.verify()
    tables = tables_to_compare(session, journal)
    slot = witness_slot(journal)
    if slot is None:
        raise SaysNo("no validation was clean yet", code="VAL-010", hint="Run: aurora-migrate validate")
    going = way(session, history.owner(journal), [task.name for task in session.settings.tasks])
    witness = Witness(
        source=session.source,
        target=session.target,
        slot=slot,
        tables=tables,
        kept=session.witnessed,
        emit=session.emit,
        clock=session.clock,
        workers=session.settings.validation.workers,
    )
    report = witness.pass_alive(going.settle, witness.keyless())
    report.facts.update({"bytes_behind": witness.behind(), "residue": witness.residue()})
    return report


def _record(session: Session, journal: Journal, report: ValidationReport) -> None:
    facts: Facts = {"verdict": report.verdict.value, "seconds": round(report.seconds, 3), **report.facts}
    expires = session.clock.now() + timedelta(hours=session.settings.limits.validation_hours)
    journal.record("follow", run="follow", expires_at=expires, facts=facts)
    if report.verdict is Verdict.DIFFERS:
        told: Facts = {**facts, "differences": report.differences, "witness": None, "unfinished": None}
        journal.record("validation", run="follow", expires_at=expires, facts=told)


def _told(rounds: int, report: ValidationReport) -> str:
    facts = report.facts
    said = {
        Verdict.MATCH: "all equal",
        Verdict.DIFFERS: "the sides differ",
        Verdict.UNKNOWN: "not all could be told",
    }[report.verdict]
    reasons = "; ".join(f"{table.table}: {table.reason}" for table in report.tables if table.reason)
    return (
        f"round {rounds}: {facts['touched_keys']:,} rows written, {said}, after {report.seconds:.1f} s;"
        f" {facts['bytes_behind']:,} bytes of log since" + (f" ({reasons})" if reasons else "")
    )


def _ended(stop: Interrupted, rounds: int) -> Interrupted:
    stop.hint = f"{rounds} rounds were done: what they proved stays proven."
    return stop
