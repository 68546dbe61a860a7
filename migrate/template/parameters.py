"""Parameter groups of the cluster's own: the default ones cannot be changed, and changing groups costs a reboot."""

from __future__ import annotations

from troposphere import Ref, Template, rds

from migrate.model.cluster import ClusterSpec
from migrate.template.flavor import FLAVORS, family


def add(template: Template, spec: ClusterSpec) -> tuple[object, object]:
    """References to the cluster's group and the instances'. What the spec says wins over what stands here."""
    flavor, group_family = FLAVORS[spec.engine], family(spec.engine, spec.version)
    cluster = rds.DBClusterParameterGroup(
        "ClusterParameters",
        Description="aurora-migrate cluster",
        Family=group_family,
        Parameters={**flavor.cluster_parameters, **dict(spec.parameters)},
    )
    instance = rds.DBParameterGroup(
        "InstanceParameters",
        Description="aurora-migrate instance",
        Family=group_family,
        Parameters=dict(flavor.instance_parameters),
    )
    return Ref(template.add_resource(cluster)), Ref(template.add_resource(instance))
