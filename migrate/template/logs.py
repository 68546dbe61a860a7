"""Log groups, made before the cluster: groups that Aurora makes by itself keep everything for ever, without a key."""

from __future__ import annotations

from troposphere import Template
from troposphere import logs as aws

from migrate.model.cluster import ClusterSpec
from migrate.template.flavor import FLAVORS
from migrate.template.keys import KEEP


def add(template: Template, spec: ClusterSpec, key: object) -> tuple[str, ...]:
    """The groups' logical ids. Retention and key hold from the first line on."""
    titles = []
    for name in FLAVORS[spec.engine].logs:
        group = aws.LogGroup(
            f"{name.capitalize()}Log",
            DeletionPolicy=KEEP,
            UpdateReplacePolicy="Retain",
            LogGroupName=f"/aws/rds/cluster/{spec.stack}/{name}",
            RetentionInDays=spec.monitoring.log_days,
            KmsKeyId=key,
        )
        titles.append(template.add_resource(group).title)
    return tuple(titles)
