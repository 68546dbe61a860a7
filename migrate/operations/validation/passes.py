"""The pass that is open: its slot, which witnesses every change since it began, and how far it has come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from checks.facts import TableName
from migrate import __version__
from migrate.errors import MigrateError
from migrate.events import Noted, StepFinished, StepStarted
from migrate.model.residue import Remains
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import history
from migrate.operations.handover import systems
from migrate.operations.moved import witness, witnesses
from migrate.ports.journal import Journal
from migrate.ports.progress import KeptProgress
from migrate.stages.validate.witness import identities, withheld
from migrate.wiring.session import Session

WHOLE = "A cutover compares every table whole under the freeze, unless a validation is clean that holds it."


@dataclass(frozen=True)
class Pass:
    """A full validation that may be broken off and gone on with, as long as both sides still hold its slot."""

    slot: str
    progress: KeptProgress
    known_rows: int
    """Rows that were compared before."""
    blind: str = ""
    """Why no side holds its log since the pass began; empty where both do. Such a pass cannot be gone on with."""

    def ended(self, report: ValidationReport) -> str | None:
        """Forget how far it is, now that there is a verdict; return the slot where it can be gone on with instead.

        That is so when nothing differs, what is unknown could be known the next time, and this run came further: one
        table that can never be read must not have the log held for ever.
        """
        kept = self.progress.load()
        further = sum(table.source_rows for table in kept.values()) > self.known_rows
        unfinished = any(table.unfinished for table in report.tables)
        if self.blind or report.verdict is not Verdict.UNKNOWN or not (unfinished and further):
            self.progress.clear()
            return None
        self.progress.forget(
            table.table for table in report.tables if table.verdict is not Verdict.MATCH and not table.unfinished
        )
        return self.slot


def open_slot(migration: str, journal: Journal) -> str:
    """Slot of the pass that is open: the last one's, where it can be gone on with."""
    taken = journal.evidence("validation")
    slot = taken[-1].facts.get("unfinished") if taken else None
    return slot if isinstance(slot, str) else witnesses(migration, journal)[-1]


def begin(session: Session, journal: Journal, tables: Sequence[TableName], *, restart: bool) -> Pass:
    """Go on with the pass that was broken off, or begin one: say which, and why."""
    slot = open_slot(session.name, journal)
    progress = session.progress(slot, _terms(session, journal, tables))
    known = progress.load()
    anew = ""
    if restart and known:
        anew = "begins anew, as asked for"
    elif known and (lost := _without(session, slot)):
        anew = f"begins anew: the {lost} no longer holds the log since the last run began"
    elif progress.foreign():
        anew = "begins anew: the last run was of other tables, databases or of another version"
    if anew:
        session.emit(Noted(anew))
    if anew or not known:
        progress.clear()
        drop_unneeded(session, journal)
        known = {}
    else:
        finished = sum(table.finished for table in known.values())
        session.emit(Noted(f"{finished} of {len(tables)} tables were compared before: goes on from there"))
        drop_unneeded(session, journal, but=slot)
    blind = _witness(session, slot)
    if not known and not blind:
        _note_identities(session, slot, tables, but=witness(journal))
    return Pass(slot, progress, sum(table.source_rows for table in known.values()), blind)


def _witness(session: Session, slot: str) -> str:
    """Make the slot on both sides. PostgreSQL waits for whatever writes meanwhile, so people are told of it.

    Returns why there is none, where a side has none for the toolkit; then the other side keeps none either.
    """
    step = ("validate", "witness", "hold the logs of both sides from here on; waits for open transactions")
    began = session.clock.monotonic()
    session.emit(StepStarted(*step))
    blind = ""
    try:
        for side in (session.source, session.target):
            side.log.create_slot(slot)
    except MigrateError as error:
        if not withheld(error):
            raise
        blind = error.message
        session.source.log.drop_slot(slot)
        session.emit(Noted(f"no log is held from here on: {blind}. {WHOLE} {error.hint}", warning=True))
    session.emit(StepFinished(*step, session.clock.monotonic() - began))
    return blind


def _note_identities(session: Session, slot: str, tables: Sequence[TableName], *, but: str | None) -> None:
    """As the tables are before their first row is read: what is made anew from here on, no log may tell of."""
    here, there = (side.rows.shapes(tables) for side in (session.source, session.target))
    known = identities(tables, here, there)
    session.residue(slot).begin({table: Remains(identity=one) for table, one in known.items()}, but=but)


def drop_unneeded(session: Session, journal: Journal, *, but: str | None = None) -> None:
    """Every slot but the witness, and that one, goes: one that nothing needs would hold the log on both sides."""
    kept = {witness(journal), but}
    for slot in witnesses(session.name, journal):
        if slot not in kept:
            session.source.log.drop_slot(slot)
            session.target.log.drop_slot(slot)


def _without(session: Session, slot: str) -> str:
    """The side that has lost the slot; empty when both hold it."""
    return next((side.side.value for side in (session.source, session.target) if slot not in side.log.slots()), "")


def _terms(session: Session, journal: Journal, tables: Sequence[TableName]) -> str:
    """What must be the same for a pass to go on. How fast it is may change; the shapes are looked at table by table."""
    said = {
        "version": __version__,
        "systems": str(systems(session)),
        "feeding": history.owner(journal).value,
        "tables": [[table.schema, table.name] for table in tables],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
