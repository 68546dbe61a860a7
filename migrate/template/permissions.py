"""What each person or program of a migration may do, as IAM policies: no more than the stages call.

Derived from the calls that the stages make, and from what CloudFormation calls for them; it is no policy of AWS's.
Rights over resources hold only when CloudFormation uses them (aws:CalledVia), so that nobody makes or deletes a cluster
beside the stack. A creation that fails is rolled back by deleting: the provisioner's rights hold what that takes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from troposphere import Sub, Template, iam

from migrate.model.cluster import ClusterSpec
from migrate.template.policy import policy, trust

LIMIT = 6144
"""Characters of a managed policy, white space not counted."""
VIA_CLOUDFORMATION = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}


@dataclass(frozen=True)
class Place:
    """Where the policies hold."""

    partition: str
    region: str
    account: str
    migration: str
    application_secret: str
    """Name of the secret that the switch moves."""

    def arn(self, service: str, path: str, *, regional: bool = True) -> str:
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account}:{path}"


def files(spec: ClusterSpec, place: Place) -> dict[str, str]:
    """File name to JSON text: the policies, and a template of the two roles that DMS itself needs."""
    return {
        "provisioner.json": _text(provisioner(spec, place)),
        "provisioner-resources.json": _text(resources(spec, place)),
        "teardown.json": _text(teardown(spec, place)),
        "migrator.json": _text(migrator(spec, place)),
        "auditor.json": _text(auditor(place)),
        "dms-service-roles.json": dms_service_roles(),
    }


def provisioner(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """`provision plan`, `apply`, `status`: change sets of one stack, and what they make."""
    stacks = [
        place.arn("cloudformation", f"stack/{spec.stack}/*"),
        place.arn("cloudformation", "changeSet/aurora-migrate-*/*"),
    ]
    return policy(
        _allow(
            "Stack",
            "cloudformation:CreateChangeSet cloudformation:DescribeChangeSet cloudformation:ExecuteChangeSet"
            " cloudformation:DeleteChangeSet cloudformation:ListChangeSets cloudformation:DescribeStacks"
            " cloudformation:DescribeStackEvents cloudformation:DescribeStackResources cloudformation:GetTemplate",
            stacks,
        ),
        _allow(
            "Look",
            "rds:Describe* rds:ListTagsForResource ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeRouteTables"
            " ec2:DescribeSecurityGroups ec2:DescribeAvailabilityZones kms:DescribeKey sts:GetCallerIdentity",
            ["*"],
        ),
        {
            "Sid": "PassRoles",
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": place.arn("iam", f"role/{spec.stack}-*", regional=False),
            "Condition": {
                "StringEquals": {
                    "iam:PassedToService": [
                        "monitoring.rds.amazonaws.com",
                        "rds.amazonaws.com",
                        "backup.amazonaws.com",
                    ]
                }
            },
        },
        {
            "Sid": "ServiceLinkedRole",
            "Effect": "Allow",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:AWSServiceName": "rds.amazonaws.com"}},
        },
    )


def teardown(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """`provision destroy`, to be held beside the provisioner's by whoever may end the database, for as long as that."""
    stack = place.arn("cloudformation", f"stack/{spec.stack}/*")
    return policy(
        _allow("End", "cloudformation:DeleteStack", [stack]),
        _allow("Snapshots", "rds:DescribeDBClusterSnapshots", ["*"]),
    )


def migrator(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """`replicate`, `validate`, `cutover`, `rollback`: DMS's tasks, the secrets that are named after the migration, and
    the master's, by its tag."""
    name = place.migration
    own = [place.arn("dms", f"{kind}:*") for kind in ("rep", "subgrp", "endpoint", "task", "cert")]
    return policy(
        _allow(
            "Dms",
            "dms:CreateReplicationInstance dms:DeleteReplicationInstance dms:CreateReplicationSubnetGroup"
            " dms:DeleteReplicationSubnetGroup dms:CreateEndpoint dms:ModifyEndpoint dms:DeleteEndpoint"
            " dms:CreateReplicationTask dms:ModifyReplicationTask dms:DeleteReplicationTask dms:StartReplicationTask"
            " dms:StopReplicationTask dms:ReloadTables dms:TestConnection dms:DeleteConnection dms:AddTagsToResource"
            " dms:ListTagsForResource dms:DeleteCertificate",
            own,
        ),
        _allow("Unnamed", "dms:ImportCertificate secretsmanager:ListSecrets", ["*"]),
        _allow(
            "Look",
            "dms:Describe* rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeDBClusterSnapshots"
            " rds:DescribeDBSubnetGroups ec2:DescribeVpcAttribute ec2:DescribeRouteTables ec2:DescribeNetworkAcls"
            " ec2:DescribeNetworkInterfaces"
            " cloudformation:DescribeStacks ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeSecurityGroups"
            " ec2:DescribeAvailabilityZones ec2:DescribeInternetGateways cloudwatch:GetMetricData"
            " cloudwatch:GetMetricStatistics sts:GetCallerIdentity",
            ["*"],
        ),
        _allow(
            "OwnSecrets",
            "secretsmanager:CreateSecret secretsmanager:PutSecretValue secretsmanager:UpdateSecret"
            " secretsmanager:UpdateSecretVersionStage secretsmanager:DescribeSecret secretsmanager:GetSecretValue"
            " secretsmanager:ListSecretVersionIds secretsmanager:DeleteSecret secretsmanager:TagResource",
            [
                place.arn("secretsmanager", f"secret:{one}")
                for one in (f"{name}/*", f"{spec.stack}/*", f"{place.application_secret}-??????")
            ],
        ),
        {
            **_allow("MasterSecret", "secretsmanager:GetSecretValue", [place.arn("secretsmanager", "secret:rds!*")]),
            "Condition": {
                "StringEquals": {
                    "aws:ResourceTag/aws:rds:primaryDBClusterArn": place.arn("rds", f"cluster:{spec.stack}")
                }
            },
        },
        _allow(
            "Snapshot",
            "rds:CreateDBClusterSnapshot",
            [place.arn("rds", f"cluster:{spec.stack}"), place.arn("rds", f"cluster-snapshot:{spec.stack}-*")],
        ),
        {
            "Sid": "PassRoles",
            "Effect": "Allow",
            "Action": ["iam:GetRole", "iam:PassRole"],
            "Resource": place.arn("iam", "role/*dms*", regional=False),
            "Condition": {"StringLikeIfExists": {"iam:PassedToService": ["dms.amazonaws.com", "dms.*.amazonaws.com"]}},
        },
    )


def auditor(place: Place) -> dict[str, object]:
    """Looks at everything, at no row: database logs, logins and secrets are denied whatever else is granted."""
    return policy(
        _allow(
            "Look",
            "rds:Describe* rds:ListTagsForResource dms:Describe* dms:ListTagsForResource cloudformation:Describe*"
            " cloudformation:GetTemplate cloudformation:List* cloudformation:DetectStackDrift cloudwatch:Describe*"
            " cloudwatch:GetMetricData cloudwatch:ListMetrics logs:DescribeLogGroups ec2:DescribeVpcs"
            " ec2:DescribeSubnets ec2:DescribeRouteTables ec2:DescribeSecurityGroups kms:DescribeKey"
            " kms:GetKeyRotationStatus iam:GetRole sns:GetTopicAttributes",
            ["*"],
        ),
        _allow("TaskLogs", "logs:FilterLogEvents", [place.arn("logs", "log-group:dms-tasks-*")]),
        {
            "Sid": "NoRows",
            "Effect": "Deny",
            "Action": [
                "secretsmanager:GetSecretValue",
                "rds-db:connect",
                "rds:DownloadDBLogFilePortion",
                "rds:DownloadCompleteDBLogFile",
                "kms:Decrypt",
            ],
            "Resource": "*",
        },
    )


def dms_service_roles() -> str:
    """A template of the two roles that DMS looks for by their names, once an account."""
    template = Template(Description="Roles that AWS DMS looks for by name; one of each an account")
    for title, name, managed in (
        ("VpcRole", "dms-vpc-role", "AmazonDMSVPCManagementRole"),
        ("LogsRole", "dms-cloudwatch-logs-role", "AmazonDMSCloudWatchLogsRole"),
    ):
        template.add_resource(
            iam.Role(
                title,
                RoleName=name,
                AssumeRolePolicyDocument=trust("dms.amazonaws.com"),
                ManagedPolicyArns=[Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/service-role/{managed}")],
            )
        )
    text: str = template.to_json(indent=2, sort_keys=True)
    return text


def resources(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """The provisioner's second policy: what CloudFormation does with its rights, and nobody without it."""
    named = [
        place.arn("rds", f"{kind}:{spec.stack}*")
        for kind in ("cluster", "db", "cluster-pg", "pg", "subgrp", "es", "cluster-snapshot", "cluster-endpoint")
    ]
    grants: tuple[tuple[str, str, list[str]], ...] = (
        (
            "Rds",
            "rds:CreateDB* rds:ModifyDB* rds:DeleteDB* rds:RebootDBInstance rds:ResetDB* rds:CreateEventSubscription"
            " rds:ModifyEventSubscription rds:DeleteEventSubscription rds:AddTagsToResource"
            " rds:RemoveTagsFromResource",
            [*named, place.arn("rds", "db-proxy:*"), place.arn("rds", "target-group:*")],
        ),
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
            " kms:TagResource kms:ScheduleKeyDeletion kms:CreateGrant kms:Decrypt kms:GenerateDataKey*",
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
    through = ({**_allow(sid, actions, where), "Condition": VIA_CLOUDFORMATION} for sid, actions, where in grants)
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


def _allow(sid: str, actions: str, resources: list[str]) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions.split()), "Resource": resources}


def _text(document: dict[str, object]) -> str:
    return json.dumps(document, indent=2)
