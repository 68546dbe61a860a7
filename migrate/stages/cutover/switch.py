"""Step 6: move the application's secret, once, as compare-and-set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import HumanMustDecide
from migrate.model.cutover import Ownership
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import HandoverWorld


@dataclass(frozen=True)
class SwitchSecret(HandoverStep):
    """A lost answer is resolved by reading; if reading cannot tell, both sides stay fenced and a human decides."""

    name: ClassVar[str] = "switch/secret"
    reversal: ClassVar[Reversal] = Reversal.FORBIDDEN

    @property
    def title(self) -> str:
        return f"switch the application's secret to the {self.arriving}"

    def done(self, world: HandoverWorld, before: Facts) -> bool:
        """Raises HumanMustDecide where the secret does not tell: then nothing may be undone, nor opened."""
        owner = world.traffic.owner()
        if owner is Ownership.AMBIGUOUS:
            raise HumanMustDecide(
                "the application's secret does not say which side owns the writes",
                code="CUT-083",
                hint="Both sides stay fenced. docs/operations.md says how to find out, and how to go on.",
            )
        return owner is Ownership(self.arriving)

    def settled(self, world: HandoverWorld, before: Facts) -> bool:
        return world.traffic.settled() is Ownership(self.arriving)

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.traffic.switch(Ownership(self.arriving))
        return {"owner": self.arriving}
