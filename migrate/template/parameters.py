"""Parameter groups of the cluster's own: the default ones cannot be changed, and changing groups costs a reboot."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import Template, rds

from migrate.model.cluster import ClusterSpec
from migrate.template.flavor import FLAVORS, family


@dataclass(frozen=True)
class Parameters:
    cluster: rds.DBClusterParameterGroup
    instance: rds.DBParameterGroup


def add(template: Template, spec: ClusterSpec) -> Parameters:
    """What the spec says wins over what stands here."""
    flavor, group_family = FLAVORS[spec.engine], family(spec.engine, spec.version)
    return Parameters(
        template.add_resource(
            rds.DBClusterParameterGroup(
                "ClusterParameters",
                Description="aurora-migrate cluster",
                Family=group_family,
                Parameters={**flavor.cluster_parameters, **dict(spec.parameters)},
            )
        ),
        template.add_resource(
            rds.DBParameterGroup(
                "InstanceParameters",
                Description="aurora-migrate instance",
                Family=group_family,
                Parameters=dict(flavor.instance_parameters),
            )
        ),
    )
