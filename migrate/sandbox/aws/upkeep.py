"""RDS calls about upkeep that moto lacks."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse


def describe_pending_maintenance_actions(response: RDSResponse) -> ActionResult:
    """Nothing is pending (assumption: a new cluster has none)."""
    return ActionResult({"PendingMaintenanceActions": []})
