"""While applications run: waiting for transactions that the fence would break off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.events import Noted, Progressed
from migrate.model.handover import HandoverRequest
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import HandoverWorld

LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class AwaitTransactions(HandoverStep):
    """Only where `limits.long_transactions` says `wait`. The gate of the same matter judges what is left."""

    name: ClassVar[str] = "prepare/transactions"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"wait for long and prepared transactions on the {self.leaving}"

    @classmethod
    def build(cls, request: HandoverRequest) -> tuple[HandoverStep, ...]:
        return super().build(request) if request.limits.long_transactions == "wait" else ()

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        limits, activity = world.request.limits, world.leaving.activity
        friends = world.request.friends(world.request.leaving)
        began, most = world.clock.monotonic(), limits.transaction_wait_seconds
        while True:
            found = [
                *activity.long_transactions(limits.transaction_seconds, friends),
                *(f"prepared: {one}" for one in activity.prepared_transactions()),
            ]
            waited = world.clock.monotonic() - began
            if not found or waited >= most:
                break
            if waited < LOOK_SECONDS:
                world.emit(Noted(f"waiting up to {most:g} s for {'; '.join(found[:5])}"))
            world.emit(Progressed("wait for transactions", round(waited, 1), None, "s"))
            world.clock.sleep(LOOK_SECONDS)
        return {"seconds": round(world.clock.monotonic() - began, 1)}
