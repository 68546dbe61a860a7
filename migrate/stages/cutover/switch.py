"""Step 6: point the application to the other side, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import HumanMustDecide
from migrate.model.cutover import Ownership
from migrate.model.handover import SECRET, HandoverRequest
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import HandoverWorld


@dataclass(frozen=True)
class SwitchSecret(HandoverStep):
    """Its name is the same whatever is moved: journals, runbooks and notices know it by that.

    A lost answer is resolved by reading; if reading cannot tell, both sides stay fenced and a human decides."""

    name: ClassVar[str] = "switch/secret"
    reversal: ClassVar[Reversal] = Reversal.FORBIDDEN
    switched: str = SECRET

    @property
    def title(self) -> str:
        return f"switch the application's {self.switched} to the {self.arriving}"

    @classmethod
    def build(cls, request: HandoverRequest) -> tuple[HandoverStep, ...]:
        return (cls(leaving=request.leaving.value, switched=request.systems.switched),)

    def done(self, world: HandoverWorld, before: Facts) -> bool:
        """Raises HumanMustDecide where nobody can tell who owns it: then nothing may be undone, nor opened."""
        owner = world.traffic.owner()
        if owner is Ownership.AMBIGUOUS:
            raise HumanMustDecide(
                f"the application's {self.switched} does not say which side owns the writes",
                code="CUT-083",
                hint=f"Both sides stay fenced. Look where it points: {world.traffic.look}; how to go on stands in "
                "docs/switching.md.",
            )
        return owner is Ownership(self.arriving)

    def settled(self, world: HandoverWorld, before: Facts) -> bool:
        arriving = Ownership(self.arriving)
        return world.traffic.settled(arriving) is arriving

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.traffic.switch(Ownership(self.arriving))
        return {"owner": self.arriving}
