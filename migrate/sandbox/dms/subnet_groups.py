"""Replication subnet groups (dms.md §2 step 1): synchronous, no states."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.arns import Kind
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.faults import DmsFault, already_exists, invalid_state, invalid_value, not_found
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.quotas import require_room, require_subnets
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import SubnetGroup
from migrate.sandbox.dms.tags import read_tags

LONGEST = 255
LEAST_ZONES = 2


class SubnetGroups:
    """CreateReplicationSubnetGroup, Describe…s, Modify…, Delete…."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateReplicationSubnetGroup": self._create,
            "DescribeReplicationSubnetGroups": self._describe,
            "ModifyReplicationSubnetGroup": self._modify,
            "DeleteReplicationSubnetGroup": self._delete,
        }

    def _create(self, payload: dict[str, Any]) -> dict[str, Any]:
        name = payload["ReplicationSubnetGroupIdentifier"].lower()
        if not 1 <= len(name) <= LONGEST or name == "default":
            raise invalid_value(f"ReplicationSubnetGroupIdentifier takes 1 to {LONGEST} characters and not 'default'.")
        arn = self._context.arns.named(Kind.SUBNET_GROUP, name)
        if arn in self._store.subnet_groups:
            raise already_exists(f"Replication subnet group {name} already exists.")
        require_room(self._context, "ReplicationSubnetGroups")
        vpc, subnets = self._subnets(payload["SubnetIds"])
        group = SubnetGroup(name, arn, payload["ReplicationSubnetGroupDescription"], vpc, subnets)
        self._store.tags[arn] = read_tags(payload)
        self._store.subnet_groups[arn] = group
        return {"ReplicationSubnetGroup": subnet_group_view(group)}

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The filter name `replication-subnet-group-id` is botocore's text."""
        found = matching(
            self._store.subnet_groups.values(), payload, {"replication-subnet-group-id": lambda group: group.identifier}
        )
        require_match(found, payload, "Subnet Groups")
        return page("ReplicationSubnetGroups", [subnet_group_view(group) for group in found], payload)

    def _modify(self, payload: dict[str, Any]) -> dict[str, Any]:
        group = find_subnet_group(self._context, payload["ReplicationSubnetGroupIdentifier"])
        group.vpc_id, group.subnets = self._subnets(payload["SubnetIds"])
        group.description = payload.get("ReplicationSubnetGroupDescription", group.description)
        return {"ReplicationSubnetGroup": subnet_group_view(group)}

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Refused while something lies in it (assumption; the fault is modelled for this call)."""
        group = find_subnet_group(self._context, payload["ReplicationSubnetGroupIdentifier"])
        if any(instance.subnet_group is group for instance in self._store.instances.values()):
            raise invalid_state(f"Replication subnet group {group.identifier} is used by a replication instance.")
        if any(one.subnet_group == group.identifier for one in self._store.replications.values()):
            raise invalid_state(f"Replication subnet group {group.identifier} is used by a serverless replication.")
        del self._store.subnet_groups[group.arn]
        self._store.tags.pop(group.arn, None)
        return {}

    def _subnets(self, ids: list[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
        """VPC and zoned subnets. dms.md §2: at least two availability zones.

        Without a network to ask, every subnet is taken to lie in a zone of its own (assumption).
        """
        read = self._context.read_subnet
        region = self._context.arns.region
        vpc, zoned = "vpc-0sandbox", []
        require_subnets(self._context, len(set(ids)))
        for number, subnet in enumerate(dict.fromkeys(ids)):
            if read is None:
                zoned.append((subnet, f"{region}{'abcdef'[number % 6]}"))
                continue
            found = read(subnet)
            if found is None:
                raise DmsFault("InvalidSubnet", f"The subnet {subnet} does not exist.")
            vpc, zone = found
            zoned.append((subnet, zone))
        if len({zone for _, zone in zoned}) < LEAST_ZONES:
            raise DmsFault(
                "ReplicationSubnetGroupDoesNotCoverEnoughAZs",
                f"The replication subnet group does not cover at least {LEAST_ZONES} availability zones.",
            )
        return vpc, tuple(zoned)


def find_subnet_group(context: Context, identifier: str) -> SubnetGroup:
    """A group by its name. Raises ResourceNotFoundFault."""
    group = context.store.subnet_groups.get(context.arns.named(Kind.SUBNET_GROUP, identifier.lower()))
    if group is None:
        raise not_found(f"Replication subnet group {identifier} not found.")
    return group


def subnet_group_view(group: SubnetGroup) -> dict[str, Any]:
    """The group as responses show it."""
    return {
        "ReplicationSubnetGroupIdentifier": group.identifier,
        "ReplicationSubnetGroupDescription": group.description,
        "VpcId": group.vpc_id,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {"SubnetIdentifier": subnet, "SubnetAvailabilityZone": {"Name": zone}, "SubnetStatus": "Active"}
            for subnet, zone in group.subnets
        ],
        "SupportedNetworkTypes": ["IPV4"],
    }
