"""The rendered template is valid, keeps data, and holds no secret."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from checks.route import TargetEngine, Version
from migrate.model.cluster import ClusterSpec
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


def _faults(template: str) -> list[str]:
    """Errors and warnings, not remarks."""
    matches = lint(template, config=ManualArgs(regions=["eu-central-1"]))
    return [str(match) for match in matches if not match.rule.id.startswith("I")]


@pytest.mark.parametrize(
    "spec",
    [
        SPEC,
        replace(SPEC, readers=0, deletion_protection=False, tags=()),
        replace(SPEC, readers=3, parameters=(("work_mem", "65536"),)),
        replace(SPEC, instance_class="db.serverless"),
        MYSQL,
        replace(MYSQL, version=Version.parse("8.4.7"), parameters=(("lower_case_table_names", "1"),)),
    ],
    ids=["usual", "bare", "readers", "serverless", "mysql", "mysql-8.4"],
)
def test_the_linter_finds_nothing(spec: ClusterSpec) -> None:
    assert _faults(render(spec)) == []


def test_the_linter_would_find_a_mistake() -> None:
    template = json.loads(render(SPEC))
    template["Resources"]["Cluster"]["Properties"]["StorageType"] = "gp3"
    assert any("E3693" in fault for fault in _faults(json.dumps(template)))


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


def test_no_password_anywhere() -> None:
    template = json.loads(render(SPEC))
    assert "MasterUserPassword" not in template["Resources"]["Cluster"]["Properties"]
    assert template["Resources"]["Cluster"]["Properties"]["ManageMasterUserPassword"] is True


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
    assert cluster["EnableCloudwatchLogsExports"] == ["error", "slowquery"]
    assert {"ErrorLog", "SlowqueryLog", "BinaryLogSize"} <= resources.keys()


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
