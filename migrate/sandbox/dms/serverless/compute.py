"""ComputeConfig: capacity between two of the legal sizes (dms.md §3 step 5)."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.context import Context
from migrate.sandbox.dms.faults import invalid_combination, invalid_value
from migrate.sandbox.dms.subnet_groups import find_subnet_group

UNITS = (1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384)


def checked_compute(context: Context, compute: dict[str, Any]) -> dict[str, Any]:
    """The configuration as it was given.

    Raises InvalidParameterValueException for capacities that are none of the legal ones or none at all,
    InvalidParameterCombinationException for MultiAZ with a zone, ResourceNotFoundFault for an unknown subnet group.
    """
    most, least = compute.get("MaxCapacityUnits"), compute.get("MinCapacityUnits", UNITS[0])
    if most not in UNITS or least not in UNITS:
        raise invalid_value(f"MaxCapacityUnits is required; capacity units are {', '.join(map(str, UNITS))}.")
    if least > most:
        raise invalid_value("MinCapacityUnits must not be greater than MaxCapacityUnits.")
    if compute.get("MultiAZ") and "AvailabilityZone" in compute:
        raise invalid_combination("AvailabilityZone cannot be given with MultiAZ.")
    if "ReplicationSubnetGroupId" in compute:
        find_subnet_group(context, compute["ReplicationSubnetGroupId"])
    return dict(compute)


def needed_units(compute: dict[str, Any]) -> int:
    """What is provisioned: the least that was allowed (assumption: how the service computes the need is not public)."""
    return int(compute.get("MinCapacityUnits", UNITS[0]))
