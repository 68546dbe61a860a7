"""A migration told by its journal alone: no server, no AWS. Time moves only when a test says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from checks.route import Engine
from migrate.clock import Clock
from migrate.events import silent
from migrate.model.gate import Moment
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.readiness import ReadinessReport
from migrate.operations.assess import assess_dump
from migrate.operations.readiness.report import report
from migrate.operations.runbooks import runbook
from migrate.settings import load
from migrate.stages.assess import findings
from migrate.wiring.session import Session
from tests.clocks import HandClock

BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SETTINGS = """
[migration]
name = "orders"
[source]
engine = "postgres"
host = "db.example.com"
port = 5432
database = "orders"
user = "mig_admin"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "orders-aurora"
database = "orders"
[aws]
region = "eu-central-1"
[application]
secret = "orders/app"
[report.owners]
PG3 = "the database team"
cutover = "Ines"
"""
SCHEMA = """
CREATE TABLE public.orders (id int PRIMARY KEY, total numeric);
CREATE TABLE public.{table} (a int, note text);
ALTER TABLE public.{table} REPLICA IDENTITY NOTHING;
"""
GATES = {
    "lag-by-marker": ("0.31 s ≤ 5 s (orders-main)", 0.31, 5.0),
    "tables-complete": ("15 tables completed", 0, 0),
}


def rehearsal(**changes: Any) -> dict[str, Any]:
    """A document as `rehearse` writes it, cut down to what others read of it."""
    freeze = changes.pop("freeze", 1.0)
    rollback = changes.pop("rollback", True)
    environment = {"sample": "Ledger", "scale": 1.0, "rows": 200_000, "platform": "Linux x86_64, Python 3.11.2"}
    environment |= {"cpus": 2, "offered_per_second": 400.0} | changes.pop("environment", {})
    return {
        "report": "rehearsal",
        "verdict": "passed",
        "reason": "",
        "route": "postgres → aurora-postgresql 17.5",
        "profile": "instant",
        "started_at": "2026-11-20T08:00:00.000Z",
        "seconds": 60.0,
        "stages": [{"name": "replicate", "outcome": "done", "seconds": 20.0}],
        "ledger": {"acknowledged": 40_000, "lost": 0, "duplicated": 0},
        "freeze_seconds": freeze,
        "handovers": [{"run": "cutover-1", "write_gap_seconds": freeze + 0.1}],
        "rollback": {"performed": rollback},
        "gates": [{"gate": "lag-by-marker", "observed": 0.4}],
        "invariants": [{"title": "one side was proven closed before the other was opened", "holds": True}],
        "faults": [],
        "environment": environment,
        **changes,
    }


@dataclass
class Told:
    """Writes the journal as the stages do, and reads it as `report` does."""

    folder: Path
    clock: HandClock = field(default_factory=lambda: HandClock(BEGAN))
    more: str = ""
    """Settings beside the usual ones."""

    def __post_init__(self) -> None:
        self.settings = self.folder / "migration.toml"
        self.settings.write_text(SETTINGS + self.more)

    @cached_property
    def session(self) -> Session:
        clock: Clock = self.clock
        return Session(load(self.settings), silent, clock)

    def close(self) -> None:
        self.session.__exit__()

    def later(self, **span: float) -> Told:
        self.clock.sleep(timedelta(**span).total_seconds())
        return self

    def entry(self, kind: Kind, run: str, step: str = "", **body: Any) -> None:
        with self.session.writing() as journal:
            journal.append(kind, run=run, step=step, body=body)

    def evidence(self, name: str, run: str, facts: Facts, hours: float = 24.0) -> None:
        with self.session.writing() as journal:
            journal.record(name, run=run, expires_at=self.clock.now() + timedelta(hours=hours), facts=facts)

    # --- what stages do -----------------------------------------------------------------------------------------

    def assessed(self, blockers: int = 0, table: str = "events") -> Told:
        """Of a schema in which one table cannot be followed; with 0 blockers it is as if somebody had seen to it."""
        schema = self.folder / "schema.sql"
        schema.write_text(SCHEMA.format(table=table) if blockers else SCHEMA.format(table=table).partition("ALTER")[0])
        made = assess_dump(schema, Engine.POSTGRES, "aurora-postgresql:17.5", date(2026, 11, 23))
        assert made.summary.blocker == blockers
        self.evidence(findings.RECORD, "assess", findings.summary(made), 24 * 7)
        facts = {"blockers": blockers, "warnings": made.summary.warning, "notices": made.summary.notice}
        self.evidence("assessment", "assess", facts, 24 * 7)
        return self

    def ran(self, stage: str, run: str, outcome: str = "done") -> Told:
        self.entry(Kind.PLANNED, run, stage=stage, digest="d", request={}, steps=[])
        self.later(seconds=40)
        if outcome:
            self.entry(Kind.OUTCOME, run, outcome=outcome)
        return self

    def validated(self, verdict: str = "match", **facts: Any) -> Told:
        told: Facts = {"verdict": verdict, "tables": 2, "rows": 1_204, "differences": 0, "seconds": 3.2, "amiss": []}
        self.evidence("validation", "validate", {**told, **facts})
        return self

    def approved(self, by: str = "Ines", run: str = "cutover-1", hours: float = 8.0, **facts: Any) -> Told:
        rests_on = {"blockers": 0, "validation": "match"}
        told = {"by": by, "role": "", "digest": "a" * 64, "consented_to": rests_on}
        self.evidence("approval", run, {**told, **facts}, hours)
        return self

    def asked(self, run: str, *shut: str, answer: str = "closed", reason: str = "observed 12.4 s > 5 s") -> Told:
        """Every gate before the freeze, of which those named were not open."""
        for slug in runbook(None, "cutover").gates_at(Moment.PREFLIGHT):
            told, observed, limit = GATES.get(slug, ("as it should be", None, None))
            said = (answer, reason) if slug in shut else ("open", told)
            body = {"gate": slug, "moment": "preflight", "answer": said[0], "reason": said[1]}
            self.entry(Kind.GATE, run, **body, observed=observed, limit=limit)
        return self

    def cut_over(self, run: str = "cutover-1", stage: str = "cutover", frozen: float = 0.9) -> Told:
        self.entry(Kind.PLANNED, run, stage=stage, digest="a" * 64, request={}, steps=[])
        self.asked(run)
        self.entry(Kind.INTENT, run, "freeze/fence")
        self.later(seconds=frozen)
        self.entry(Kind.DONE, run, "switch/secret")
        self.entry(Kind.DONE, run, "open/fence")
        self.evidence("reverse-window", run, {"seconds": 0.4}, 24)
        self.entry(Kind.OUTCOME, run, outcome="done", ownership="target" if stage == "cutover" else "source")
        return self

    def drilled(self, name: str = "orders-aurora", **measured: Any) -> Told:
        """A failover and a restore of the target, measured."""
        facts: Facts = {"cluster": name, "writer": name, "successor": name, "outage_seconds": 12.5,
                        "acknowledged": 900, "lost": 0, "feed_seconds": 3.0}  # fmt: skip
        self.evidence("failover-drill", "drill-1", facts, hours=90 * 24)
        restored: Facts = {"cluster": name, "restored": f"{name}-drill-1", "recovery_seconds": 840.0,
                           "point_seconds": 187.4, "acknowledged": 1500, "found": 563, "later": 937, "missing": 0,
                           "tables": 15, "missing_tables": [], **measured}  # fmt: skip
        self.evidence("restore-drill", "restore-1", restored, hours=90 * 24)
        return self

    def ready(self) -> Told:
        """Everything is there but an approval."""
        self.assessed().ran("provision", "provision-1").ran("replicate", "replicate-1").later(minutes=5)
        return self.validated()

    def rehearsed(self, name: str = "ledger-1", **changes: Any) -> Path:
        path = self.folder / "rehearsal" / name / "rehearsal.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(rehearsal(**changes)))
        return path

    def report(self) -> ReadinessReport:
        return report(self.session)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    migration = Told(tmp_path)
    yield migration
    migration.close()


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ReadinessReport]:
    """`rich(text)`: a report in which every section has something, with `text` wherever somebody can put one."""

    @cache
    def make(text: str) -> ReadinessReport:
        migration = Told(tmp_path_factory.mktemp("rich"))
        migration.assessed(blockers=1)
        migration.ran("provision", "provision-1").ran("replicate", "replicate-1")
        amiss = [{"table": text, "verdict": "differs", "differences": 4}]
        migration.validated("differs", amiss=amiss).approved(by=text, role=text).later(hours=1)
        migration.evidence("price", "provision", {text: text})
        migration.drilled(text, missing=1, missing_tables=[text])
        migration.ran("cutover", "cutover-1", "unwound").asked("cutover-1", "lag-by-marker", reason=text)
        for number in range(4):
            moment = f"2026-11-2{number}T08:00:00.000Z"
            where = {"sample": text}
            migration.rehearsed(f"{number}", freeze=1.0 + number / 4, started_at=moment, environment=where, reason=text)
        made = migration.report()
        migration.close()
        return made

    return make
