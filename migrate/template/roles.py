"""Roles that AWS's services take on for the cluster."""

from __future__ import annotations

from troposphere import GetAtt, Sub, Template, iam

from migrate.template.policy import trust


def add_monitoring(template: Template) -> object:
    """ARN of the role with which RDS writes Enhanced Monitoring to CloudWatch Logs."""
    role = template.add_resource(
        iam.Role(
            "MonitoringRole",
            AssumeRolePolicyDocument=trust("monitoring.rds.amazonaws.com"),
            ManagedPolicyArns=[
                Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole")
            ],
        )
    )
    return GetAtt(role, "Arn")
