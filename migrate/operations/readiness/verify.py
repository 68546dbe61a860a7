"""Checks the evidence again: the journal's chain, an earlier report against it, and each kept rehearsal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrate.clock import Clock
from migrate.errors import MigrateError
from migrate.events import silent
from migrate.model.journal import Kind
from migrate.operations.readiness import compare
from migrate.operations.readiness.record import Record
from migrate.operations.readiness.report import folder
from migrate.operations.rehearsal import kept
from migrate.operations.rehearsal.anchor import ANCHOR
from migrate.settings import load
from migrate.wiring.session import Session

SETTINGS, STATE = "migration.toml", ".aurora-migrate/state.db"
"""Where a rehearsal keeps them, beside its report."""


@dataclass(frozen=True)
class Checked:
    """`holds` is None where what would tell is not kept."""

    what: str
    holds: bool | None
    told: str


def verify(session: Session, rehearsals: Path | None = None, against: Path | None = None) -> tuple[Checked, ...]:
    """Raises StateConflict where the migration's own journal cannot be trusted: nothing else counts then."""
    record = Record(session.history)
    entries = record.entries()
    evidence = len(record.entries(kind=Kind.EVIDENCE))
    told = (
        f"{len(entries):,} entries, {evidence:,} of them evidence, head {entries[-1].hash[:12]}" if entries else "empty"
    )
    checked = [Checked("the journal", True, told)]
    if against is not None:
        checked.append(_report(record, against))
    checked += _rehearsals(rehearsals or folder(session.settings), session.clock)
    return tuple(checked)


def _report(record: Record, path: Path) -> Checked:
    """Whether the journal still holds what the report was made from."""
    what = f"the report {path.name}"
    chain = compare.read(path).get("chain") or {}
    number, head = chain.get("entries"), chain.get("head")
    entries = record.entries()
    if not isinstance(number, int) or not head:
        return Checked(what, None, "it names no entry")
    if number > len(entries):
        return Checked(what, False, f"it was made from {number:,} entries, the journal has {len(entries):,}")
    if entries[number - 1].hash != head:
        return Checked(what, False, f"entry {number:,} is another one now: the journal was written anew since")
    return Checked(what, True, f"entry {number:,} is still the one it was made from")


def _rehearsals(below: Path, clock: Clock) -> Iterator[Checked]:
    for path in kept.files(below):
        yield _rehearsal(path, str(path.relative_to(below)), clock)


def _rehearsal(path: Path, what: str, clock: Clock) -> Checked:
    """The report must be, byte by byte, the one whose digest its own rehearsal journaled."""
    settings = path.parent / SETTINGS
    if not (settings.is_file() and (path.parent / STATE).is_file()):
        return Checked(what, None, "its journal is not kept: nothing tells whether it was changed")
    try:
        with Session(load(settings), silent, clock) as session:
            anchors = Record(session.history).evidence(ANCHOR)
    except MigrateError as problem:
        return Checked(what, False, f"{problem.code} {problem.message}")
    if not anchors:
        return Checked(what, None, "its journal names no digest of it")
    if anchors[-1].facts.get("digest") != hashlib.sha256(path.read_bytes()).hexdigest():
        return Checked(what, False, "it is not the report that the rehearsal wrote")
    return Checked(what, True, "the report is the one whose digest its journal holds")
