"""One sandbox for the stories that can share it, and boto3 clients that speak to it as any script would."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

from migrate.sandbox.client import Launched, launch
from migrate.sandbox.servers.mysql_binaries import Flavor
from tests.mysql_programs import require
from tests.patience import PATIENCE
from tests.sandbox.kept_cluster import Scene, standing

Client = Callable[[str], Any]
_numbers = itertools.count(1)

TEMPLATE: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "a target",
    "Parameters": {
        "SubnetIds": {"Type": "List<AWS::EC2::Subnet::Id>"},
        "VpcId": {"Type": "AWS::EC2::VPC::Id"},
        "Logical": {"Type": "String", "Default": "1"},
    },
    "Resources": {
        "Cluster": {
            "Type": "AWS::RDS::DBCluster",
            "DependsOn": "Log",
            "DeletionPolicy": "Snapshot",
            "UpdateReplacePolicy": "Snapshot",
            "Properties": {
                "DBClusterIdentifier": {"Ref": "AWS::StackName"},
                "Engine": "aurora-postgresql",
                "EngineVersion": "16.4",
                "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
                "DatabaseName": "appdb",
                "Port": 5433,
                "MasterUsername": "mig_admin",
                "ManageMasterUserPassword": True,
                "MasterUserSecret": {"KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
                "StorageEncrypted": True,
                "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
                "StorageType": "aurora-iopt1",
                "DBSubnetGroupName": {"Ref": "Subnets"},
                "VpcSecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
                "DBClusterParameterGroupName": {"Ref": "ClusterParams"},
                "BackupRetentionPeriod": 14,
                "PreferredBackupWindow": "02:00-03:00",
                "PreferredMaintenanceWindow": "sun:04:00-sun:05:00",
                "CopyTagsToSnapshot": True,
                "DeletionProtection": False,
                "EnableIAMDatabaseAuthentication": True,
                "EnableCloudwatchLogsExports": ["postgresql"],
                "DatabaseInsightsMode": "advanced",
                "PerformanceInsightsEnabled": True,
                "PerformanceInsightsRetentionPeriod": 465,
                "MonitoringInterval": 60,
                "MonitoringRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "Tags": [{"Key": "migration", "Value": "demo"}],
            },
        },
        "Key": {
            "Type": "AWS::KMS::Key",
            "DeletionPolicy": "Retain",
            "Properties": {
                "EnableKeyRotation": True,
                "KeyPolicy": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
                            "Action": "kms:*",
                            "Resource": "*",
                        }
                    ],
                },
            },
        },
        "Subnets": {
            "Type": "AWS::RDS::DBSubnetGroup",
            "Properties": {"DBSubnetGroupDescription": "target", "SubnetIds": {"Ref": "SubnetIds"}},
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "target", "VpcId": {"Ref": "VpcId"}},
        },
        "FromSelf": {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                "IpProtocol": "tcp",
                "FromPort": 5433,
                "ToPort": 5433,
                "SourceSecurityGroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                "Description": "itself",
            },
        },
        "ClusterParams": {
            "Type": "AWS::RDS::DBClusterParameterGroup",
            "Properties": {
                "Description": "target",
                "Family": "aurora-postgresql16",
                "Parameters": {
                    "rds.force_ssl": "1",
                    "rds.logical_replication": {"Ref": "Logical"},
                    "max_replication_slots": "31",
                    "max_wal_senders": "32",
                    "shared_preload_libraries": "pg_stat_statements,pgaudit",
                    "timezone": "UTC",
                    "apg_ccm_enabled": "1",
                },
            },
        },
        "InstanceParams": {
            "Type": "AWS::RDS::DBParameterGroup",
            "Properties": {
                "Description": "target",
                "Family": "aurora-postgresql16",
                "Parameters": {"log_min_duration_statement": "1000"},
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                }
            },
        },
        "Log": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Retain",
            "Properties": {
                "LogGroupName": {"Fn::Sub": "/aws/rds/cluster/${AWS::StackName}/postgresql"},
                "RetentionInDays": 90,
            },
        },
        "Writer": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {
                "DBClusterIdentifier": {"Ref": "Cluster"},
                "Engine": "aurora-postgresql",
                "DBInstanceClass": "db.r7g.large",
                "DBParameterGroupName": {"Ref": "InstanceParams"},
                "PubliclyAccessible": False,
                "AutoMinorVersionUpgrade": True,
                "PromotionTier": 0,
            },
        },
        "Reader": {
            "Type": "AWS::RDS::DBInstance",
            "DependsOn": "Writer",
            "Properties": {
                "DBClusterIdentifier": {"Ref": "Cluster"},
                "Engine": "aurora-postgresql",
                "DBInstanceClass": "db.r7g.large",
                "DBParameterGroupName": {"Ref": "InstanceParams"},
                "PubliclyAccessible": False,
                "AutoMinorVersionUpgrade": True,
                "PromotionTier": 1,
            },
        },
        "LagAlarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/RDS",
                "MetricName": "AuroraReplicaLagMaximum",
                "Dimensions": [{"Name": "DBClusterIdentifier", "Value": {"Ref": "Cluster"}}],
                "Statistic": "Maximum",
                "Period": 60,
                "EvaluationPeriods": 5,
                "Threshold": 1000,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "breaching",
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "Events": {
            "Type": "AWS::RDS::EventSubscription",
            "Properties": {
                "SnsTopicArn": {"Ref": "Topic"},
                "SourceType": "db-cluster",
                "EventCategories": ["maintenance", "failure", "failover"],
            },
        },
    },
    "Outputs": {
        "WriterEndpoint": {"Value": {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}},
        "ReaderEndpoint": {"Value": {"Fn::GetAtt": ["Cluster", "ReadEndpoint.Address"]}},
        "Port": {"Value": {"Fn::GetAtt": ["Cluster", "Endpoint.Port"]}},
        "MasterSecretArn": {"Value": {"Fn::GetAtt": ["Cluster", "MasterUserSecret.SecretArn"]}},
        "ResourceId": {"Value": {"Fn::GetAtt": ["Cluster", "DBClusterResourceId"]}},
    },
}
"""The shape of a real target: every type and attribute the provision stage may use."""


class Stacks:
    """What a script does with CloudFormation, and the answers to look at."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.api = client("cloudformation")

    def template(self) -> dict[str, Any]:
        """A copy to change."""
        copy: dict[str, Any] = json.loads(json.dumps(TEMPLATE))
        return copy

    def parameters(self, **more: str) -> list[dict[str, str]]:
        subnets = self.client("ec2").describe_subnets()["Subnets"]
        values = {"SubnetIds": ",".join(s["SubnetId"] for s in subnets), "VpcId": subnets[0]["VpcId"], **more}
        return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]

    def change_set(
        self, name: str, template: dict[str, Any], kind: str = "CREATE", **parameters: str
    ) -> dict[str, Any]:
        made = self.api.create_change_set(
            StackName=name,
            ChangeSetName=f"change-{next(_numbers)}",
            ChangeSetType=kind,
            TemplateBody=json.dumps(template),
            Parameters=self.parameters(**parameters),
            Capabilities=["CAPABILITY_IAM"],
        )
        found: dict[str, Any] = self.api.describe_change_set(ChangeSetName=made["Id"])
        return found

    def run(self, change_set: dict[str, Any]) -> str:
        self.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"], StackName=change_set["StackId"])
        return self.settled(change_set["StackId"])

    def settled(self, name: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while True:
            status: str = self.api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                return status
            assert time.monotonic() < deadline, status
            time.sleep(0.05)

    def create(self, name: str, template: dict[str, Any] | None = None, **parameters: str) -> str:
        return self.run(self.change_set(name, template or self.template(), **parameters))

    def events(self, name: str) -> list[tuple[str, str]]:
        """Logical id and status, oldest first."""
        rows = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return [(row["LogicalResourceId"], row["ResourceStatus"]) for row in reversed(rows)]

    def outputs(self, name: str) -> dict[str, str]:
        rows = self.api.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
        return {row["OutputKey"]: row["OutputValue"] for row in rows}

    def cluster(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return found

    def connect(self, name: str, ca_file: Path, **options: Any) -> psycopg.Connection[Any]:
        """As the toolkit would: endpoint and secret from AWS's answers."""
        cluster = self.cluster(name)
        secret = self.client("secretsmanager").get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])
        login = json.loads(secret["SecretString"])
        return psycopg.connect(
            **{
                "host": cluster["Endpoint"],
                "port": cluster["Port"],
                "dbname": "appdb",
                "user": login["username"],
                "password": login["password"],
                "sslmode": "verify-full",
                "sslrootcert": str(ca_file),
                "autocommit": True,
                **options,
            }
        )

    def delete(self, name: str) -> str:
        stack_id = self.api.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        self.api.delete_stack(StackName=name)
        return self.settled(stack_id)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    """A running sandbox, profile instant."""
    with launch(tmp_path_factory.mktemp("sandbox")) as launched:
        yield launched


@pytest.fixture(scope="session")
def client(sandbox: Launched) -> Client:
    """`client("rds")`: a boto3 client of the sandbox."""
    session = boto3.Session(aws_access_key_id="anything", aws_secret_access_key="anything", region_name=sandbox.region)
    return lambda service: session.client(service, endpoint_url=sandbox.endpoint_url)


@pytest.fixture(scope="session")
def stacks(client: Client) -> Stacks:
    return Stacks(client)


@pytest.fixture
def stack_name(stacks: Stacks) -> Iterator[str]:
    """A name of its own; what is left under it is deleted."""
    name = f"target-{next(_numbers)}"
    yield name
    if name in [row["StackName"] for row in stacks.api.describe_stacks()["Stacks"]]:
        rds = stacks.client("rds")
        if name in [row["DBClusterIdentifier"] for row in rds.describe_db_clusters()["DBClusters"]]:
            rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
        stacks.delete(name)


@pytest.fixture
def ca_of(sandbox: Launched) -> Callable[[str], Path]:
    """The authority of the server behind a cluster."""
    from migrate.sandbox.client import status

    def find(name: str) -> Path:
        servers = status(sandbox.control_url)["servers"]
        return next(Path(server["ca_file"]) for server in servers if server["name"] == name)

    return find


@pytest.fixture(params=["aurora-postgresql", "aurora-mysql"])
def scene(request: pytest.FixtureRequest, client: Client, ca_of: Callable[[str], Path]) -> Iterator[Scene]:
    """One cluster with a writer and a table, of either engine."""
    if request.param == "aurora-mysql":
        require(Flavor.MYSQL)
    yield from standing(client("rds"), request.param, ca_of)
