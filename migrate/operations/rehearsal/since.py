"""A journal from one moment on: what a rehearsal did, where others were journaled before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from migrate.model.cutover import Evidence
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.ports.journal import Journal


@dataclass(frozen=True)
class Since:
    """For reading; the chain is verified as a whole."""

    journal: Journal
    moment: datetime

    def append(self, kind: Kind, *, run: str, step: str = "", body: Facts | None = None) -> Entry:
        return self.journal.append(kind, run=run, step=step, body=body)

    def entries(self, *, run: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        return [entry for entry in self.journal.entries(run=run, kind=kind) if entry.at >= self.moment]

    def verify(self) -> None:
        self.journal.verify()

    def record(self, name: str, *, run: str, expires_at: datetime, facts: Facts) -> Evidence:
        return self.journal.record(name, run=run, expires_at=expires_at, facts=facts)

    def evidence(self, name: str) -> Sequence[Evidence]:
        return [one for one in self.journal.evidence(name) if one.taken_at >= self.moment]
