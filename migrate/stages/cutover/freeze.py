"""Step 1: fence the applications off the leaving side, and prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import FENCE, HandoverWorld

END_SESSIONS_SECONDS = 20.0


@dataclass(frozen=True)
class Fence(HandoverStep):
    """Bars everybody but the toolkit and DMS from logging in; who could before is journaled first."""

    name: ClassVar[str] = FENCE
    undo_seconds: ClassVar[float] = 60.0

    @property
    def title(self) -> str:
        return f"fence applications off the {self.leaving}"

    def observe(self, world: HandoverWorld) -> Facts:
        return world.leaving.fence.record()

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.leaving.fence.close(world.request.friends(world.request.leaving))
        return {}

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        world.leaving.fence.open(before, world.request.friends(world.request.leaving))


@dataclass(frozen=True)
class EndSessions(HandoverStep):
    """A fence bars who comes; who was in already could go on writing."""

    name: ClassVar[str] = "freeze/end-sessions"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"end the sessions on the {self.leaving} and wait until their ids are gone"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.leaving.fence.end_sessions(world.request.friends(world.request.leaving), END_SESSIONS_SECONDS)
        return {}


@dataclass(frozen=True)
class ProveFenced(HandoverStep):
    """Asks the server, for every login. Notes where the log stood once nobody could write any more."""

    name: ClassVar[str] = "freeze/prove-fenced"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"prove that no application can reach the {self.leaving}"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        breaches = world.leaving.fence.breaches(world.request.friends(world.request.leaving))
        if breaches:
            raise SaysNo(
                f"the {self.leaving} is not fenced: {'; '.join(breaches[:5])}",
                code="CUT-030",
                hint="Bar, end or disable what is listed, or name its user in application.friends; then try again.",
            )
        earlier = (world.memory.facts(self.id) or {}).get("frozen_at")
        frozen_at = earlier if isinstance(earlier, str) else world.leaving.log.position()
        return {"frozen_at": frozen_at}
