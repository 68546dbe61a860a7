"""What each person or program of a migration may do, as IAM policies: no more than the stages call.

Derived from the calls that the stages make, and from what CloudFormation calls for them; it is no policy of AWS's.
Rights over resources hold only when CloudFormation uses them (aws:CalledVia), so that nobody makes or deletes a cluster
beside the stack. A creation that fails is rolled back by deleting: the provisioner's rights hold what that takes.
"""

from __future__ import annotations

import json

from troposphere import Sub, Template, iam

from migrate.model.cluster import ClusterSpec
from migrate.template.guardrail import service_control_policy
from migrate.template.policy import Place, allow, policy, trust
from migrate.template.resource_permissions import resources
from migrate.template.restore_permissions import restore_drill

LIMIT = 6144
"""Characters of a managed policy, white space not counted."""
DESCRIBED = (
    "rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeDBClusterParameters rds:DescribeDBClusterSnapshots"
    " rds:DescribeDBClusterSnapshotAttributes rds:DescribeEventSubscriptions rds:DescribeDBSubnetGroups"
    " rds:DescribePendingMaintenanceActions rds:ListTagsForResource"
)
"""What the toolkit reads of RDS, by exact names: a pattern cannot be told to be complete."""


DMS_ROLES = {
    "dms-vpc-role": "AmazonDMSVPCManagementRole",
    "dms-cloudwatch-logs-role": "AmazonDMSCloudWatchLogsRole",
}
"""Roles that DMS looks for by name, and what of AWS's they carry."""


def files(spec: ClusterSpec, place: Place) -> dict[str, str]:
    """File name to JSON text: the policies, and a template of the two roles that DMS itself needs."""
    return {
        "provisioner.json": _text(provisioner(spec, place)),
        "provisioner-resources.json": _text(resources(spec, place)),
        "teardown.json": _text(teardown(spec, place)),
        "migrator.json": _text(migrator(spec, place)),
        "restore-drill.json": _text(restore_drill(spec, place)),
        "auditor.json": _text(auditor(place)),
        "scp-sample.json": _text(service_control_policy(spec, place)),
        "dms-service-roles.json": dms_service_roles(),
    }


def provisioner(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """`provision plan`, `apply`, `status`: change sets of one stack, and what they make."""
    stacks = [
        place.arn("cloudformation", f"stack/{spec.stack}/*"),
        place.arn("cloudformation", "changeSet/aurora-migrate-*/*"),
    ]
    return policy(
        allow(
            "Stack",
            "cloudformation:CreateChangeSet cloudformation:DescribeChangeSet cloudformation:ExecuteChangeSet"
            " cloudformation:DeleteChangeSet cloudformation:ListChangeSets cloudformation:DescribeStacks"
            " cloudformation:DescribeStackEvents cloudformation:DescribeStackResources cloudformation:GetTemplate"
            " cloudformation:DetectStackDrift cloudformation:DetectStackResourceDrift"
            " cloudformation:DescribeStackResourceDrifts",
            stacks,
        ),
        allow(
            "Look",
            f"{DESCRIBED} rds:DescribeOrderableDBInstanceOptions rds:DescribeDBMajorEngineVersions"
            " ec2:DescribeVpcs ec2:DescribeSubnets"
            " ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:DescribeAvailabilityZones kms:DescribeKey"
            " logs:DescribeLogGroups cloudwatch:DescribeAlarms cloudwatch:GetMetricData sts:GetCallerIdentity"
            " cloudtrail:DescribeTrails cloudtrail:GetTrailStatus kms:GetKeyPolicy kms:GetKeyRotationStatus"
            " iam:GetAccountAuthorizationDetails pricing:GetProducts cloudformation:DescribeStackDriftDetectionStatus",
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
        ask_oneself(place),
        {
            **allow(
                "RolesOfDms",
                "iam:CreateRole iam:AttachRolePolicy",
                [place.arn("iam", f"role/{name}", regional=False) for name in DMS_ROLES],
            ),
            "Condition": {
                "ArnEqualsIfExists": {
                    "iam:PolicyARN": [
                        f"arn:{place.partition}:iam::aws:policy/service-role/{one}" for one in DMS_ROLES.values()
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


def ask_oneself(place: Place) -> dict[str, object]:
    """What `doctor` asks of IAM."""
    return allow(
        "AskOneself",
        "iam:SimulatePrincipalPolicy iam:GetRole iam:ListAttachedRolePolicies",
        [place.arn("iam", f"{kind}/*", regional=False) for kind in ("role", "user")],
    )


def teardown(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """`provision destroy`, to be held beside the provisioner's by whoever may end the database, for as long as that."""
    stack = place.arn("cloudformation", f"stack/{spec.stack}/*")
    return policy(
        allow("End", "cloudformation:DeleteStack", [stack]),
        allow("Snapshots", "rds:DescribeDBClusterSnapshots", ["*"]),
    )


def migrator(spec: ClusterSpec, place: Place) -> dict[str, object]:
    """`replicate`, `validate`, `cutover`, `rollback`: DMS's tasks, the secrets that are named after the migration, and
    the master's, by its tag."""
    name = place.migration
    kinds = ("rep", "subgrp", "endpoint", "task", "cert", "replication-config", "assessment-run")
    own = [place.arn("dms", f"{kind}:*") for kind in kinds]
    return policy(
        allow(
            "Dms",
            "dms:CreateReplicationInstance dms:ModifyReplicationInstance dms:DeleteReplicationInstance"
            " dms:CreateReplicationSubnetGroup dms:DeleteReplicationSubnetGroup"
            " dms:CreateEndpoint dms:ModifyEndpoint dms:DeleteEndpoint"
            " dms:CreateReplicationTask dms:ModifyReplicationTask dms:DeleteReplicationTask dms:StartReplicationTask"
            " dms:StopReplicationTask dms:ReloadTables dms:TestConnection dms:DeleteConnection dms:AddTagsToResource"
            " dms:ListTagsForResource dms:DeleteCertificate dms:StartReplicationTaskAssessmentRun"
            " dms:CreateReplicationConfig dms:ModifyReplicationConfig dms:DeleteReplicationConfig"
            " dms:StartReplication dms:StopReplication dms:ReloadReplicationTables",
            own,
        ),
        ask_oneself(place),
        allow("TaskLogs", "logs:FilterLogEvents", [place.arn("logs", "log-group:dms-tasks-*")]),
        allow("Tell", "sns:Publish", [place.arn("sns", "*")]),
        allow("Unnamed", "dms:ImportCertificate secretsmanager:ListSecrets", ["*"]),
        allow(
            "Look",
            "dms:DescribeAccountAttributes dms:DescribeApplicableIndividualAssessments dms:DescribeCertificates"
            " dms:DescribeConnections dms:DescribeEndpoints dms:DescribeOrderableReplicationInstances"
            " dms:DescribeReplicationConfigs"
            " dms:DescribeReplicationInstances dms:DescribeReplicationSubnetGroups"
            " dms:DescribeReplicationTableStatistics dms:DescribeReplicationTaskAssessmentRuns"
            " dms:DescribeReplicationTaskIndividualAssessments dms:DescribeReplicationTasks dms:DescribeReplications"
            f" dms:DescribeTableStatistics {DESCRIBED}"
            " ec2:DescribeVpcAttribute ec2:DescribeRouteTables ec2:DescribeNetworkAcls ec2:DescribeNetworkInterfaces"
            " cloudformation:DescribeStacks ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeSecurityGroups"
            " ec2:DescribeAvailabilityZones ec2:DescribeInternetGateways cloudwatch:GetMetricData"
            " cloudwatch:GetMetricStatistics sts:GetCallerIdentity",
            ["*"],
        ),
        allow(
            "OwnSecrets",
            "secretsmanager:CreateSecret secretsmanager:PutSecretValue secretsmanager:UpdateSecret"
            " secretsmanager:UpdateSecretVersionStage secretsmanager:DescribeSecret secretsmanager:GetSecretValue"
            " secretsmanager:ListSecretVersionIds secretsmanager:DeleteSecret secretsmanager:TagResource"
            " secretsmanager:GetResourcePolicy",
            [
                place.arn("secretsmanager", f"secret:{one}")
                for one in (f"{name}/*", f"{spec.stack}/*", f"{place.application_secret}-??????")
            ],
        ),
        {
            **allow(
                "MasterSecret",
                "secretsmanager:GetSecretValue secretsmanager:GetResourcePolicy",
                [place.arn("secretsmanager", "secret:rds!*")],
            ),
            "Condition": {
                "StringEquals": {
                    "aws:ResourceTag/aws:rds:primaryDBClusterArn": place.arn("rds", f"cluster:{spec.stack}")
                }
            },
        },
        *_switch(place),
        allow(
            "Snapshot",
            "rds:CreateDBClusterSnapshot",
            [place.arn("rds", f"cluster:{spec.stack}"), place.arn("rds", f"cluster-snapshot:{spec.stack}-*")],
        ),
        allow(
            "Drill",
            "rds:FailoverDBCluster rds:RebootDBInstance",
            [place.arn("rds", f"cluster:{spec.stack}"), place.arn("rds", f"db:{spec.stack}-*")],
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
        allow(
            "Look",
            "rds:Describe* rds:ListTagsForResource dms:Describe* dms:ListTagsForResource cloudformation:Describe*"
            " cloudformation:GetTemplate cloudformation:List* cloudformation:DetectStackDrift cloudwatch:Describe*"
            " cloudwatch:GetMetricData cloudwatch:ListMetrics logs:DescribeLogGroups ec2:DescribeVpcs"
            " ec2:DescribeSubnets ec2:DescribeRouteTables ec2:DescribeSecurityGroups kms:DescribeKey"
            " kms:GetKeyRotationStatus kms:GetKeyPolicy cloudtrail:DescribeTrails cloudtrail:GetTrailStatus"
            " iam:GetRole iam:GetAccountAuthorizationDetails sns:GetTopicAttributes",
            ["*"],
        ),
        allow("TaskLogs", "logs:FilterLogEvents", [place.arn("logs", "log-group:dms-tasks-*")]),
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
    for title, (name, managed) in zip(("VpcRole", "LogsRole"), DMS_ROLES.items(), strict=True):
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


def _text(document: dict[str, object]) -> str:
    return json.dumps(document, indent=2)


def _switch(place: Place) -> list[dict[str, object]]:
    """For what [switch] names beside the secret. A command of one's own brings its own rights."""
    if place.parameter:
        arn = place.arn("ssm", f"parameter/{place.parameter.removeprefix('/')}")
        return [allow("Switch", "ssm:GetParameter ssm:PutParameter", [arn])]
    if place.zone:
        zone, changes = (f"arn:{place.partition}:route53:::{one}" for one in (f"hostedzone/{place.zone}", "change/*"))
        return [
            allow("Switch", "route53:ListResourceRecordSets route53:ChangeResourceRecordSets", [zone]),
            allow("SwitchKnown", "route53:GetChange", [changes]),
        ]
    return []
