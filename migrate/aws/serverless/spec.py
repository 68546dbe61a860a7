"""What migration.toml asks of DMS Serverless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ServerlessSpec:
    """Capacity in DCU (1 DCU is 2 GB of memory); no `minimum` leaves it to DMS."""

    maximum: int
    minimum: int | None = None
    multi_az: bool = False
    security_group_ids: tuple[str, ...] = ()

    def compute(self, subnet_group: str) -> dict[str, Any]:
        """ComputeConfig of CreateReplicationConfig."""
        least = {} if self.minimum is None else {"MinCapacityUnits": self.minimum}
        groups = {"VpcSecurityGroupIds": list(self.security_group_ids)} if self.security_group_ids else {}
        return {
            "MaxCapacityUnits": self.maximum,
            "MultiAZ": self.multi_az,
            "ReplicationSubnetGroupId": subnet_group,
            **least,
            **groups,
        }
