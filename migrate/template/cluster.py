"""The cluster itself, and the outputs that the other stages read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Output, Ref, Tag, Template, rds

from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import Insights, Storage
from migrate.template import secrets
from migrate.template.flavor import FLAVORS, wire_version

SERVERLESS = "db.serverless"
SUPPORT = "open-source-rds-extended-support"
INSIGHTS_DAYS = {Insights.STANDARD: 7, Insights.ADVANCED: 465}
"""Advanced insights demand at least 465 days."""
STORAGE = {Storage.STANDARD: {}, Storage.IO_OPTIMIZED: {"StorageType": "aurora-iopt1"}}


@dataclass(frozen=True)
class Parts:
    """What the cluster refers to."""

    key: object
    logs: tuple[str, ...]
    monitoring_role: object
    subnet_group: object
    cluster_group: object
    parameters: object


def add(template: Template, spec: ClusterSpec, parts: Parts) -> None:
    """Cluster and outputs."""
    template.add_resource(
        rds.DBCluster(
            "Cluster",
            DependsOn=list(parts.logs),
            DeletionPolicy="Snapshot",
            UpdateReplacePolicy="Snapshot",
            DBClusterIdentifier=spec.stack,
            Engine=spec.engine.value,
            EngineVersion=wire_version(spec.engine, spec.version),
            EngineLifecycleSupport=SUPPORT if spec.extended_support else f"{SUPPORT}-disabled",
            DatabaseName=spec.database,
            Port=spec.port,
            StorageEncrypted=True,
            KmsKeyId=parts.key,
            DBSubnetGroupName=parts.subnet_group,
            VpcSecurityGroupIds=[parts.cluster_group],
            DBClusterParameterGroupName=parts.parameters,
            CopyTagsToSnapshot=True,
            DeletionProtection=spec.deletion_protection,
            EnableIAMDatabaseAuthentication=True,
            EnableCloudwatchLogsExports=list(FLAVORS[spec.engine].logs),
            Tags=[Tag(key, value) for key, value in spec.tags],
            **_master(template, spec, parts.key),
            **_backup(spec),
            **_watched(spec, parts),
            **STORAGE[spec.storage],
            **_capacity(spec),
        )
    )
    if spec.global_identifier:
        _add_global(template, spec)
    _add_outputs(template, spec)


def _master(template: Template, spec: ClusterSpec, key: object) -> dict[str, Any]:
    """RDS makes and rotates the master's secret, except for a member of a global database, where it cannot."""
    if not spec.global_identifier:
        managed = rds.MasterUserSecret(KmsKeyId=key)
        return {
            "MasterUsername": spec.master_username,
            "ManageMasterUserPassword": True,
            "MasterUserSecret": managed,
        }
    secrets.add_master(template, spec, key)
    return {
        "MasterUsername": spec.master_username,
        "MasterUserPassword": secrets.part("MasterSecret", "password"),
    }


def _backup(spec: ClusterSpec) -> dict[str, Any]:
    backup = spec.backup
    return {
        "BackupRetentionPeriod": spec.backup_retention_days,
        "DeleteAutomatedBackups": False,
        **({"PreferredBackupWindow": backup.window} if backup.window else {}),
        **({"PreferredMaintenanceWindow": backup.maintenance_window} if backup.maintenance_window else {}),
        **({"BacktrackWindow": backup.backtrack_hours * 3600} if backup.backtrack_hours else {}),
    }


def _watched(spec: ClusterSpec, parts: Parts) -> dict[str, Any]:
    insights = spec.monitoring.insights
    return {
        "DatabaseInsightsMode": insights.value,
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": INSIGHTS_DAYS[insights],
        "PerformanceInsightsKmsKeyId": parts.key,
        "MonitoringInterval": spec.monitoring.interval_seconds,
        "MonitoringRoleArn": parts.monitoring_role,
    }


def _capacity(spec: ClusterSpec) -> dict[str, Any]:
    if spec.instance_class != SERVERLESS:
        return {}
    units = rds.ServerlessV2ScalingConfiguration(MinCapacity=spec.capacity.minimum, MaxCapacity=spec.capacity.maximum)
    return {"ServerlessV2ScalingConfiguration": units}


def _add_global(template: Template, spec: ClusterSpec) -> None:
    """The cluster becomes the primary of a global database; other regions join it after the migration."""
    template.add_resource(
        rds.GlobalCluster(
            "GlobalCluster",
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            GlobalClusterIdentifier=spec.global_identifier,
            SourceDBClusterIdentifier=Ref("Cluster"),
            DeletionProtection=spec.deletion_protection,
        )
    )


def _add_outputs(template: Template, spec: ClusterSpec) -> None:
    master = Ref("MasterSecret") if spec.global_identifier else GetAtt("Cluster", "MasterUserSecret.SecretArn")
    for name, value in {
        "ClusterIdentifier": Ref("Cluster"),
        "WriterEndpoint": GetAtt("Cluster", "Endpoint.Address"),
        "ReaderEndpoint": GetAtt("Cluster", "ReadEndpoint.Address"),
        "Port": GetAtt("Cluster", "Endpoint.Port"),
        "ResourceId": GetAtt("Cluster", "DBClusterResourceId"),
        "Database": spec.database,
    }.items():
        template.add_output(Output(name, Value=value))
    if "MasterSecretArn" not in template.outputs:
        template.add_output(Output("MasterSecretArn", Value=master))
