"""The provisioner's second policy: what CloudFormation does with a person's rights, and nobody without it."""

from __future__ import annotations

from migrate.model.cluster import ClusterSpec
from migrate.template.policy import Place, allow, policy

VIA_CLOUDFORMATION = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}


def resources(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """The provisioner's second policy: what CloudFormation does with its rights, and nobody without it."""
    named = [
        place.arn("rds", f"{kind}:{spec.stack}*")
        for kind in ("cluster", "db", "cluster-pg", "pg", "subgrp", "es", "cluster-snapshot", "cluster-endpoint")
    ]
    grants: tuple[tuple[str, str, list[str]], ...] = (
        (
            "Rds",
            " ".join(
                f"rds:{verb}{noun}"
                for noun in (
                    *("DBCluster", "DBInstance", "DBClusterParameterGroup", "DBParameterGroup", "DBSubnetGroup"),
                    *("EventSubscription", *(("DBClusterEndpoint",) if spec.custom_endpoint else ())),
                    *(("DBProxy",) if spec.proxy else ()),
                )
                for verb in ("Create", "Modify", "Delete")
            )
            + " rds:ResetDBClusterParameterGroup rds:ResetDBParameterGroup rds:CreateDBClusterSnapshot"
            " rds:RebootDBInstance rds:AddTagsToResource rds:RemoveTagsFromResource"
            + (
                " rds:RegisterDBProxyTargets rds:DeregisterDBProxyTargets rds:ModifyDBProxyTargetGroup"
                if spec.proxy
                else ""
            ),
            [*named, place.arn("rds", "db-proxy:*"), place.arn("rds", "target-group:*")],
        ),
        # CloudFormation reads what it makes, by many calls; to read harms nothing.
        ("Look", "rds:Describe* ec2:Describe*", ["*"]),
        (
            "Ec2",
            "ec2:CreateSecurityGroup ec2:DeleteSecurityGroup ec2:AuthorizeSecurityGroupIngress"
            " ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress ec2:CreateTags ec2:CreateVpcEndpoint"
            " ec2:ModifyVpcEndpoint ec2:DeleteVpcEndpoints",
            [place.arn("ec2", "*")],
        ),
        (
            "Keys",
            "kms:CreateKey kms:PutKeyPolicy kms:EnableKeyRotation kms:GetKeyPolicy kms:GetKeyRotationStatus"
            " kms:TagResource kms:ScheduleKeyDeletion kms:CreateGrant kms:Decrypt kms:GenerateDataKey"
            " kms:GenerateDataKeyWithoutPlaintext",
            ["*"],
        ),
        (
            "Logs",
            "logs:CreateLogGroup logs:DeleteLogGroup logs:PutRetentionPolicy logs:AssociateKmsKey logs:TagResource"
            " logs:DescribeLogGroups",
            [place.arn("logs", f"log-group:/aws/rds/cluster/{spec.stack}/*"), place.arn("logs", "log-group::*")],
        ),
        (
            "Watch",
            "cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:TagResource"
            " sns:CreateTopic sns:DeleteTopic sns:SetTopicAttributes sns:GetTopicAttributes sns:TagResource",
            [place.arn("cloudwatch", f"alarm:{spec.stack}-*"), place.arn("sns", f"{spec.stack}-*")],
        ),
        (
            "Secrets",
            "secretsmanager:CreateSecret secretsmanager:UpdateSecret secretsmanager:DeleteSecret"
            " secretsmanager:DescribeSecret secretsmanager:GetRandomPassword secretsmanager:TagResource"
            " secretsmanager:PutSecretValue secretsmanager:GetSecretValue",
            ["*"],
        ),
        (
            "Roles",
            "iam:CreateRole iam:GetRole iam:DeleteRole iam:AttachRolePolicy iam:DetachRolePolicy iam:PutRolePolicy"
            " iam:DeleteRolePolicy iam:TagRole",
            [place.arn("iam", f"role/{spec.stack}-*", regional=False)],
        ),
    )
    grants += _beside(spec, place)
    through = ({**allow(sid, actions, where), "Condition": VIA_CLOUDFORMATION} for sid, actions, where in grants)
    return policy(*through)


def _beside(spec: ClusterSpec, place: Place) -> tuple[tuple[str, str, list[str]], ...]:
    """What only the options of this target take."""
    found: tuple[tuple[str, str, list[str]], ...] = ()
    if spec.autoscaling:
        scaling = (
            "application-autoscaling:RegisterScalableTarget application-autoscaling:DeregisterScalableTarget"
            " application-autoscaling:PutScalingPolicy application-autoscaling:DeleteScalingPolicy"
            " application-autoscaling:DescribeScalableTargets application-autoscaling:DescribeScalingPolicies"
        )
        found += (("Scaling", scaling, ["*"]),)
    if spec.backup.plan_days:
        vault = (
            "backup:CreateBackupVault backup:DescribeBackupVault backup:CreateBackupPlan backup:UpdateBackupPlan"
            " backup:DeleteBackupPlan backup:GetBackupPlan backup:CreateBackupSelection backup:DeleteBackupSelection"
            " backup:GetBackupSelection backup:TagResource backup-storage:MountCapsule"
        )
        found += (("Backup", vault, ["*"]),)
    if spec.global_identifier:
        world = "rds:CreateGlobalCluster rds:ModifyGlobalCluster rds:RemoveFromGlobalCluster"
        where = [
            place.arn("rds", f"global-cluster:{spec.global_identifier}", regional=False),
            place.arn("rds", f"cluster:{spec.stack}"),
        ]
        found += (("Global", world, where),)
    return found
