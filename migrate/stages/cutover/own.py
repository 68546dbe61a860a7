"""Steps and gates that a team wrote into its runbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from migrate.clock import Clock
from migrate.errors import SaysNo
from migrate.model.act import Act, OwnGate, OwnStep
from migrate.model.gate import Answer, GateResult
from migrate.model.handover import HandoverRequest
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.ports.acts import Acts
from migrate.ports.journal import Journal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import HandoverWorld

CONFIRMATION = "confirmation"


@dataclass(frozen=True)
class PerformOwn(HandoverStep):
    """Repeated when the run is gone on with after a crash in its middle: it must bear that."""

    reversal: ClassVar[Reversal] = Reversal.NONE
    own: OwnStep

    @property
    def id(self) -> str:
        return self.own.name

    @property
    def title(self) -> str:
        return f"{self.own.title} ({self.own.act})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        return self._perform(world, self.own.act)

    def _perform(self, world: HandoverWorld, act: Act) -> Facts:
        found = world.acts.perform(act, surroundings(world), changing=True)
        if not found.yes:
            raise SaysNo(
                f"{self.own.name}: {act}: {found.said}",
                code="CUT-094",
                hint="It is a step of your own runbook: mend what it says there, then go on, or begin anew.",
            )
        return {"said": found.said}


@dataclass(frozen=True)
class PerformOwnAndUndo(PerformOwn):
    """One that names what takes it back: that is performed when the run is unwound."""

    reversal: ClassVar[Reversal] = Reversal.FULL

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        if self.own.undo is not None:
            self._perform(world, self.own.undo)


def build(own: OwnStep, request: HandoverRequest) -> HandoverStep:
    kind = PerformOwn if own.undo is None else PerformOwnAndUndo
    return kind(leaving=request.leaving.value, own=own)


class Asking(Protocol):
    """What a gate of the team's own is asked in: a handover, or a finalize."""

    @property
    def plan_digest(self) -> str: ...
    @property
    def acts(self) -> Acts: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def clock(self) -> Clock: ...


def ask(gate: OwnGate, world: Asking, told: Callable[[], Mapping[str, str]], flag: str = "") -> GateResult:
    """Nothing that the act does raises: what cannot be concluded is unknown. A command finds what it is `told` in its
    environment; a person confirms with `flag`."""
    if gate.act is None:
        return _confirmed(gate, world, f" {flag}" if flag else "")
    found = world.acts.perform(gate.act, told(), changing=False)
    answer = {True: Answer.OPEN, False: Answer.CLOSED, None: Answer.UNKNOWN}[found.yes]
    return GateResult(gate=gate.name, answer=answer, reason=f"{gate.act}: {found.said}", hint=gate.prose)


def _confirmed(gate: OwnGate, world: Asking, flag: str) -> GateResult:
    """By a person, for this run, and not longer ago than it counts."""
    given = [
        one
        for one in world.journal.evidence(CONFIRMATION)
        if (one.facts.get("gate"), one.facts.get("digest")) == (gate.name, world.plan_digest)
    ]
    if given and world.clock.now() < given[-1].expires_at:
        return GateResult(gate=gate.name, answer=Answer.OPEN, reason=f"confirmed by {given[-1].facts.get('by')}")
    reason = f"{'expired' if given else 'nobody has confirmed it'}: {gate.prose}"
    hint = f"Run: aurora-migrate cutover confirm {gate.name}{flag} --by NAME"
    return GateResult(gate=gate.name, answer=Answer.CLOSED, reason=reason, hint=hint)


def surroundings(world: HandoverWorld) -> dict[str, str]:
    """What a command learns from its environment. No secret is among it."""
    request = world.request
    return {
        "AURORA_MIGRATE_MIGRATION": request.migration,
        "AURORA_MIGRATE_RUN": request.run,
        "AURORA_MIGRATE_LEAVING": request.leaving.value,
        "AURORA_MIGRATE_ARRIVING": request.arriving.value,
        "AURORA_MIGRATE_TARGET_HOST": request.target_host,
        "AURORA_MIGRATE_TARGET_PORT": str(request.target_port),
    }
