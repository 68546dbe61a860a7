"""Steps that ask the gates of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import Emit, GateAnswered
from migrate.gates.registry import ask_all
from migrate.model.gate import GateResult, Moment
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.ports.journal import Journal
from migrate.stages.cutover import own as own_gates
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.view import LiveView
from migrate.stages.cutover.world import HandoverWorld

FENCE = "freeze/fence"


def ask(world: HandoverWorld, moment: Moment) -> list[GateResult]:
    """Ask every gate of the moment and journal every answer."""
    own = {gate.name: gate for gate in world.runbook.own_gates}
    view, told = LiveView(world), partial(own_gates.surroundings, world)
    results = [
        own_gates.ask(own[slug], world, told) if slug in own else ask_all([slug], view)[0]
        for slug in world.runbook.gates_at(moment)
    ]
    tell(results, moment, world.journal, world.request.run, world.emit)
    return results


def tell(results: Sequence[GateResult], moment: Moment, journal: Journal, run: str, emit: Emit) -> None:
    """Emit and journal every answer."""
    for result in results:
        emit(GateAnswered(result))
        body: Facts = {
            "gate": result.gate,
            "moment": moment.value,
            "answer": result.answer.value,
            "reason": result.reason,
            "observed": result.observed,
            "limit": result.limit,
        }
        journal.append(Kind.GATE, run=run, body=body)


def reasons(shut: Sequence[GateResult]) -> str:
    return "; ".join(f"gate {one.gate} is {one.answer.value}: {one.reason}" for one in shut)


def remedies(shut: Sequence[GateResult]) -> str:
    return " ".join(dict.fromkeys(one.hint for one in shut if one.hint))


@dataclass(frozen=True)
class AskGates(HandoverStep):
    """Every gate is asked, whatever the others say: who mends one learns of all."""

    moment: ClassVar[Moment]
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"ask every gate of the moment {self.moment.value}"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        results = ask(world, self.moment)
        if shut := [result for result in results if not result.open]:
            raise SaysNo(reasons(shut), code="CUT-020", hint=remedies(shut))
        return {"asked": [result.gate for result in results]}


@dataclass(frozen=True)
class AskPreflightGates(AskGates):
    """While applications still run, so that a no costs them nothing."""

    name: ClassVar[str] = "gates/preflight"
    moment: ClassVar[Moment] = Moment.PREFLIGHT
    always_again: ClassVar[bool] = True

    def done(self, world: HandoverWorld, before: Facts) -> bool:
        """Asked again on every attempt until the freeze has begun: what was true then may have passed."""
        return world.memory.before(FENCE) is not None


@dataclass(frozen=True)
class AskFrozenGates(AskGates):
    """A marker passes tables that are suspended: whether every table was fed is asked again once nobody writes."""

    name: ClassVar[str] = "gates/frozen"
    moment: ClassVar[Moment] = Moment.FROZEN
