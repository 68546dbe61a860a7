"""A sample of a service control policy: who may end, change or share the database, whatever else permits it.

Whoever governs an account or an organizational unit lays it upon that, in AWS Organizations. It grants nothing, and
does not bind the organization's management account.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrate.model.cluster import ClusterSpec
from migrate.model.tags import MARK
from migrate.template.policy import Place, policy

LIMIT = 5120
"""Characters of a service control policy (AWS Organizations, quotas)."""
EXEMPT = "arn:{partition}:iam::*:role/DATABASE-TEARDOWN"
"""The name in capitals is yours to fill in."""
BESIDE_CLOUDFORMATION = {"ForAllValues:StringNotEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
"""True also of a call that came by no other service at all."""


def service_control_policy(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """Changes go through the stack; its end, its snapshots and its key are one role's; nothing is shared by anybody."""
    exempt = {"ArnNotLike": {"aws:PrincipalArn": [EXEMPT.format(partition=place.partition)]}}
    ours = {"StringEquals": {f"aws:ResourceTag/{MARK}": place.migration}}
    return policy(
        _deny(
            "ChangesGoThroughTheStack",
            "rds:DeleteDBCluster rds:DeleteDBInstance rds:ModifyDBCluster rds:ModifyDBInstance"
            " rds:ModifyDBClusterParameterGroup rds:StopDBCluster rds:RemoveTagsFromResource kms:UntagResource",
            {**ours, **BESIDE_CLOUDFORMATION},
        ),
        _deny(
            "TheEndIsOneRoles",
            "cloudformation:DeleteStack",
            exempt,
            place.arn("cloudformation", f"stack/{spec.stack}/*"),
        ),
        _deny("SnapshotsStay", "rds:DeleteDBClusterSnapshot", {**ours, **exempt}),
        _deny("NothingIsShared", "rds:ModifyDBClusterSnapshotAttribute rds:ModifyDBSnapshotAttribute", {}),
        _deny(
            "KeysStay",
            "kms:DisableKey kms:ScheduleKeyDeletion",
            {**ours, **exempt, **BESIDE_CLOUDFORMATION},
        ),
    )


def _deny(sid: str, actions: str, condition: Mapping[str, object], resource: str = "*") -> dict[str, object]:
    statement: dict[str, object] = {
        "Sid": sid, "Effect": "Deny", "Action": sorted(actions.split()), "Resource": resource,
    }  # fmt: skip
    return {**statement, "Condition": condition} if condition else statement
