"""Key, log groups and monitoring role, which the cluster needs at birth; alarms, which need the cluster."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import GetAtt, Ref, Sub, Template, cloudwatch, iam, kms, logs

from migrate.model.cluster import ClusterSpec
from migrate.template.flavor import FLAVORS

KEEP = "RetainExceptOnCreate"
"""A creation that is rolled back takes it away, or its name would be in the way of the next attempt."""
LOG_DAYS = 90
KEY_WINDOW_DAYS = 30


@dataclass(frozen=True)
class Before:
    key: kms.Key
    log_groups: tuple[logs.LogGroup, ...]
    role: iam.Role


def add_before(template: Template, spec: ClusterSpec) -> Before:
    """Made before the cluster, so that its logs have a retention and a key from the first line."""
    key = template.add_resource(
        kms.Key(
            "Key",
            DeletionPolicy=KEEP,
            UpdateReplacePolicy="Retain",
            Description=f"aurora-migrate {spec.stack}",
            EnableKeyRotation=True,
            PendingWindowInDays=KEY_WINDOW_DAYS,
            KeyPolicy=_key_policy(),
        )
    )
    log_groups = tuple(
        template.add_resource(
            logs.LogGroup(
                f"{name.capitalize()}Log",
                DeletionPolicy=KEEP,
                UpdateReplacePolicy="Retain",
                LogGroupName=f"/aws/rds/cluster/{spec.stack}/{name}",
                RetentionInDays=LOG_DAYS,
                KmsKeyId=GetAtt(key, "Arn"),
            )
        )
        for name in FLAVORS[spec.engine].logs
    )
    role = template.add_resource(
        iam.Role(
            "MonitoringRole",
            AssumeRolePolicyDocument=_policy(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ),
            ManagedPolicyArns=[
                Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole")
            ],
        )
    )
    return Before(key, log_groups, role)


def add_alarms(template: Template, spec: ClusterSpec) -> None:
    """Thresholds are starting points. No action is attached: who is woken is the operator's decision."""
    backlog = FLAVORS[spec.engine].backlog
    _alarm(template, backlog.name, backlog.metric, backlog.threshold, "notBreaching", {"Role": "WRITER"})
    if spec.readers:
        _alarm(template, "ReaderLag", "AuroraReplicaLagMaximum", 1000, "breaching", {"Role": "WRITER"})


def _alarm(
    template: Template, name: str, metric: str, threshold: float, missing: str, dimensions: dict[str, str]
) -> None:
    template.add_resource(
        cloudwatch.Alarm(
            name,
            AlarmDescription=f"aurora-migrate: {metric} above {threshold}",
            Namespace="AWS/RDS",
            MetricName=metric,
            Dimensions=[
                cloudwatch.MetricDimension(Name="DBClusterIdentifier", Value=Ref("Cluster")),
                *(cloudwatch.MetricDimension(Name=key, Value=value) for key, value in dimensions.items()),
            ],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=5,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData=missing,
        )
    )


def _key_policy() -> dict[str, object]:
    account = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
    logs_of = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/rds/cluster/*"
    return _policy(
        {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"},
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": Sub("logs.${AWS::Region}.amazonaws.com")},
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": Sub(logs_of)}},
        },
    )


def _policy(*statements: dict[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
