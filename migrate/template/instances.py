"""The writer and its readers. Which of them writes is decided by who is there first, and by failovers after that."""

from __future__ import annotations

from troposphere import Ref, Tag, Template, rds

from migrate.model.cluster import ClusterSpec

LAST_TIER = 15


def titles(spec: ClusterSpec) -> tuple[str, ...]:
    """Logical ids, the one that is made first before the others."""
    return ("Writer", *(f"Reader{number}" for number in range(1, spec.readers + 1)))


def add(template: Template, spec: ClusterSpec, instance_parameters: object, monitoring_role: object) -> None:
    """The readers wait for the first instance, so that it is the one that writes. RDS spreads them over the zones."""
    for number, title in enumerate(titles(spec)):
        after = {} if number == 0 else {"DependsOn": ["Writer"]}
        template.add_resource(
            rds.DBInstance(
                title,
                DBClusterIdentifier=Ref("Cluster"),
                Engine=spec.engine.value,
                DBInstanceClass=spec.instance_class,
                DBParameterGroupName=instance_parameters,
                PubliclyAccessible=False,
                AutoMinorVersionUpgrade=True,
                MonitoringInterval=spec.monitoring.interval_seconds,
                MonitoringRoleArn=monitoring_role,
                PromotionTier=min(number, LAST_TIER),
                Tags=[Tag(key, value) for key, value in spec.tags],
                **after,
            )
        )
