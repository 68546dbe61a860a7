"""Parameter groups of the cluster's own: the default ones cannot be changed, and changing groups costs a reboot."""

from __future__ import annotations

from troposphere import Ref, Template, rds

from migrate.model.cluster import ClusterSpec
from migrate.template.flavor import FLAVORS, family


def cluster_parameters(spec: ClusterSpec) -> dict[str, str]:
    """What the cluster's group sets. What the spec says wins over what this family needs."""
    return {**FLAVORS[spec.engine].cluster_parameters, **dict(spec.parameters)}


def add(template: Template, spec: ClusterSpec) -> tuple[object, object]:
    """References to the cluster's group and the instances'."""
    flavor, group_family = FLAVORS[spec.engine], family(spec.engine, spec.version)
    cluster = rds.DBClusterParameterGroup(
        "ClusterParameters",
        Description="aurora-migrate cluster",
        Family=group_family,
        Parameters=cluster_parameters(spec),
    )
    instance = rds.DBParameterGroup(
        "InstanceParameters",
        Description="aurora-migrate instance",
        Family=group_family,
        Parameters=dict(flavor.instance_parameters),
    )
    return Ref(template.add_resource(cluster)), Ref(template.add_resource(instance))
