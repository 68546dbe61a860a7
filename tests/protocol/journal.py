"""The journal and the lease of the world: as durable as those of the product, without its files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from checks.facts import TableName
from migrate.errors import STATE_REFUSES, StateConflict
from migrate.model.cutover import Evidence
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.model.residue import Remains
from tests.protocol.world import World


@dataclass
class Kept:
    """What outlives every process."""

    world: World
    fence: int = 0
    entries: list[Entry] = field(default_factory=list)
    remains: dict[TableName, Remains] = field(default_factory=dict)


@dataclass(frozen=True)
class MemoryJournal:
    """Implements `ports.journal.Journal`, for the holder of one fencing number; 0 only reads."""

    kept: Kept
    fence: int = 0

    def append(self, kind: Kind, *, run: str, step: str = "", body: Facts | None = None) -> Entry:
        with self.kept.world.act(f"journal: {kind} {step}", _refused):
            self.still_mine()
            entry = Entry(
                seq=len(self.kept.entries) + 1,
                at=self.kept.world.clock.now(),
                kind=kind,
                run=run,
                step=step,
                body=json.loads(json.dumps(body or {})),
                fence=self.fence,
                previous="",
                hash="",
            )
            self.kept.entries.append(entry)
        return entry

    def still_mine(self) -> None:
        if self.fence != self.kept.fence:
            raise StateConflict(f"number {self.fence} was taken over", code="STA-021")

    def entries(self, *, run: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        return [e for e in self.kept.entries if run in (None, e.run) and kind in (None, e.kind)]

    def verify(self) -> None:
        """Nobody edits it here."""

    def record(self, name: str, *, run: str, expires_at: datetime, facts: Facts) -> Evidence:
        body: Facts = {"name": name, "expires_at": expires_at.isoformat(), "facts": facts}
        return _evidence(self.append(Kind.EVIDENCE, run=run, body=body))

    def evidence(self, name: str) -> Sequence[Evidence]:
        return [_evidence(e) for e in self.entries(kind=Kind.EVIDENCE) if e.body["name"] == name]


@dataclass(frozen=True)
class MemoryResidue:
    kept: Kept

    def load(self) -> Mapping[TableName, Remains]:
        return dict(self.kept.remains)

    def save(self, remains: Mapping[TableName, Remains]) -> None:
        self.kept.remains.update(remains)


def _evidence(entry: Entry) -> Evidence:
    facts = entry.body["facts"]
    assert isinstance(facts, dict)
    return Evidence(
        seq=entry.seq,
        name=str(entry.body["name"]),
        taken_at=entry.at,
        expires_at=datetime.fromisoformat(str(entry.body["expires_at"])),
        facts=facts,
    )


def _refused(what: str) -> StateConflict:
    return StateConflict(f"{what}: the state database is gone", code=STATE_REFUSES)
