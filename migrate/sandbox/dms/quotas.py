"""Quotas of the account: told by DescribeAccountAttributes, kept by every create (dms.md §15)."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.context import Context
from migrate.sandbox.dms.faults import DmsFault

QUOTAS = {
    "ReplicationInstances": 60,
    "AllocatedStorage": 30_000,
    "ReplicationSubnetGroups": 60,
    "SubnetsPerReplicationSubnetGroup": 60,
    "Endpoints": 1000,
    "ReplicationTasks": 600,
    "Certificates": 100,
}
"""The figures of dms.md §15, storage in GB. The names are an assumption."""
TASKS_PER_INSTANCE = 200
DEFAULT_STORAGE_GB = 50


def attributes(context: Context) -> list[dict[str, Any]]:
    """AccountQuotas of the model."""
    used = _used(context)
    return [{"AccountQuotaName": name, "Used": used.get(name, 0), "Max": _most(context, name)} for name in QUOTAS]


def require_room(context: Context, name: str, more: int = 1) -> None:
    """Raises ResourceQuotaExceededFault, StorageQuotaExceededFault for storage, when `more` would be too many."""
    used, most = _used(context).get(name, 0), _most(context, name)
    if used + more > most:
        code = "StorageQuotaExceededFault" if name == "AllocatedStorage" else "ResourceQuotaExceededFault"
        raise DmsFault(code, f"The quota {name} is exceeded: {used} of {most} are in use, {more} more were asked for.")


def require_subnets(context: Context, count: int) -> None:
    """Raises ResourceQuotaExceededFault for a subnet group of too many subnets."""
    most = _most(context, "SubnetsPerReplicationSubnetGroup")
    if count > most:
        raise DmsFault("ResourceQuotaExceededFault", f"A subnet group takes at most {most} subnets.")


def require_room_on(context: Context, instance_arn: str) -> None:
    """Raises ResourceQuotaExceededFault for an instance that is full of tasks."""
    if len(context.store.tasks_of_instance(instance_arn)) >= TASKS_PER_INSTANCE:
        raise DmsFault("ResourceQuotaExceededFault", f"An instance takes at most {TASKS_PER_INSTANCE} tasks.")


def _most(context: Context, name: str) -> int:
    return context.quotas.get(name, QUOTAS[name])


def _used(context: Context) -> dict[str, int]:
    store = context.store
    return {
        "ReplicationInstances": len(store.instances),
        "AllocatedStorage": sum(
            int(one.definition.get("AllocatedStorage", DEFAULT_STORAGE_GB)) for one in store.instances.values()
        ),
        "ReplicationSubnetGroups": len(store.subnet_groups),
        "Endpoints": len(store.endpoints),
        "ReplicationTasks": len(store.tasks),
        "Certificates": len(store.certificates),
    }
