"""Follow what changes: prove it round by round while applications write, so that both logs stay short.

A round looks at both logs from the witness slots on, compares what was touched, keeps what stayed undecided, and moves
the slots. Nothing but these last acts needs the lease, so that a cutover can begin at any time; it then proves the
rest. A kill at any moment loses nothing: what was not kept is behind the slots still, and is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from checks.facts import TableName
from migrate.errors import Interrupted, MigrateError, SaysNo, StateConflict
from migrate.events import Noted, StageFinished, StageStarted
from migrate.model.json import Facts
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import history
from migrate.operations.finalize import refuse_once_begun
from migrate.operations.moved import blind, moved_tables, witness
from migrate.operations.validation.settling import way
from migrate.ports.journal import Journal
from migrate.stages.validate.amiss import TABLES_MAX
from migrate.stages.validate.witness import Proven, Witness
from migrate.wiring.session import Session

LEASE_SECONDS = 15.0
"""How long the lease of another command is waited for: most hold it for a moment."""
CHANGED_SECONDS, SAME_SECONDS = 60.0, 600.0
"""At least so far apart are entries in the journal: of another verdict than the last, and of the same."""
HELD = "STA-020"
NAMED = 5
"""Tables that a line names."""


@dataclass
class Told:
    """What the journal was told last."""

    verdict: Verdict | None = None
    at: float = float("-inf")

    def due(self, verdict: Verdict, now: float) -> bool:
        if verdict is Verdict.DIFFERS:
            return True
        return now - self.at >= (SAME_SECONDS if verdict is self.verdict else CHANGED_SECONDS)


def follow(session: Session, *, every: float) -> ValidationReport:
    """Prove what changed, every so many seconds, until a row really differs, a cutover or rollback begins, or somebody
    stops it. Returns the last round's report.

    A difference is evidence that closes the gate `validation-clean-and-fresh`. Raises SaysNo when no validation was
    clean yet, StateConflict when a cutover, rollback or finalize is open, Interrupted (KeyboardInterrupt) when stopped
    before the first round ended, SourceError or TargetError when a slot is lost.
    """
    began = session.clock.monotonic()
    session.emit(StageStarted("follow"))
    told, last, number = Told(), None, 0
    try:
        while last is None or last.report.verdict is not Verdict.DIFFERS:
            if last is not None:
                session.clock.sleep(every)
            _refuse_unless_clean(session)
            number += 1
            proven = _patient_round(session, number, told)
            last = proven or last
            if proven is None and last is None:
                session.clock.sleep(every)
    except HandoverBegan as begun:
        if last is None:
            raise
        session.emit(Noted(f"{begun.message}: it proves what is left, following ends"))
    except (KeyboardInterrupt, Interrupted):  # the latter where the signal waited for the end of a write
        if last is None:
            raise
        session.emit(Noted("stopped: what was proven is kept"))
    outcome = "said no" if last.report.verdict is Verdict.DIFFERS else "done"
    session.emit(StageFinished("follow", outcome, session.clock.monotonic() - began))
    return last.report


class HandoverBegan(StateConflict):
    """A cutover or rollback is open: the logs are its own to prove."""


def _refuse_unless_clean(session: Session) -> None:
    journal = session.history
    refuse_once_begun(journal)
    begun = history.open_run(journal, *history.HANDOVERS)
    if begun is not None:
        raise HandoverBegan(f"{begun.run} has begun", code="STA-013", hint="Run: aurora-migrate cutover resume")
    taken = journal.evidence("validation")
    if witness(journal) is None or taken[-1].facts.get("verdict") == Verdict.DIFFERS.value:
        told = "the last validation differs" if taken else "nothing was validated yet"
        if why := blind(journal):
            raise SaysNo(
                f"there is no log to follow: {why}",
                code="VAL-006",
                hint="Give the toolkit a slot on both sides, then: aurora-migrate validate",
            )
        raise SaysNo(
            f"there is no clean validation to follow: {told}", code="VAL-005", hint="Run: aurora-migrate validate"
        )


def _patient_round(session: Session, number: int, told: Told) -> Proven | None:
    """A round; None where a server could not be asked just now, or somebody else proved the same meanwhile."""
    try:
        return _round(session, number, told)
    except MigrateError as problem:
        if not problem.retryable or isinstance(problem, StateConflict):
            raise
        session.emit(Noted(f"round {number}: {problem}: tried again", warning=True))
        return None


def _round(session: Session, number: int, told: Told) -> Proven | None:
    began = session.clock.monotonic()
    journal = session.history
    slot = witness(journal)
    replicated = history.last_done(journal, "replicate")
    assert slot is not None
    assert replicated is not None
    names = [task.name for task in session.settings.tasks]
    tables = [table for name in names for table in moved_tables(replicated.request, name)]
    going = way(session, history.owner(journal), names)
    followed = Witness(session.source, session.target, slot, tables, session.residue(slot))
    behind = followed.behind()
    proven = followed.prove(followed.look(), emit=session.emit, clock=session.clock, settle=going.settle)
    with _leased(session) as writing:
        _refuse_unless_clean(session)
        keeper = Witness(session.source, session.target, slot, tables, session.residue(slot))
        if witness(writing) != slot or not keeper.unmoved(proven.look):
            session.emit(Noted(f"round {number}: somebody else proved meanwhile, it counts for nothing"))
            return None
        differs = proven.report.verdict is Verdict.DIFFERS
        if not differs:
            keeper.keep(proven)
        now = session.clock.monotonic()
        if told.due(proven.verdict, now):
            _record(session, writing, _facts(proven, number, behind, now - began), differs=differs)
            told.verdict, told.at = proven.verdict, now
    session.emit(Noted(_line(proven, number, behind, now - began), warning=differs))
    return proven


@contextmanager
def _leased(session: Session) -> Iterator[Journal]:
    """The lease, waited for a while. Raises HandoverBegan when a cutover or rollback holds it."""
    deadline = session.clock.monotonic() + LEASE_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                journal = stack.enter_context(session.writing(briefly=True))
                break
            except StateConflict as held:
                _refuse_unless_clean(session)
                if held.code != HELD or session.clock.monotonic() > deadline:
                    raise
            session.clock.sleep(0.2)
        yield journal


def _facts(proven: Proven, number: int, behind: tuple[int, int], seconds: float) -> Facts:
    return {
        "verdict": proven.verdict.value,
        "round": number,
        "keys": proven.keys,
        "tables": len(proven.look.wanted),
        "left_keys": proven.left_keys,
        "left_tables": [str(table) for table in proven.left_whole],
        "whole_tables": [str(table) for table in proven.compared_whole[:TABLES_MAX]],
        "source_bytes": behind[0],
        "target_bytes": behind[1],
        "seconds": round(seconds, 3),
    }


def _record(session: Session, journal: Journal, facts: Facts, *, differs: bool) -> None:
    expires = session.clock.now() + timedelta(hours=session.settings.limits.validation_hours)
    journal.record("follow", run="follow", expires_at=expires, facts=facts)
    if differs:
        journal.record("validation", run="follow", expires_at=expires, facts={**facts, "witness": None})


def _line(proven: Proven, number: int, behind: tuple[int, int], seconds: float) -> str:
    compared = f", {_named(proven.compared_whole)} compared whole" if proven.compared_whole else ""
    whole = f" and {_named(proven.left_whole)} whole" if proven.left_whole else ""
    return (
        f"round {number}: {proven.verdict.value}; {proven.keys:,} rows of {len(proven.look.wanted)} tables looked at"
        f"{compared}, {proven.left_keys:,} rows{whole} left over; {behind[0]:,} and {behind[1]:,} bytes behind;"
        f" {seconds:.2f} s"
    )


def _named(tables: Sequence[TableName]) -> str:
    more = f" and {len(tables) - NAMED} more tables" if len(tables) > NAMED else ""
    return ", ".join(str(table) for table in tables[:NAMED]) + more
