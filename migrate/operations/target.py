"""From [target] of migration.toml to the cluster that the template renders; the house's own rules are asked first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from checks import aurora
from checks.route import Version
from migrate.errors import UsageError
from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import Autoscaling, Backup, Capacity, CustomEndpoint, Monitoring, Proxy
from migrate.model.subnet import Subnet
from migrate.model.tags import MARK, policy_complaints
from migrate.settings import Settings
from migrate.template.parameters import cluster_parameters

NEEDED = frozenset({"rds.force_ssl", "require_secure_transport", "rds.logical_replication", "binlog_format"})
"""What no target is without: TLS, and the log that the way back reads."""


def cluster_spec(settings: Settings, vpc_id: str, subnet_ids: tuple[str, ...]) -> ClusterSpec:
    """Raises UsageError PRV-020 for an engine version that nobody knows."""
    target = settings.target
    version = Version.parse(target.version)
    if not target.cluster:
        _known(settings, version)
    return ClusterSpec(
        stack=target.stack,
        engine=target.engine,
        version=version,
        database=target.database,
        master_username=target.master_username,
        instance_class=target.instance_class,
        readers=target.readers,
        port=target.port,
        subnet_ids=subnet_ids,
        vpc_id=vpc_id,
        backup_retention_days=target.backup_retention_days,
        deletion_protection=target.deletion_protection,
        parameters=tuple(sorted(target.parameters.items())),
        tags=((MARK, settings.migration.name), *sorted(target.tags.items())),
        kms_key_arn=target.kms_key_arn,
        storage=target.storage,
        extended_support=target.extended_support,
        client_groups=tuple(
            sorted({*target.client_security_groups, *settings.replication.security_group_ids}),
        ),
        secrets=target.secrets,
        vpc_endpoints=target.vpc_endpoints,
        global_identifier=target.global_identifier,
        dms_instance=f"aurora-migrate-{settings.migration.name}",
        capacity=Capacity(**dict(target.capacity)),
        backup=Backup(**dict(target.backup)),
        monitoring=Monitoring(**dict(target.monitoring)),
        proxy=Proxy(**dict(target.proxy)) if target.proxy else None,
        autoscaling=Autoscaling(**dict(target.autoscaling)) if target.autoscaling else None,
        custom_endpoint=CustomEndpoint(**dict(target.custom_endpoint)) if target.custom_endpoint else None,
    )


def wanted_parameters(settings: Settings, spec: ClusterSpec) -> dict[str, str]:
    """What the cluster's group must say. Of one that was there before: what migration.toml names, TLS and the log."""
    wanted = cluster_parameters(spec)
    if not settings.target.cluster:
        return wanted
    return {name: value for name, value in wanted.items() if name in {*NEEDED, *settings.target.parameters}}


def obey_policy(settings: Settings, *, stand_in: bool) -> None:
    """Raises UsageError PRV-021 for a tag that lacks or a name that does not follow from the tags.

    A rehearsal against a stand-in on this machine may leave all tags out: nothing there is billed or owned.
    """
    target = settings.target
    if stand_in and not target.tags:
        return
    if found := policy_complaints(target.stack, target.tags, target.required_tags, target.naming):
        raise UsageError(
            f"the target does not follow the policy of tags and names: {'; '.join(found)}",
            code="PRV-021",
            hint="Fill in [target.tags] and `stack`, or change required_tags and naming under [target].",
        )


def fit_network(settings: Settings, vpc_id: str, subnets: Sequence[Subnet]) -> None:
    """Raises UsageError PRV-022, -023, -024: one zone only, a public subnet, a subnet of another VPC."""
    if strays := [one.id for one in subnets if one.vpc_id != vpc_id]:
        raise UsageError(
            f"{', '.join(strays)} lies in another VPC than {vpc_id}",
            code="PRV-024",
            hint="Name subnets of that VPC under [target].",
        )
    zones = sorted({one.zone for one in subnets})
    if len(zones) < 2:
        raise UsageError(
            f"all subnets of the target lie in {zones[0]}: a failure of that zone would end the database",
            code="PRV-022",
            hint="Name subnets in at least two availability zones under [target]; three are better.",
        )
    public = [one.id for one in subnets if one.public]
    if public and not settings.target.allow_public_subnets:
        raise UsageError(
            f"{', '.join(public)} can be reached from the internet: a route leads to an internet gateway",
            code="PRV-023",
            hint="Name private subnets under [target], or accept it there with allow_public_subnets = true.",
        )


def fit_offer(settings: Settings, offered: Collection[str], subnets: Sequence[Subnet]) -> None:
    """Raises UsageError PRV-025, -026: a class that the engine version refuses here, or has in one zone only.

    `offered` are the zones in which RDS sells it.
    """
    target = settings.target
    if not offered:
        raise UsageError(
            f"{target.instance_class} is not offered for {target.engine.value} {target.version} "
            f"in {settings.aws.region}",
            code="PRV-025",
            hint="Name another instance_class or version under [target]; those that are offered: aws rds "
            f"describe-orderable-db-instance-options --engine {target.engine.value} --query "
            "'OrderableDBInstanceOptions[].[EngineVersion,DBInstanceClass]' --output text",
        )
    zones = {one.zone for one in subnets}
    if len(zones & set(offered)) < min(2, 1 + target.readers):
        raise UsageError(
            f"{target.instance_class} is offered in {', '.join(sorted(offered))}, the target's subnets lie in "
            f"{', '.join(sorted(zones))}",
            code="PRV-026",
            hint="Name subnets in zones that have this class, or another instance_class, under [target].",
        )


def fit_support(settings: Settings, ends: date | None, today: date) -> None:
    """Raises UsageError PRV-027 for a version past its standard support, which RDS makes for Extended Support alone."""
    target = settings.target
    if ends is None or today <= ends or target.extended_support:
        return
    raise UsageError(
        f"standard support of {target.engine.value} {target.version} ended on {ends}",
        code="PRV-027",
        hint="Name a newer version under [target], or accept what Extended Support costs: extended_support = true.",
    )


def _known(settings: Settings, version: Version) -> None:
    target = settings.target
    if not aurora.is_accepted(target.engine, version):
        newest = ", ".join(aurora.versions(target.engine)[-3:])
        raise UsageError(
            f"{target.engine.value} has no version {target.version}, or it is past support "
            f"({aurora.versions_source()})",
            code="PRV-020",
            hint=f"Name another under [target]. The newest known are {newest}.",
        )
