"""Quotas of RDS: told by DescribeAccountAttributes, kept by every create that goes through this backend.

Figures: Amazon Aurora User Guide, quotas and constraints, a region's defaults. Which creates are checked is an
assumption.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.responses import RDSResponse

QUOTAS = {
    "DBClusters": (40, "DBClusterQuotaExceededFault"),
    "DBInstances": (40, "InstanceQuotaExceeded"),
    "DBClusterParameterGroups": (50, "DBParameterGroupQuotaExceeded"),
    "DBParameterGroups": (50, "DBParameterGroupQuotaExceeded"),
    "DBSubnetGroups": (50, "DBSubnetGroupQuotaExceeded"),
}
"""What an account may have, and the fault of one too many; names as DescribeAccountAttributes has them."""


def require_room(backend: Any, name: str) -> None:
    """Raises the fault of that quota when one more would be too many."""
    most, fault = QUOTAS[name]
    used = _used(backend)[name]
    if used >= most:
        raise RDSClientError(fault, f"Cannot create more than {most} {name}: {used} are in use.")


def describe_account_attributes(response: RDSResponse) -> ActionResult:
    """AccountQuotas of the model."""
    used = _used(response.backend)
    rows = [{"AccountQuotaName": name, "Used": used[name], "Max": most} for name, (most, _) in QUOTAS.items()]
    return ActionResult({"AccountQuotas": rows})


def _used(backend: Any) -> dict[str, int]:
    return {
        "DBClusters": len(backend.clusters),
        "DBInstances": len(backend.databases),
        "DBClusterParameterGroups": len(backend.db_cluster_parameter_groups),
        "DBParameterGroups": len(backend.db_parameter_groups),
        "DBSubnetGroups": len(backend.subnet_groups),
    }
