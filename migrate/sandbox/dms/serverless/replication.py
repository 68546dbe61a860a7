"""A serverless replication: a configuration and what runs by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrate.sandbox.dms.resources import Job

READY = frozenset({"created", "ready"})
"""Never started. That `ready` follows `created` is an assumption; dms.md §3 has both words and not their order."""
STARTING = (
    "initializing",
    "preparing_metadata_resources",
    "testing_connection",
    "fetching_metadata",
    "calculating_capacity",
    "provisioning_capacity",
    "replication_starting",
)
"""In this order on the way to `running` (dms.md §3)."""
STANDING = frozenset({*READY, "stopped", "failed"})


@dataclass(kw_only=True)
class Replication(Job):
    """`compute` is the ComputeConfig as it was given; `units` are DCU (1 DCU is 2 GB, dms.md §3)."""

    compute: dict[str, Any]
    supplemental: str | None = None
    updated: float
    start_type: str = ""
    provision_state: str = ""
    units: int = 0
    provisioned: float | None = None
    deprovision_at: float | None = None
    deleting: bool = False
    assessments: list[str] = field(default_factory=list)
    """ARNs of its premigration assessment runs, the last one last."""

    @property
    def starting(self) -> str:
        return STARTING[-1]

    @property
    def busy(self) -> bool:
        return self.status in {*STARTING, "running", "stopping"}

    @property
    def subnet_group(self) -> str:
        """Identifier of its subnet group, empty without one."""
        return str(self.compute.get("ReplicationSubnetGroupId", "")).lower()
