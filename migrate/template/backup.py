"""A plan of AWS Backup beside Aurora's own backups: daily, in a vault of its own that outlives the stack."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Template, iam
from troposphere import backup as aws

from migrate.model.cluster import ClusterSpec
from migrate.template.notices import partition
from migrate.template.policy import trust

DAILY = "cron(0 3 * * ? *)"


def add(template: Template, spec: ClusterSpec, key: object) -> None:
    """Vault, plan, selection and the role that AWS Backup takes on."""
    vault = template.add_resource(
        aws.BackupVault(
            "BackupVault",
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            BackupVaultName=spec.stack,
            EncryptionKeyArn=key,
        )
    )
    plan = template.add_resource(
        aws.BackupPlan(
            "BackupPlan",
            BackupPlan=aws.BackupPlanResourceType(
                BackupPlanName=spec.stack,
                BackupPlanRule=[
                    aws.BackupRuleResourceType(
                        RuleName="daily",
                        TargetBackupVault=Ref(vault),
                        ScheduleExpression=DAILY,
                        Lifecycle=aws.LifecycleResourceType(DeleteAfterDays=spec.backup.plan_days),
                    )
                ],
            ),
        )
    )
    role = template.add_resource(
        iam.Role(
            "BackupRole",
            AssumeRolePolicyDocument=trust("backup.amazonaws.com"),
            ManagedPolicyArns=[partition("iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup")],
        )
    )
    template.add_resource(
        aws.BackupSelection(
            "BackupSelection",
            BackupPlanId=Ref(plan),
            BackupSelection=aws.BackupSelectionResourceType(
                SelectionName=spec.stack,
                IamRoleArn=GetAtt(role, "Arn"),
                Resources=[GetAtt("Cluster", "DBClusterArn")],
            ),
        )
    )
