"""What a restore drill calls, in a policy of its own: who drills may make a cluster beside the stack, and end it."""

from __future__ import annotations

from migrate.model.cluster import ClusterSpec
from migrate.model.drill import RESTORE_MARK, restored_names
from migrate.template.policy import Place, allow, policy


def restore_drill(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """`drill restore`, to be held beside the migrator's. What is deleted must carry the drill's name and mark.

    Of snapshots those whose names begin with the cluster's, as the cutover's and RDS's own do: another name's may be
    that of any cluster of the account.
    """
    made = [place.arn("rds", f"{kind}:{restored_names(spec.stack)}*") for kind in ("cluster", "db")]
    snapshots = [place.arn("rds", f"cluster-snapshot:{by}{spec.stack}-*") for by in ("", "rds:")]
    groups = [place.arn("rds", f"{kind}:*") for kind in ("cluster-pg", "pg", "og", "subgrp")]
    return policy(
        allow(
            "Restore",
            "rds:RestoreDBClusterToPointInTime rds:RestoreDBClusterFromSnapshot rds:CreateDBInstance"
            " rds:AddTagsToResource",
            [place.arn("rds", f"cluster:{spec.stack}"), *snapshots, *made, *groups],
        ),
        {
            **allow("DeleteWhatADrillMade", "rds:DeleteDBCluster rds:DeleteDBInstance", made),
            "Condition": {"StringEquals": {f"aws:ResourceTag/{RESTORE_MARK}": place.migration}},
        },
        {
            **allow("KeyOfTheCluster", "kms:CreateGrant kms:DescribeKey", [place.arn("kms", "key/*")]),
            "Condition": {"StringEquals": {"kms:ViaService": f"rds.{place.region}.amazonaws.com"}},
        },
    )
