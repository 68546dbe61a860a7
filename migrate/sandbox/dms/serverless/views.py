"""A serverless replication as responses show it: its configuration, and its run."""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms.serverless.replication import Replication
from migrate.sandbox.dms.task_settings import rendered
from migrate.sandbox.dms.task_view import progress_view


def config_view(one: Replication) -> dict[str, Any]:
    """ReplicationConfig of the model."""
    view = {
        "ReplicationConfigIdentifier": one.identifier,
        "ReplicationConfigArn": one.arn,
        "SourceEndpointArn": one.source_arn,
        "TargetEndpointArn": one.target_arn,
        "ReplicationType": one.migration_type,
        "ComputeConfig": one.compute,
        "ReplicationSettings": rendered(one.settings),
        "TableMappings": one.mappings,
        "ReplicationConfigCreateTime": one.created,
        "ReplicationConfigUpdateTime": one.updated,
    }
    return view | ({"SupplementalSettings": one.supplemental} if one.supplemental else {})


def replication_view(one: Replication) -> dict[str, Any]:
    """Replication of the model; FailureMessages is a list, unlike a task's single text (dms.md §3)."""
    view: dict[str, Any] = {
        "ReplicationConfigIdentifier": one.identifier,
        "ReplicationConfigArn": one.arn,
        "SourceEndpointArn": one.source_arn,
        "TargetEndpointArn": one.target_arn,
        "ReplicationType": one.migration_type,
        "Status": one.status,
        "ReplicationCreateTime": one.created,
        "ReplicationUpdateTime": one.updated,
    }
    said = {
        "StopReason": one.stop_reason,
        "FailureMessages": [one.failure] if one.failure else [],
        "StartReplicationType": one.start_type,
        "CdcStopPosition": one.stop_position,
        "RecoveryCheckpoint": one.checkpoint,
        "ReplicationLastStopTime": one.progress.stop,
        "ReplicationDeprovisionTime": one.deprovision_at,
        "ProvisionData": _provision(one),
    }
    view |= {name: value for name, value in said.items() if value}
    return view | ({"ReplicationStats": progress_view(one)} if one.ran_before else {})


def _provision(one: Replication) -> dict[str, Any]:
    if not one.provision_state:
        return {}
    since = {} if one.provisioned is None else {"DateProvisioned": one.provisioned}
    return {"ProvisionState": one.provision_state, "ProvisionedCapacityUnits": one.units, **since}
