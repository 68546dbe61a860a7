"""Steps that ask the gates of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import GateAnswered
from migrate.gates.registry import ask_all
from migrate.model.gate import GateResult, Moment
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover import own as own_gates
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.view import LiveView
from migrate.stages.cutover.world import HandoverWorld

FENCE = "freeze/fence"


def ask(world: HandoverWorld, moment: Moment) -> list[GateResult]:
    """Ask every gate of the moment and journal every answer."""
    own = {gate.name: gate for gate in world.runbook.own_gates}
    view = LiveView(world)
    results = [
        own_gates.ask(own[slug], world) if slug in own else ask_all([slug], view)[0]
        for slug in world.runbook.gates_at(moment)
    ]
    for result in results:
        world.emit(GateAnswered(result))
        body: Facts = {
            "gate": result.gate,
            "moment": moment.value,
            "answer": result.answer.value,
            "reason": result.reason,
            "observed": result.observed,
            "limit": result.limit,
        }
        world.journal.append(Kind.GATE, run=world.request.run, body=body)
    return results


@dataclass(frozen=True)
class AskGates(HandoverStep):
    moment: ClassVar[Moment]
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"ask every gate of the moment {self.moment.value}"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        results = ask(world, self.moment)
        shut = [result for result in results if not result.open]
        if shut:
            raise SaysNo(
                "; ".join(f"gate {r.gate} is {r.answer.value}: {r.reason}" for r in shut),
                code="CUT-020",
                hint=" ".join(dict.fromkeys(r.hint for r in shut if r.hint)),
            )
        return {"asked": [result.gate for result in results]}


@dataclass(frozen=True)
class AskPreflightGates(AskGates):
    name: ClassVar[str] = "gates/preflight"
    moment: ClassVar[Moment] = Moment.PREFLIGHT
    always_again: ClassVar[bool] = True

    def done(self, world: HandoverWorld, before: Facts) -> bool:
        """Asked again on every attempt until the freeze has begun: what was true then may have passed."""
        return world.memory.before(FENCE) is not None


@dataclass(frozen=True)
class AskFrozenGates(AskGates):
    name: ClassVar[str] = "gates/frozen"
    moment: ClassVar[Moment] = Moment.FROZEN
