"""Replication instances (dms.md §2 step 2, §4.1)."""

from __future__ import annotations

import re
import time
from typing import Any

from migrate.sandbox.dms.arns import Kind
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.event_log import Happening
from migrate.sandbox.dms.faults import already_exists, invalid_combination, invalid_state, invalid_value
from migrate.sandbox.dms.identifiers import identifier
from migrate.sandbox.dms.offers import ENGINE_VERSIONS
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.quotas import require_room
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import Instance
from migrate.sandbox.dms.subnet_groups import find_subnet_group, subnet_group_view
from migrate.sandbox.dms.tags import read_tags

CLASS = re.compile(r"dms\.[a-z][a-z0-9]*\.[a-z0-9]+")
FULL = "storage-full"
STORAGE_GB = range(5, 6145)
DEFAULT_STORAGE_GB = 50
MODIFIABLE = (
    "AllocatedStorage",
    "ReplicationInstanceClass",
    "VpcSecurityGroupIds",
    "PreferredMaintenanceWindow",
    "MultiAZ",
    "EngineVersion",
    "AutoMinorVersionUpgrade",
    "NetworkType",
)


class Instances:
    """CreateReplicationInstance, Describe…s, Modify…, Delete…."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        context.conditions.listen(self._conditions_changed)

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateReplicationInstance": self._create,
            "DescribeReplicationInstances": self._describe,
            "ModifyReplicationInstance": self._modify,
            "DeleteReplicationInstance": self._delete,
        }

    def _create(self, payload: dict[str, Any]) -> dict[str, Any]:
        name = identifier("ReplicationInstanceIdentifier", payload["ReplicationInstanceIdentifier"], 63)
        if any(other.identifier == name for other in self._store.instances.values()):
            raise already_exists(f"Replication instance {name} already exists.")
        _check(payload)
        require_room(self._context, "ReplicationInstances")
        require_room(self._context, "AllocatedStorage", payload.get("AllocatedStorage", DEFAULT_STORAGE_GB))
        group_name = payload.get("ReplicationSubnetGroupIdentifier")
        group = find_subnet_group(self._context, group_name) if group_name else None
        tags = read_tags(payload)
        arn = self._context.arns.new(Kind.INSTANCE, payload.get("ResourceIdentifier"))
        if arn in self._store.instances:
            raise already_exists(f"The resource identifier of {arn} is in use.")
        instance = Instance(name, arn, "creating", time.time(), dict(payload), group)
        self._store.instances[arn] = instance
        self._store.tags[arn] = tags
        self._context.later(lambda: self._created(instance))
        return {"ReplicationInstance": self._view(instance)}

    def _created(self, instance: Instance) -> None:
        instance.status = "available"
        self._context.events.add(
            Happening.INSTANCE_CREATED, instance.identifier, instance.arn, "Replication instance created."
        )

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        found = matching(
            self._store.instances.values(),
            payload,
            {
                "replication-instance-arn": lambda one: one.arn,
                "replication-instance-id": lambda one: one.identifier,
                "replication-instance-class": lambda one: one.instance_class,
                "engine-version": lambda one: str(one.definition.get("EngineVersion", ENGINE_VERSIONS[0])),
            },
        )
        require_match(found, payload, "Replication Instances")
        return page("ReplicationInstances", [self._view(one) for one in found], payload)

    def _modify(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Applied at once whatever ApplyImmediately says (not modelled: PendingModifiedValues, nor that tasks which run
        are interrupted). That storage cannot shrink is an assumption."""
        instance = self._store.instance(payload["ReplicationInstanceArn"])
        if instance.status not in ("available", FULL):
            raise invalid_state(f"The replication instance is {instance.status}.")
        changes = {name: payload[name] for name in MODIFIABLE if name in payload}
        _check({**instance.definition, **changes})
        storage = instance.definition.get("AllocatedStorage", DEFAULT_STORAGE_GB)
        if changes.get("AllocatedStorage", storage) < storage:
            raise invalid_value("AllocatedStorage cannot be reduced.")
        if "ReplicationInstanceIdentifier" in payload:
            name = identifier("ReplicationInstanceIdentifier", payload["ReplicationInstanceIdentifier"], 63)
            if any(other.identifier == name for other in self._store.instances.values() if other is not instance):
                raise already_exists(f"Replication instance {name} already exists.")
            instance.identifier = name
        instance.definition.update(changes)
        grown, instance.status = instance.status == FULL and "AllocatedStorage" in changes, "modifying"
        self._context.later(lambda: self._modified(instance, grown=grown))
        return {"ReplicationInstance": self._view(instance)}

    def _modified(self, instance: Instance, *, grown: bool) -> None:
        """More storage ends a full disk (assumption); any other change leaves it as it was."""
        conditions = self._context.conditions
        if grown:
            conditions.fill_disk(False)
        instance.status = FULL if conditions.disk_full else "available"

    def _conditions_changed(self) -> None:
        """dms.md §4.1: `storage-full`, and §16: the event of it."""
        full = self._context.conditions.disk_full
        with self._store.lock:
            for instance in self._store.instances.values():
                if full and instance.status == "available":
                    instance.status = FULL
                    self._context.events.add(
                        Happening.INSTANCE_LOW_STORAGE, instance.identifier, instance.arn, "Free storage is used up."
                    )
                elif not full and instance.status == FULL:
                    instance.status = "available"

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """dms.md §2 step 13 and §19 item 4: tasks go first."""
        instance = self._store.instance(payload["ReplicationInstanceArn"])
        if self._store.tasks_of_instance(instance.arn):
            raise invalid_state(f"Replication instance {instance.identifier} has replication tasks; delete them first.")
        if instance.status in ("creating", "modifying", "deleting"):
            raise invalid_state(f"The replication instance is {instance.status}.")
        instance.status = "deleting"
        self._context.later(lambda: self._gone(instance))
        return {"ReplicationInstance": self._view(instance)}

    def _gone(self, instance: Instance) -> None:
        self._store.instances.pop(instance.arn, None)
        self._store.tags.pop(instance.arn, None)
        self._store.forget_connections(instance.arn)
        self._context.events.add(
            Happening.INSTANCE_DELETED, instance.identifier, instance.arn, "Replication instance deleted."
        )

    def _view(self, instance: Instance) -> dict[str, Any]:
        said = instance.definition
        multi = said.get("MultiAZ", False)
        view: dict[str, Any] = {
            "ReplicationInstanceIdentifier": instance.identifier,
            "ReplicationInstanceClass": instance.instance_class,
            "ReplicationInstanceStatus": instance.status,
            "AllocatedStorage": said.get("AllocatedStorage", DEFAULT_STORAGE_GB),
            "VpcSecurityGroups": [
                {"VpcSecurityGroupId": group, "Status": "active"} for group in said.get("VpcSecurityGroupIds", ())
            ],
            "PreferredMaintenanceWindow": said.get("PreferredMaintenanceWindow", "sun:06:00-sun:14:00"),
            "PendingModifiedValues": {},
            "MultiAZ": multi,
            "EngineVersion": said.get("EngineVersion", ENGINE_VERSIONS[0]),
            "AutoMinorVersionUpgrade": said.get("AutoMinorVersionUpgrade", True),
            "KmsKeyId": said.get("KmsKeyId", self._context.arns.key()),
            "ReplicationInstanceArn": instance.arn,
            "PubliclyAccessible": said.get("PubliclyAccessible", True),
            "NetworkType": said.get("NetworkType", "IPV4"),
        }
        if instance.subnet_group is not None:
            view["ReplicationSubnetGroup"] = subnet_group_view(instance.subnet_group)
        if instance.status != "creating":
            region = self._context.arns.region
            view["InstanceCreateTime"] = instance.created
            view["AvailabilityZone"] = said.get("AvailabilityZone", f"{region}a")
            view["ReplicationInstancePrivateIpAddress"] = "127.0.0.1"
            view["ReplicationInstancePrivateIpAddresses"] = ["127.0.0.1"]
            if multi:
                view["SecondaryAvailabilityZone"] = f"{region}b"
        return view


def _check(said: dict[str, Any]) -> None:
    if not CLASS.fullmatch(said["ReplicationInstanceClass"]):
        raise invalid_value(f"Invalid replication instance class: {said['ReplicationInstanceClass']}.")
    if said.get("AllocatedStorage", DEFAULT_STORAGE_GB) not in STORAGE_GB:
        raise invalid_value(f"AllocatedStorage must be between {STORAGE_GB[0]} and {STORAGE_GB[-1]} GB.")
    if said.get("MultiAZ") and "AvailabilityZone" in said:
        raise invalid_combination("AvailabilityZone cannot be given with MultiAZ.")
    if said.get("EngineVersion", ENGINE_VERSIONS[0]) not in ENGINE_VERSIONS:
        raise invalid_value(f"Unknown EngineVersion; known are {', '.join(ENGINE_VERSIONS)}.")
