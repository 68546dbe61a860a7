"""Puts the parts together."""

from __future__ import annotations

from troposphere import Template

from migrate.errors import UsageError
from migrate.model.cluster import ClusterSpec
from migrate.template import (
    alarms,
    autoscaling,
    backup,
    cluster,
    endpoints,
    instances,
    keys,
    logs,
    network,
    notices,
    parameters,
    proxy,
    roles,
    secrets,
)

LIMIT = 51200
"""Bytes of a TemplateBody that CloudFormation takes."""


def render(spec: ClusterSpec) -> str:
    """The template as JSON. Raises UsageError for too large a template."""
    return _text(_build(spec))


def _build(spec: ClusterSpec) -> Template:
    template = Template(Description=f"Aurora cluster of aurora-migrate: {spec.stack}")
    key = keys.add(template, spec)
    reach = network.add(template, spec)
    own_secrets = secrets.add(template, spec, key)
    cluster_parameters, instance_parameters = parameters.add(template, spec)
    monitoring_role = roles.add_monitoring(template)
    parts = cluster.Parts(
        key=key,
        logs=logs.add(template, spec, key),
        monitoring_role=monitoring_role,
        subnet_group=reach.subnet_group,
        cluster_group=reach.cluster_group,
        parameters=cluster_parameters,
    )
    cluster.add(template, spec, parts)
    instances.add(template, spec, instance_parameters, monitoring_role)
    secrets.attach(template, spec)
    topic = notices.add_topic(template, spec, key)
    notices.add_events(template, spec, topic)
    alarms.add(template, spec, topic)
    if spec.proxy:
        proxy.add(template, spec, spec.proxy, reach, own_secrets, key)
    if spec.autoscaling:
        autoscaling.add(template, spec.autoscaling)
    if spec.backup.plan_days:
        backup.add(template, spec, key)
    if spec.custom_endpoint:
        endpoints.add_custom(template, spec.custom_endpoint)
    if spec.vpc_endpoints:
        endpoints.add_private(template, spec, reach)
    return template


def render_yaml(spec: ClusterSpec) -> str:
    """The same for people to read. No limit: whoever deploys it may put it into a bucket."""
    text: str = _build(spec).to_yaml(clean_up=True)
    return text


def _text(template: Template) -> str:
    text: str = template.to_json(indent=None, sort_keys=True, separators=(",", ":"))
    if len(text.encode()) > LIMIT:
        raise UsageError(
            f"the template has {len(text.encode())} bytes, CloudFormation takes {LIMIT}",
            code="PRV-002",
            hint="Use fewer parameters or tags.",
        )
    return text
