"""A migration that is told into a state database, entry by entry, as runs would write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from checks.facts import TableName
from migrate.events import silent
from migrate.model.control_room import ControlRoom
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.replication import TableStatistics
from migrate.operations.control_room.looks import once
from migrate.state.journal import StoredJournal
from migrate.state.lease import hold
from migrate.state.lookout import Lookout
from migrate.state.store import Store
from migrate.wiring.scribe import Scribe
from tests.clocks import HandClock

NAME = "orders"
TABLES = ("shop.orders", "shop.items", "shop.customers")
STEPS = ("prepare/slot", "gates/preflight", "freeze/fence", "drain/marker:main", "switch/secret", "open/fence")
TITLES = ("make the slot", "ask every gate", "fence applications off", "await a marker", "switch the secret", "let in")

CONFIG = f"""
[migration]
name = "{NAME}"
state = "sqlite:///state.db"

[source]
engine = "postgres"
host = "localhost"
port = 5432
database = "shop"
user = "mig"
password = "env:NOT_SET"

[target]
engine = "aurora-postgresql"
version = "16.4"
stack = "s"
database = "shop"

[application]
secret = "app"

[aws]
region = "eu-central-1"
"""


@dataclass
class Story:
    folder: Path
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.store = Store.open(self.url, clock=self.clock)
        self.scribe = Scribe(silent, self.clock, lambda: self.store.sightings(NAME))
        self.journal: StoredJournal = self.store.journal(NAME)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/state.db"

    def close(self) -> None:
        self.scribe.close()
        self.store.close()

    @contextmanager
    def held(self, by: str = "ann@desk pid 7") -> Iterator[None]:
        with hold(self.store, NAME, by, ttl=600.0, clock=self.clock) as lease:
            self.scribe.holder(lease.fence, lease.owner.label)
            self.journal = self.store.journal(NAME, lease)
            yield

    def write(self, kind: Kind, run: str, step: str = "", body: Facts | None = None, *, after: float = 1.0) -> None:
        self.clock.sleep(after)
        self.journal.append(kind, run=run, step=step, body=body)

    def evidence(self, name: str, run: str, facts: Facts, hours: float = 24) -> None:
        self.clock.sleep(1.0)
        self.journal.record(name, run=run, expires_at=self.clock.now() + timedelta(hours=hours), facts=facts)

    def set_up(self, tables: Sequence[str] = TABLES) -> None:
        """Assessed, provisioned, replicated."""
        self.evidence("assessment", "assess", {"blockers": 0, "warnings": 2})
        self.plan("provision-1", "provision", {}, ["stack/apply"], ["make the stack"])
        self.step("provision-1", "stack/apply", 40)
        self.write(Kind.OUTCOME, "provision-1", body={"outcome": "done"})
        named = [dict(zip(("schema", "name"), table.split(".", 1), strict=True)) for table in tables]
        request: Facts = {"tasks": [{"name": "main", "tables": named}]}
        self.plan("replicate-1", "replicate", request, ["dms/full-load:main"], ["load every table (main)"])
        self.step("replicate-1", "dms/full-load:main", 60)
        self.write(Kind.OUTCOME, "replicate-1", body={"outcome": "done"})

    def plan(self, run: str, stage: str, request: Facts, steps: Sequence[str], titles: Sequence[str]) -> None:
        body: Facts = {"stage": stage, "digest": "d", "request": request, "steps": [*steps], "titles": [*titles]}
        self.write(Kind.PLANNED, run, body=body)

    def step(self, run: str, step: str, seconds: float = 1.0) -> None:
        self.write(Kind.INTENT, run, step)
        self.write(Kind.DONE, run, step, after=seconds)

    def begin_cutover(self, run: str = "cutover-1") -> None:
        gates = {"preflight": ["owner-certain", "lag-by-marker"], "frozen": ["tables-complete"]}
        limits = {"freeze_budget_seconds": 60.0, "lag_seconds": 5.0}
        request: Facts = {"runbook": {"gates": gates}, "limits": limits, "feeds": [{"name": "main"}]}
        self.plan(run, "cutover", request, STEPS, TITLES)

    def gate(self, run: str, gate: str, answer: str, reason: str = "because", moment: str = "preflight") -> None:
        self.write(Kind.GATE, run, body={"gate": gate, "moment": moment, "answer": answer, "reason": reason})

    def look(self) -> ControlRoom:
        """What a watcher sees; what the run said meanwhile is written down first."""
        self.scribe.close()
        lookout = Lookout(self.url, NAME)
        try:
            return once(lookout, NAME, self.clock)
        finally:
            lookout.close()


def statistics(table: str, state: str, rows: int = 0, **figures: int) -> TableStatistics:
    return TableStatistics(table=TableName(*table.split(".", 1)), state=state, full_load_rows=rows, **figures)
