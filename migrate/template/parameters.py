"""Parameter groups of the cluster's own: the default ones cannot be changed, and changing groups costs a reboot."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import Template, rds

from migrate.model.cluster import ClusterSpec

SLOTS = 20
CLUSTER_PARAMETERS = {
    "rds.logical_replication": "1",
    "rds.force_ssl": "1",
    "max_replication_slots": str(SLOTS),
    "max_wal_senders": str(SLOTS),
    "max_logical_replication_workers": "8",
    "timezone": "UTC",
}
"""The way back reads the target's log, and switching that on later would cost a reboot of the writer."""
INSTANCE_PARAMETERS = {"log_min_duration_statement": "1000"}


@dataclass(frozen=True)
class Parameters:
    cluster: rds.DBClusterParameterGroup
    instance: rds.DBParameterGroup


def add(template: Template, spec: ClusterSpec) -> Parameters:
    """What the spec says wins over what stands here."""
    family = f"{spec.engine.value}{spec.version.major}"
    return Parameters(
        template.add_resource(
            rds.DBClusterParameterGroup(
                "ClusterParameters",
                Description="aurora-migrate cluster",
                Family=family,
                Parameters={**CLUSTER_PARAMETERS, **dict(spec.parameters)},
            )
        ),
        template.add_resource(
            rds.DBParameterGroup(
                "InstanceParameters",
                Description="aurora-migrate instance",
                Family=family,
                Parameters=dict(INSTANCE_PARAMETERS),
            )
        ),
    )
