"""What a handover's steps act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from migrate.clock import Clock
from migrate.errors import SaysNo
from migrate.events import Emit
from migrate.model.database import Side
from migrate.model.handover import HandoverRequest
from migrate.model.json import Facts
from migrate.model.runbook import Runbook
from migrate.ports.acts import Acts
from migrate.ports.cloud import Tasks, Traffic, Upkeeps
from migrate.ports.database import Database, Sides
from migrate.ports.journal import Journal, Memory
from migrate.ports.residue import Residue
from migrate.ports.watching import TaskWatch
from migrate.stages.validate.witness import Witness

FENCE = "freeze/fence"


@dataclass(frozen=True)
class HandoverWorld:
    request: HandoverRequest
    runbook: Runbook
    plan_digest: str
    sides: Sides
    tasks: Tasks
    watch: TaskWatch
    traffic: Traffic
    upkeeps: Upkeeps
    acts: Acts
    journal: Journal
    memory: Memory
    residue: Residue
    emit: Emit
    clock: Clock
    read_server: str | None = None
    """The server that the feed's place in the log is of; None where that need not be asked."""
    going_back: bool = False
    """True when a handover that has switched is completed only to be taken back: the smoke test may fail then."""
    vouched_by: str = ""
    """Who made sure that nobody can reach the leaving side, so that it need not answer once more. Empty: nobody."""

    @property
    def source(self) -> Database:
        return self.sides.source

    @property
    def target(self) -> Database:
        return self.sides.target

    def side(self, side: Side) -> Database:
        return self.source if side is Side.SOURCE else self.target

    @property
    def leaving(self) -> Database:
        return self.side(self.request.leaving)

    @property
    def arriving(self) -> Database:
        return self.side(self.request.arriving)

    @property
    def witness(self) -> Witness:
        """What both logs hold since the last clean pass."""
        return Witness(self.source, self.target, self.request.witness_slot, self.request.tables, self.residue)

    def freeze_left(self) -> float:
        """Seconds of the freeze's budget that are left; all of them before the fence."""
        budget, since = self.request.limits.freeze_budget_seconds, self.memory.since(FENCE)
        return budget if since is None else min(budget, budget - (self.clock.now() - since).total_seconds())

    def recall(self, step: str, fact: str) -> str:
        """A fact that an earlier step of this run left in the journal."""
        facts: Facts = self.memory.facts(step) or {}
        value = facts.get(fact)
        if not isinstance(value, str):
            raise SaysNo(
                f"step {step} left no {fact} in the journal",
                code="CUT-001",
                hint="The journal lacks what this step needs; run: aurora-migrate cutover status",
            )
        return value

    def wait(self, seen: Callable[[], bool], seconds: float, interval: float = 0.02) -> float | None:
        """Poll until `seen`; returns the seconds it took, or None when it did not come in time."""
        began = self.clock.monotonic()
        while True:
            if seen():
                return self.clock.monotonic() - began
            if self.clock.monotonic() - began >= seconds:
                return None
            self.clock.sleep(interval)
