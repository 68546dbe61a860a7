"""Checks the evidence again: the journal's chain, an earlier report against it, and each kept rehearsal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrate.model.journal import Kind
from migrate.model.vouched import Vouched
from migrate.operations.readiness import compare
from migrate.operations.readiness.record import Record
from migrate.operations.readiness.report import folder
from migrate.operations.readiness.vouching import Vouching
from migrate.operations.rehearsal import kept
from migrate.wiring.session import Session

HOLDS = {Vouched.HOLDS: True, Vouched.BROKEN: False, Vouched.UNKNOWN: None}


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
    checked += _rehearsals(rehearsals or folder(session.settings), Vouching(record, session.clock))
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


def _rehearsals(below: Path, vouching: Vouching) -> Iterator[Checked]:
    for path in kept.files(below):
        answer, because = vouching.answer(path, hashlib.sha256(path.read_bytes()).hexdigest())
        yield Checked(str(path.relative_to(below)), HOLDS[answer], because)
