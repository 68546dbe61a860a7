"""What a template says about the order of its resources, and which changes replace one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

CREATE_ONLY: Mapping[str, str] = {
    "AWS::RDS::DBCluster": "ClusterScalabilityType DBClusterIdentifier DBSubnetGroupName DBSystemId DatabaseName"
    " EngineMode KmsKeyId PubliclyAccessible RestoreToTime RestoreType SnapshotIdentifier SourceDBClusterIdentifier"
    " SourceRegion StorageEncrypted UseLatestRestorableTime",
    "AWS::RDS::DBInstance": "CharacterSetName CustomIAMInstanceProfile DBClusterIdentifier DBInstanceIdentifier DBName"
    " DBSubnetGroupName KmsKeyId MasterUsername NcharCharacterSetName SourceRegion StorageEncrypted Timezone",
    "AWS::RDS::DBClusterParameterGroup": "DBClusterParameterGroupName Description Family",
    "AWS::RDS::DBParameterGroup": "DBParameterGroupName Description Family",
    "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::RDS::EventSubscription": "SubscriptionName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::IAM::Role": "RoleName Path",
    "AWS::RDS::DBProxy": "DBProxyName EndpointNetworkType EngineFamily TargetConnectionNetworkType VpcSubnetIds",
    "AWS::RDS::DBProxyTargetGroup": "DBProxyName TargetGroupName",
    "AWS::RDS::GlobalCluster": "Engine GlobalClusterIdentifier SourceDBClusterIdentifier StorageEncrypted",
    "AWS::RDS::DBClusterEndpoint": "DBClusterEndpointIdentifier DBClusterIdentifier",
    "AWS::SNS::Topic": "FifoTopic TopicName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SecretsManager::SecretTargetAttachment": "SecretId",
    "AWS::EC2::VPCEndpoint": "ServiceName ServiceRegion VpcEndpointType VpcId",
    "AWS::ApplicationAutoScaling::ScalableTarget": "ResourceId ScalableDimension ServiceNamespace",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "PolicyName ResourceId ScalableDimension ScalingTargetId"
    " ServiceNamespace",
    "AWS::Backup::BackupVault": "BackupVaultName EncryptionKeyArn",
    "AWS::Backup::BackupSelection": "BackupPlanId BackupSelection",
    "AWS::EC2::SecurityGroup": "GroupName GroupDescription VpcId",
    "AWS::EC2::SecurityGroupIngress": "CidrIp CidrIpv6 FromPort GroupId GroupName IpProtocol SourcePrefixListId"
    " SourceSecurityGroupId SourceSecurityGroupName SourceSecurityGroupOwnerId ToPort",
}
"""Properties that AWS's published resource schemas call createOnly: a change makes a new resource."""

SUBSTITUTED = re.compile(r"\$\{([^!}][^}]*)\}")


def references(part: Any) -> Iterator[str]:
    """Every logical name that `part` of a template refers to: Ref, Fn::GetAtt, Fn::Sub."""
    match part:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(name)}:
            yield name.split(".", 1)[0]
        case {"Fn::Sub": str(text)}:
            yield from (name.split(".", 1)[0] for name in SUBSTITUTED.findall(text))
        case {"Fn::Sub": [str(text), dict(values)]}:
            yield from (name.split(".", 1)[0] for name in SUBSTITUTED.findall(text) if name not in values)
            yield from references(values)
        case dict():
            for value in part.values():
                yield from references(value)
        case list():
            for value in part:
                yield from references(value)


def dependencies(resource: Mapping[str, Any]) -> Iterator[str]:
    """Every logical name a resource waits for: DependsOn, then its properties' references."""
    explicit = resource.get("DependsOn", [])
    yield from [explicit] if isinstance(explicit, str) else explicit
    yield from references(resource.get("Properties", {}))


def creation_order(resources: Mapping[str, Any]) -> list[str]:
    """Logical names, each after what it depends on, otherwise as written.

    Raises ValueError for a circle.
    """
    ordered: list[str] = []
    open_names: set[str] = set()

    def visit(name: str) -> None:
        if name in ordered:
            return
        if name in open_names:
            raise ValueError(f"Circular dependency between resources: [{', '.join(sorted(open_names))}]")
        open_names.add(name)
        for other in dependencies(resources[name]):
            if other in resources:
                visit(other)
        open_names.remove(name)
        ordered.append(name)

    for name in resources:
        visit(name)
    return ordered
