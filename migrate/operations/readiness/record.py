"""The journal read once and verified, so that everything in a report is of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from migrate.model.cutover import Evidence
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.ports.journal import Journal


class Record:
    """Implements the reading half of `ports.journal.Journal` over what the journal held when it was made."""

    def __init__(self, journal: Journal) -> None:
        """Raises StateConflict for a journal whose chain is broken."""
        journal.verify()
        self._entries = tuple(journal.entries())

    def append(self, kind: Kind, *, run: str, step: str = "", body: Facts | None = None) -> Entry:
        raise NotImplementedError("a report writes nothing")

    def record(self, name: str, *, run: str, expires_at: datetime, facts: Facts) -> Evidence:
        raise NotImplementedError("a report writes nothing")

    def verify(self) -> None:
        """It was, when it was read."""

    def entries(self, *, run: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        return [e for e in self._entries if (run is None or e.run == run) and (kind is None or e.kind is kind)]

    def evidence(self, name: str) -> Sequence[Evidence]:
        return [_evidence(e) for e in self._entries if e.kind is Kind.EVIDENCE and e.body.get("name") == name]

    def latest(self, name: str) -> Evidence | None:
        found = self.evidence(name)
        return found[-1] if found else None


def _evidence(entry: Entry) -> Evidence:
    facts = entry.body.get("facts")
    return Evidence(
        name=str(entry.body["name"]),
        taken_at=entry.at,
        expires_at=datetime.fromisoformat(str(entry.body["expires_at"])),
        facts=facts if isinstance(facts, dict) else {},
    )
