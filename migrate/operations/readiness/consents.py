"""Who approved or confirmed what, and whether it still stands."""

from __future__ import annotations

from datetime import datetime

from migrate.model.cutover import Evidence
from migrate.model.journal import Entry, Kind
from migrate.model.readiness import Consent
from migrate.operations.readiness.record import Record
from migrate.stages.cutover.consent import APPROVAL, consented_to, standing
from migrate.stages.cutover.own import CONFIRMATION

LETTERS = 12


def consents(record: Record, now: datetime) -> tuple[Consent, ...]:
    """All that were ever given, newest first."""
    found = [
        _consent(record, entry, one, now)
        for name in (APPROVAL, CONFIRMATION)
        for entry, one in zip(_entries(record, name), record.evidence(name), strict=True)
    ]
    return tuple(sorted(found, key=lambda one: one.given_at, reverse=True))


def _entries(record: Record, name: str) -> list[Entry]:
    return [entry for entry in record.entries(kind=Kind.EVIDENCE) if entry.body.get("name") == name]


def _consent(record: Record, entry: Entry, one: Evidence, now: datetime) -> Consent:
    gate, run = one.facts.get("gate"), entry.run
    why = _why_not(record, one, run, now)
    return Consent(
        what=f"{run}: {gate}" if gate else run,
        by=str(one.facts.get("by")),
        role=str(one.facts.get("role") or ""),
        given_at=one.taken_at,
        counts_until=one.expires_at,
        digest=str(one.facts.get("digest", ""))[:LETTERS],
        stands=not why,
        why=why,
    )


def _why_not(record: Record, one: Evidence, run: str, now: datetime) -> str:
    ended = [e for e in record.entries(run=run, kind=Kind.OUTCOME) if e.body.get("outcome") == "done"]
    if ended:
        return f"used: {run} is done"
    if now >= one.expires_at:
        return "expired"
    if one.name != APPROVAL:
        return ""
    if one not in standing(record, run):
        return "revoked, or destroyed by a gate that was not open"
    if one.facts.get("consented_to") != consented_to(record):
        return "the evidence has changed since"
    return ""
