"""Puts the parts together."""

from __future__ import annotations

from troposphere import Template

from migrate.errors import UsageError
from migrate.model.cluster import ClusterSpec
from migrate.template import cluster, monitoring, network, parameters

LIMIT = 51200
"""Bytes of a TemplateBody that CloudFormation takes."""


def render(spec: ClusterSpec) -> str:
    """The template as JSON. Raises UsageError for too large a template."""
    template = Template(Description=f"Aurora cluster of aurora-migrate: {spec.stack}")
    parts = (
        network.add(template, spec),
        parameters.add(template, spec),
        monitoring.add_before(template, spec),
    )
    cluster.add(template, spec, *parts)
    monitoring.add_alarms(template, spec)
    text: str = template.to_json(indent=None, sort_keys=True, separators=(",", ":"))
    if len(text.encode()) > LIMIT:
        raise UsageError(
            f"the template has {len(text.encode())} bytes, CloudFormation takes {LIMIT}",
            code="PRV-002",
            hint="Use fewer parameters or tags.",
        )
    return text
