"""Room in the account for everything the migration makes of DMS, asked before the first of it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.model.json import Facts
from migrate.model.quota import Quota
from migrate.stages.replicate.step import ReplicateStep
from migrate.stages.replicate.world import ReplicateWorld

ENDPOINTS_PER_TASK = 5
"""Two of the way there, two of the way back, one of its probe."""
TASKS_PER_TASK = 3
"""The way there, the way back and its probe: for a while there are all three."""


def needs(tasks: int, storage_gb: int, *, serverless: bool) -> dict[str, int]:
    """What the whole migration takes of each quota, its way back included. Names are DMS's.

    Serverless takes the instance, too: the way back needs one. Its own replications count for none of these.
    """
    return {
        "ReplicationInstances": 1,
        "AllocatedStorage": storage_gb,
        "ReplicationSubnetGroups": 1,
        "Endpoints": ENDPOINTS_PER_TASK * tasks,
        "ReplicationTasks": (TASKS_PER_TASK - serverless) * tasks,
        "Certificates": 2,
    }


def lacking(quotas: tuple[Quota, ...], wanted: Mapping[str, int]) -> list[str]:
    """The quotas that are too small, each with what is used and what is needed. One that is not told is left alone."""
    return [
        f"{quota.name} ({quota.used} of {quota.most} used, {wanted[quota.name]} needed)"
        for quota in quotas
        if quota.name in wanted and quota.used + wanted[quota.name] > quota.most
    ]


@dataclass(frozen=True)
class RequireRoom(ReplicateStep):
    """A quota that is used up halfway would leave a set-up that can neither go on nor come back."""

    name: ClassVar[str] = "dms/quotas"

    @property
    def title(self) -> str:
        return "require that DMS's quotas leave room"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        short = lacking(world.quotas.read(), world.needs)
        if short:
            raise SaysNo(
                f"the account's quotas of DMS leave no room for this migration: {'; '.join(short)}",
                code="REP-042",
                hint="Delete what is no longer used, or ask AWS for more; then: aurora-migrate replicate start",
                retryable=True,
            )
        return {}
