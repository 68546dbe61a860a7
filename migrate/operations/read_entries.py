"""A journal over entries that were read already, so that what is known of journals holds here too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from migrate.model.cutover import Evidence
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts


@dataclass(frozen=True)
class ReadEntries:
    """Implements `ports.journal.Journal` for reading. The chain is verified elsewhere."""

    every: Sequence[Entry]

    def append(self, kind: Kind, *, run: str, step: str = "", body: Facts | None = None) -> Entry:
        raise NotImplementedError("who only reads writes nothing")

    def record(self, name: str, *, run: str, expires_at: datetime, facts: Facts) -> Evidence:
        raise NotImplementedError("who only reads writes nothing")

    def verify(self) -> None: ...

    def entries(self, *, run: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        return [one for one in self.every if (run is None or one.run == run) and (kind is None or one.kind is kind)]

    def evidence(self, name: str) -> Sequence[Evidence]:
        return [_evidence(one) for one in self.entries(kind=Kind.EVIDENCE) if one.body.get("name") == name]


def _evidence(entry: Entry) -> Evidence:
    facts = entry.body.get("facts")
    return Evidence(
        seq=entry.seq,
        name=str(entry.body.get("name")),
        taken_at=entry.at,
        expires_at=datetime.fromisoformat(str(entry.body.get("expires_at"))),
        facts=facts if isinstance(facts, dict) else {},
    )
