"""Configurations of serverless replications: create, describe, modify, delete (dms.md §3 steps 5 and 10)."""

from __future__ import annotations

import time
from typing import Any

from migrate.sandbox.dms.arns import Kind
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.faults import already_exists, invalid_combination, invalid_state
from migrate.sandbox.dms.identifiers import identifier
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import Endpoint
from migrate.sandbox.dms.serverless.compute import checked_compute
from migrate.sandbox.dms.serverless.replication import READY, STANDING, Replication
from migrate.sandbox.dms.serverless.views import config_view
from migrate.sandbox.dms.table_mappings import read_mappings
from migrate.sandbox.dms.tags import read_tags
from migrate.sandbox.dms.task_settings import changed, complete

FILTERS = {"replication-config-arn": lambda one: one.arn, "replication-config-id": lambda one: one.identifier}


class ReplicationConfigs:
    """CreateReplicationConfig, DescribeReplicationConfigs, ModifyReplicationConfig, DeleteReplicationConfig."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateReplicationConfig": self._create,
            "DescribeReplicationConfigs": self._describe,
            "ModifyReplicationConfig": self._modify,
            "DeleteReplicationConfig": self._delete,
        }

    def _create(self, payload: dict[str, Any]) -> dict[str, Any]:
        name = self._free_name(payload["ReplicationConfigIdentifier"])
        source = self._side(payload["SourceEndpointArn"], "source")
        target = self._side(payload["TargetEndpointArn"], "target")
        compute = checked_compute(self._context, payload["ComputeConfig"])
        read_mappings(payload["TableMappings"])
        settings = complete(payload.get("ReplicationSettings"), payload["ReplicationType"])
        tags = read_tags(payload)
        arn = self._context.arns.new(Kind.REPLICATION_CONFIG, payload.get("ResourceIdentifier"))
        if arn in self._store.replications:
            raise already_exists(f"The resource identifier of {arn} is in use.")
        now = time.time()
        made = Replication(
            identifier=name,
            arn=arn,
            source_arn=source.arn,
            target_arn=target.arn,
            migration_type=payload["ReplicationType"],
            mappings=payload["TableMappings"],
            settings=settings,
            status="created",
            created=now,
            updated=now,
            compute=compute,
            supplemental=payload.get("SupplementalSettings"),
        )
        self._store.replications[arn] = made
        self._store.tags[arn] = tags
        self._context.later(lambda: _settle(made))
        return {"ReplicationConfig": config_view(made)}

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The filter names are those of DescribeReplications (assumption: the model names none here)."""
        found = matching(self._store.replications.values(), payload, FILTERS)
        require_match(found, payload, "Replication Configs")
        return page("ReplicationConfigs", [config_view(one) for one in found], payload)

    def _modify(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Only in CREATED, STOPPED or FAILED (dms.md §3, limits)."""
        one = self._standing(payload["ReplicationConfigArn"], "modified")
        if "ReplicationConfigIdentifier" in payload:
            wanted = payload["ReplicationConfigIdentifier"]
            one.identifier = one.identifier if wanted.lower() == one.identifier else self._free_name(wanted)
        if "TableMappings" in payload:
            read_mappings(payload["TableMappings"])
            one.mappings = payload["TableMappings"]
        if "ComputeConfig" in payload:
            one.compute = checked_compute(self._context, {**one.compute, **payload["ComputeConfig"]})
        one.migration_type = payload.get("ReplicationType", one.migration_type)
        if "ReplicationSettings" in payload:
            one.settings = changed(one.settings, payload["ReplicationSettings"], one.migration_type)
        for member, side in (("SourceEndpointArn", "source"), ("TargetEndpointArn", "target")):
            if member in payload:
                setattr(one, f"{side}_arn", self._side(payload[member], side).arn)
        one.supplemental = payload.get("SupplementalSettings", one.supplemental)
        one.updated = time.time()
        return {"ReplicationConfig": config_view(one)}

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Deprovisions, and is refused while running or starting (dms.md §3 step 10).

        The guide allows it only from STOPPED or FAILED; that one never started may go too is an assumption. No literal
        of dms.md §3 says `deleting`: the status stays what it was until the configuration is gone.
        """
        one = self._standing(payload["ReplicationConfigArn"], "deleted")
        one.deleting = True
        self._context.later(lambda: self._gone(one))
        return {"ReplicationConfig": config_view(one)}

    def _gone(self, one: Replication) -> None:
        self._store.replications.pop(one.arn, None)
        self._store.tags.pop(one.arn, None)

    def _standing(self, arn: str, done: str) -> Replication:
        one = self._store.replication(arn)
        if one.status not in STANDING or one.deleting:
            status = "being deleted" if one.deleting else one.status
            raise invalid_state(f"Replication config {one.identifier} cannot be {done} while it is {status}.")
        return one

    def _free_name(self, wanted: str) -> str:
        name = identifier("ReplicationConfigIdentifier", wanted, 255)
        if any(other.identifier == name for other in self._store.replications.values()):
            raise already_exists(f"Replication config {name} already exists.")
        return name

    def _side(self, arn: str, side: str) -> Endpoint:
        endpoint = self._store.endpoint(arn)
        if endpoint.type != side:
            raise invalid_combination(f"Endpoint {endpoint.identifier} is not a {side} endpoint.")
        if endpoint.status != "active":
            raise invalid_state(f"The endpoint {endpoint.identifier} is {endpoint.status}, not active.")
        return endpoint


def _settle(one: Replication) -> None:
    if one.status in READY:
        one.status = "ready"
