"""The rendered template keeps data, holds no secret, and lets nobody in but members of groups."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from checks.route import TargetEngine, Version
from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import Autoscaling, Backup, Capacity, CustomEndpoint, Monitoring, Proxy, SecretUse
from migrate.template import render
from migrate.template.flavor import wire_version

SPEC = ClusterSpec(
    stack="ledger",
    engine=TargetEngine.AURORA_POSTGRESQL,
    version=Version.parse("17.5"),
    database="appdb",
    master_username="mig_admin",
    instance_class="db.r7g.large",
    readers=1,
    port=5433,
    subnet_ids=("subnet-0a1b2c3d", "subnet-4e5f6a7b"),
    vpc_id="vpc-0a1b2c3d",
    tags=(("migration", "ledger"),),
)

MYSQL = replace(SPEC, engine=TargetEngine.AURORA_MYSQL, version=Version.parse("3.08.2"), port=3306)


def test_data_survives_deletion_and_replacement() -> None:
    resources = json.loads(render(SPEC))["Resources"]
    cluster = resources["Cluster"]
    assert (cluster["DeletionPolicy"], cluster["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert cluster["Properties"]["DeletionProtection"] is True
    assert cluster["Properties"]["DeleteAutomatedBackups"] is False
    for kept in ("Key", "PostgresqlLog"):
        policies = resources[kept]["DeletionPolicy"], resources[kept]["UpdateReplacePolicy"]
        assert policies == ("RetainExceptOnCreate", "Retain")


def test_the_way_back_and_tls_are_on_from_birth() -> None:
    parameters = json.loads(render(SPEC))["Resources"]["ClusterParameters"]["Properties"]["Parameters"]
    assert parameters["rds.logical_replication"] == "1"
    assert parameters["rds.force_ssl"] == "1"


def resources_of(spec: ClusterSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(spec))["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_no_password_anywhere() -> None:
    cluster = resources_of(SPEC)["Cluster"]["Properties"]
    assert "MasterUserPassword" not in cluster
    assert cluster["ManageMasterUserPassword"] is True


def test_only_members_of_groups_reach_a_port() -> None:
    everything = replace(
        SPEC,
        port=5432,
        client_groups=("sg-0a1b2c3d",),
        secrets=(SecretUse.APPLICATION,),
        proxy=Proxy(),
        vpc_endpoints=("kms",),
    )
    rules = of_type(resources_of(everything), "AWS::EC2::SecurityGroupIngress")
    assert set(rules) == {"FromClients", "FromSg0a1b2c3d", "FromProxy", "ProxyFromClients", "EndpointFromClients"}
    for rule in rules.values():
        assert rule["SourceSecurityGroupId"]
        assert not {"CidrIp", "CidrIpv6"} & rule.keys()
    groups = of_type(resources_of(everything), "AWS::EC2::SecurityGroup")
    assert not any("SecurityGroupIngress" in one for one in groups.values())


def test_a_given_key_is_used_everywhere_and_none_is_made() -> None:
    arn = "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d"
    resources = resources_of(replace(SPEC, kms_key_arn=arn))
    assert "Key" not in resources
    cluster = resources["Cluster"]["Properties"]
    assert {cluster["KmsKeyId"], cluster["MasterUserSecret"]["KmsKeyId"], cluster["PerformanceInsightsKmsKeyId"]} == {
        arn
    }
    assert resources["PostgresqlLog"]["Properties"]["KmsKeyId"] == arn
    assert resources["AlarmTopic"]["Properties"]["KmsMasterKeyId"] == arn


def test_each_login_has_a_secret_of_its_own_without_a_value() -> None:
    secrets = of_type(resources_of(replace(SPEC, secrets=tuple(SecretUse))), "AWS::SecretsManager::Secret")
    assert {one["Name"] for one in secrets.values()} == {"ledger/application", "ledger/dms", "ledger/toolkit"}
    for secret in secrets.values():
        assert "SecretString" not in secret
        assert secret["KmsKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}
        assert "password" not in json.loads(secret["GenerateSecretString"]["SecretStringTemplate"])


def test_in_a_global_database_the_stack_keeps_the_masters_secret() -> None:
    """RDS cannot manage it there."""
    template = json.loads(render(replace(SPEC, global_identifier="world")))
    cluster = template["Resources"]["Cluster"]["Properties"]
    assert "ManageMasterUserPassword" not in cluster
    assert cluster["MasterUserPassword"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${MasterSecret}:SecretString:password}}"
    }
    assert template["Outputs"]["MasterSecretArn"]["Value"] == {"Ref": "MasterSecret"}
    assert template["Resources"]["GlobalCluster"]["Properties"]["SourceDBClusterIdentifier"] == {"Ref": "Cluster"}


def test_alarms_outlive_a_failover_and_reach_somebody() -> None:
    alarms = of_type(resources_of(replace(SPEC, dms_instance="aurora-migrate-ledger")), "AWS::CloudWatch::Alarm")
    assert set(alarms) == {
        "WriterCpu", "WriterMemory", "WriterConnections", "Deadlocks", "VolumeLeft", "SlotDiskUsage", "ReaderLag",
        "DmsLatency",
    }  # fmt: skip
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        assert "DBInstanceIdentifier" not in {one["Name"] for one in alarm.get("Dimensions", [])}, name
    assert "aurora-migrate-ledger" in alarms["DmsLatency"]["Metrics"][0]["Expression"]
    assert alarms["WriterMemory"]["ComparisonOperator"] == "LessThanThreshold"
    given = Monitoring(alarm_topic_arn="arn:aws:sns:eu-central-1:123456789012:ours", cpu_percent=95)
    resources = resources_of(replace(SPEC, monitoring=given))
    assert "AlarmTopic" not in resources
    assert resources["WriterCpu"]["Properties"]["AlarmActions"] == [given.alarm_topic_arn]
    assert resources["WriterCpu"]["Properties"]["Threshold"] == 95


def test_sizes_and_windows_are_what_was_asked_for() -> None:
    asked = Backup(window="02:00-03:00", maintenance_window="sun:04:00-sun:05:00", backtrack_hours=24, plan_days=35)
    serverless = Capacity(minimum=2, maximum=32)
    resources = resources_of(replace(MYSQL, instance_class="db.serverless", capacity=serverless, backup=asked))
    cluster = resources["Cluster"]["Properties"]
    assert cluster["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 2, "MaxCapacity": 32}
    assert (cluster["PreferredBackupWindow"], cluster["PreferredMaintenanceWindow"]) == (
        "02:00-03:00",
        "sun:04:00-sun:05:00",
    )
    assert cluster["BacktrackWindow"] == 24 * 3600
    rule = resources["BackupPlan"]["Properties"]["BackupPlan"]["BackupPlanRule"][0]
    assert rule["Lifecycle"] == {"DeleteAfterDays": 35}
    assert resources["BackupVault"]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_readers_may_scale_and_have_an_endpoint_of_their_own() -> None:
    beside = {
        "autoscaling": Autoscaling(minimum=1, maximum=5, cpu_percent=60),
        "custom_endpoint": CustomEndpoint(name="reports", readers=(2,)),
    }
    resources = resources_of(replace(SPEC, readers=2, **beside))
    target, policy = resources["ReaderScaling"]["Properties"], resources["ReaderScalingPolicy"]["Properties"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 5)
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60
    assert resources["CustomEndpoint"]["Properties"]["StaticMembers"] == [{"Ref": "Reader2"}]


def test_readers_wait_for_the_writer() -> None:
    resources = json.loads(render(replace(SPEC, readers=2)))["Resources"]
    instances = {name: one for name, one in resources.items() if one["Type"] == "AWS::RDS::DBInstance"}
    assert sorted(instances) == ["Reader1", "Reader2", "Writer"]
    assert all(instances[name]["DependsOn"] == ["Writer"] for name in ("Reader1", "Reader2"))


def test_the_same_spec_renders_the_same_text() -> None:
    assert render(SPEC) == render(SPEC)


def test_mysql_has_its_log_and_its_own_parameters_from_birth() -> None:
    resources = json.loads(render(MYSQL))["Resources"]
    cluster, parameters = resources["Cluster"]["Properties"], resources["ClusterParameters"]["Properties"]
    assert (cluster["Engine"], cluster["EngineVersion"]) == ("aurora-mysql", "8.0.mysql_aurora.3.08.2")
    assert parameters["Family"] == resources["InstanceParameters"]["Properties"]["Family"] == "aurora-mysql8.0"
    assert parameters["Parameters"]["binlog_format"] == "ROW"
    assert parameters["Parameters"]["require_secure_transport"] == "ON"
    assert cluster["EnableCloudwatchLogsExports"] == ["audit", "error", "slowquery"]
    assert {"AuditLog", "ErrorLog", "SlowqueryLog", "BinaryLogSize"} <= resources.keys()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("3.10.0", "8.0.mysql_aurora.3.10.0"),
        ("3.8.0", "8.0.mysql_aurora.3.08.0"),
        ("2.12.4", "5.7.mysql_aurora.2.12.4"),
        ("8.4.7", "8.4.mysql_aurora.8.4.7"),
    ],
)
def test_mysql_versions_are_spelled_as_the_api_does(written: str, told: str) -> None:
    assert wire_version(TargetEngine.AURORA_MYSQL, Version.parse(written)) == told
