"""What a change set would destroy. CloudFormation replaces a cluster by a new, empty one without asking."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.errors import SaysNo
from migrate.model.cluster import ChangeSet, ResourceChange
from migrate.model.tags import MARK
from migrate.stages.provision.world import ProvisionWorld

UNBORN = frozenset({None, "DELETE_COMPLETE", "REVIEW_IN_PROGRESS"})
"""No stack, or one that has only ever had a change set."""
HOLDING = frozenset(
    {
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBClusterParameterGroup",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::KMS::Key",
        "AWS::RDS::GlobalCluster",
        "AWS::SecretsManager::Secret",
        "AWS::Backup::BackupVault",
    }
)
"""They hold data, or what holds data cannot live without them."""
DESTROY = "destroy what holds data"


def review(world: ProvisionWorld, template: str | None = None) -> ChangeSet:
    """Make the change set and look at it; nothing is executed. `template` other than the request's is for a creation.

    Raises SaysNo(PRV-010) naming what it would remove or replace, SaysNo(PRV-012) for somebody else's stack, AwsError
    when CloudFormation refuses it.
    """
    request = world.request
    require_ours(world)
    tags = dict(request.spec.tags)
    change_set = world.stacks.change_set(request.spec.stack, template or request.template, {}, tags)
    refuse(change_set.changes, request.permitted)
    return change_set


def require_ours(world: ProvisionWorld) -> None:
    """Raises SaysNo(PRV-012) when a stack of this name stands that was not made for this migration."""
    stack, ours = world.request.spec.stack, dict(world.request.spec.tags).get(MARK)
    tags = world.stacks.tags(stack)
    theirs = None if tags is None else tags.get(MARK)
    if tags is not None and theirs != ours:
        whose = f"belongs to migration {theirs}" if theirs else "was not made by this program"
        raise SaysNo(
            f"there is a stack {stack} already, and it {whose}",
            code="PRV-012",
            hint="Choose another `stack` under [target], or another name under [migration] if it is this one's.",
        )


def refuse(changes: Iterable[ResourceChange], permitted: Iterable[str]) -> None:
    """Raises SaysNo unless everything that would go was named."""
    allowed = set(permitted)
    lost = [change for change in changes if _destroys(change) and change.logical_id not in allowed]
    if lost:
        what = ", ".join(f"{one.logical_id} ({one.type}: {_fate(one)})" for one in lost)
        ends = "cut off whoever is connected there, and lose no row" if all(map(_reader, lost)) else DESTROY
        raise SaysNo(
            f"the change would {ends}: {what}",
            code="PRV-010",
            hint="Nothing was changed. Take the setting back, or permit it by name: "
            + " ".join(f"--replace {one.logical_id}" for one in lost),
        )


def _destroys(change: ResourceChange) -> bool:
    return change.type in HOLDING and (change.action == "Remove" or change.replacement in ("True", "Conditional"))


def _reader(change: ResourceChange) -> bool:
    """Readers share the cluster's storage; where a failover made one the writer, another takes its place."""
    return change.type == "AWS::RDS::DBInstance" and change.logical_id.startswith("Reader")


def _fate(change: ResourceChange) -> str:
    if change.action == "Remove":
        return "removed"
    return "replaced" if change.replacement == "True" else "perhaps replaced"
