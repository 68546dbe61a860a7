"""The way from DMS's subnets to both databases, before anything is made that would need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import Noted
from migrate.model.json import Facts
from migrate.stages.replicate.step import ReplicateStep
from migrate.stages.replicate.world import ReplicateWorld


@dataclass(frozen=True)
class RequireWay(ReplicateStep):
    """A replication instance takes a quarter of an hour to come up, and then only says that it cannot connect."""

    name: ClassVar[str] = "network/require-way"

    @property
    def title(self) -> str:
        return "require that the network lets DMS reach both databases"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        source = next((one for one in world.request.accounts if one.side == "source"), None)
        found = world.reach.obstacles(source.host, source.port) if source else []
        if doubts := [str(one) for one in found if one.unless]:
            world.emit(Noted(f"it is not seen whether DMS reaches the {'; the '.join(doubts)}", warning=True))
        if walls := [str(one) for one in found if not one.unless]:
            raise SaysNo(
                f"DMS cannot reach the {'; the '.join(walls)}",
                code="REP-007",
                hint="Add what is named (docs/operations.md, Reachability), then: aurora-migrate replicate start",
            )
        return {}
