"""The cluster, its instances and the outputs that the other stages read."""

from __future__ import annotations

from troposphere import GetAtt, Output, Ref, Tag, Template, rds

from migrate.model.cluster import ClusterSpec
from migrate.template.flavor import FLAVORS, wire_version
from migrate.template.monitoring import Before
from migrate.template.network import Network
from migrate.template.parameters import Parameters

SERVERLESS = "db.serverless"
CAPACITY_UNITS = (1, 16)
"""A migration target never pauses: the feed would not wake it in time."""
MONITORING_SECONDS = 60
INSIGHTS_DAYS = 7


def add(template: Template, spec: ClusterSpec, network: Network, parameters: Parameters, before: Before) -> None:
    """Cluster, writer, readers, outputs."""
    template.add_resource(_cluster(spec, network, parameters, before))
    for number in range(spec.readers + 1):
        template.add_resource(_instance(spec, parameters, before, number))
    for name, value in {
        "ClusterIdentifier": Ref("Cluster"),
        "WriterEndpoint": GetAtt("Cluster", "Endpoint.Address"),
        "ReaderEndpoint": GetAtt("Cluster", "ReadEndpoint.Address"),
        "Port": GetAtt("Cluster", "Endpoint.Port"),
        "MasterSecretArn": GetAtt("Cluster", "MasterUserSecret.SecretArn"),
        "ResourceId": GetAtt("Cluster", "DBClusterResourceId"),
        "Database": spec.database,
    }.items():
        template.add_output(Output(name, Value=value))


def _cluster(spec: ClusterSpec, network: Network, parameters: Parameters, before: Before) -> rds.DBCluster:
    low, high = CAPACITY_UNITS
    serverless = (
        {"ServerlessV2ScalingConfiguration": rds.ServerlessV2ScalingConfiguration(MinCapacity=low, MaxCapacity=high)}
        if spec.instance_class == SERVERLESS
        else {}
    )
    return rds.DBCluster(
        "Cluster",
        DependsOn=[group.title for group in before.log_groups],
        DeletionPolicy="Snapshot",
        UpdateReplacePolicy="Snapshot",
        DBClusterIdentifier=spec.stack,
        Engine=spec.engine.value,
        EngineVersion=wire_version(spec.engine, spec.version),
        EngineLifecycleSupport="open-source-rds-extended-support-disabled",
        DatabaseName=spec.database,
        Port=spec.port,
        MasterUsername=spec.master_username,
        ManageMasterUserPassword=True,
        MasterUserSecret=rds.MasterUserSecret(KmsKeyId=GetAtt(before.key, "Arn")),
        StorageEncrypted=True,
        KmsKeyId=GetAtt(before.key, "Arn"),
        DBSubnetGroupName=Ref(network.subnet_group),
        VpcSecurityGroupIds=[GetAtt(network.cluster_group, "GroupId")],
        DBClusterParameterGroupName=Ref(parameters.cluster),
        BackupRetentionPeriod=spec.backup_retention_days,
        CopyTagsToSnapshot=True,
        DeletionProtection=spec.deletion_protection,
        DeleteAutomatedBackups=False,
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=list(FLAVORS[spec.engine].logs),
        DatabaseInsightsMode="standard",
        PerformanceInsightsEnabled=True,
        PerformanceInsightsRetentionPeriod=INSIGHTS_DAYS,
        PerformanceInsightsKmsKeyId=GetAtt(before.key, "Arn"),
        MonitoringInterval=MONITORING_SECONDS,
        MonitoringRoleArn=GetAtt(before.role, "Arn"),
        Tags=[Tag(key, value) for key, value in spec.tags],
        **serverless,
    )


def _instance(spec: ClusterSpec, parameters: Parameters, before: Before, number: int) -> rds.DBInstance:
    """Number 0 becomes the writer, for the others wait for it; after a failover the roles may be others."""
    after = {} if number == 0 else {"DependsOn": ["Writer"]}
    return rds.DBInstance(
        "Writer" if number == 0 else f"Reader{number}",
        DBClusterIdentifier=Ref("Cluster"),
        Engine=spec.engine.value,
        DBInstanceClass=spec.instance_class,
        DBParameterGroupName=Ref(parameters.instance),
        PubliclyAccessible=False,
        AutoMinorVersionUpgrade=True,
        MonitoringInterval=MONITORING_SECONDS,
        MonitoringRoleArn=GetAtt(before.role, "Arn"),
        PromotionTier=min(number, 15),
        Tags=[Tag(key, value) for key, value in spec.tags],
        **after,
    )
