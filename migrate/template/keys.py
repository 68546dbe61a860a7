"""The key that everything at rest is encrypted with: the stack's own, or one that was given."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, Template, kms

from migrate.model.cluster import ClusterSpec
from migrate.template.policy import policy

KEEP = "RetainExceptOnCreate"
"""A creation that is rolled back takes it away, or its name would be in the way of the next attempt."""
KEY_WINDOW_DAYS = 30


def add(template: Template, spec: ClusterSpec) -> object:
    """The key's ARN. A given key's policy is its owner's: it must let logs, CloudWatch and RDS events use the key."""
    if spec.kms_key_arn:
        return spec.kms_key_arn
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
    return GetAtt(key, "Arn")


def _key_policy() -> dict[str, object]:
    account = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
    logs_of = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/rds/cluster/*"
    return policy(
        {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"},
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": Sub("logs.${AWS::Region}.amazonaws.com")},
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": Sub(logs_of)}},
        },
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
        },
    )
