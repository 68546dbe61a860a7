"""The whole story from the command line: shown, made, changed, refused, taken away; each command a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from migrate.sandbox.client import Launched, fault, launch
from migrate.settings import load
from migrate.wiring.session import Session
from tests.conforming import conforming

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("provision-command")]
ROOT = Path(__file__).parents[2]
STACK = "aurora-ledger-production-cluster"
SETTINGS = """
[migration]
name = "ledger"
[source]
engine = "postgres"
host = "db.example.com"
port = 5432
database = "appdb"
user = "mig_admin"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "{stack}"
database = "appdb"
readers = 0
ca_file = "{ca_file}"
{more}
[target.tags]
Environment = "production"
Application = "ledger"
Owner = "payments"
DataClassification = "confidential"
CostCenter = "4711"
[aws]
region = "{region}"
endpoint_url = "{endpoint_url}"
[application]
secret = "app"
"""


@dataclass
class Team:
    """Who sits before the terminal, in a folder of their own."""

    home: Path
    sandbox: Launched

    def settles_on(self, more: str = "", *, stack: str = STACK, migration: str = "ledger") -> None:
        text = SETTINGS.format(
            stack=stack, more=more, region=self.sandbox.region, endpoint_url=self.sandbox.endpoint_url,
            ca_file=self.sandbox.home / "ca-bundle.pem",
        )  # fmt: skip
        (self.home / "migration.toml").write_text(text.replace('name = "ledger"', f'name = "{migration}"', 1))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "migrate", "provision", *arguments],
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def runs(self, *arguments: str, code: int = 0) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=180)
        assert process.returncode == code, f"{arguments}: {process.returncode}\n{out}\n{err}"
        return out + err

    def asks(self, *arguments: str, code: int = 0) -> Any:
        process = self.start(*arguments, "--format", "json")
        out, err = process.communicate(timeout=180)
        assert process.returncode == code, f"{arguments}: {process.returncode}\n{out}\n{err}"
        return conforming(json.loads(out))

    def aws(self, service: str) -> Any:
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name=self.sandbox.region)
        return session.client(service, endpoint_url=self.sandbox.endpoint_url)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launch(tmp_path_factory.mktemp("provision-command")) as launched:
        yield launched


@pytest.fixture
def team(tmp_path: Path, sandbox: Launched) -> Team:
    return Team(tmp_path, sandbox)


def test_from_a_plan_to_nothing_left(team: Team) -> None:
    team.settles_on()
    shown = team.runs("plan")
    assert f"Stack {STACK} (CREATE)" in shown
    assert "operation" in shown
    assert "replaces" in shown
    assert "+ Add" in shown
    assert "Cluster (AWS::RDS::DBCluster)" in shown
    assert team.aws("rds").describe_db_clusters()["DBClusters"] == [], "a plan makes nothing"

    applied = team.asks("apply")
    assert applied["healthy"] is True
    assert {one["state"] for one in applied["checks"]} == {"ok"}, applied["checks"]
    walked = {one["what"]: one["found"] for one in applied["checks"]}
    assert walked["login by the writer endpoint"].endswith("TLS verify-full")
    assert "row read back by the reader endpoint" in walked
    assert "nothing to do" in team.runs("plan")
    tags = team.aws("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["Tags"]
    assert {"Key": "Owner", "Value": "payments"} in tags

    audited = team.asks("audit")
    assert audited["fit"] is True
    assert {one["code"] for one in audited["findings"]} == {"AU304", "AU508"}, "no reader was asked for, no trail made"

    team.settles_on('backup_retention_days = 30\nparameters = { "rds.logical_replication" = "0" }')
    shown = team.runs("plan")
    assert "BackupRetentionPeriod 14 → 30" in shown
    assert "rds.logical_replication 1 → 0 (after a reboot)" in shown
    for page in ("README.md", "docs/provision.md"):
        assert _quoted(shown) in (ROOT / page).read_text(), f"{page} shows the change set as it is printed"

    team.settles_on('master_username = "other"\nkms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"')
    refused = team.asks("plan", code=3)
    assert refused["code"] == "PRV-010"
    assert "Cluster (AWS::RDS::DBCluster: replaced)" in refused["message"]
    assert "Key (AWS::KMS::Key: removed)" in refused["message"]
    assert "--replace Cluster" in refused["hint"]
    assert team.asks("apply", code=3)["code"] == "PRV-010"
    partly = team.asks("plan", "--replace", "Key", code=3)["message"]
    assert "Cluster" in partly
    assert "Key (" not in partly, "what was named is not refused"

    team.settles_on("backup_retention_days = 21")
    team.runs("apply")
    found = team.aws("rds").describe_db_clusters(DBClusterIdentifier=STACK)["DBClusters"][0]
    assert found["BackupRetentionPeriod"] == 21, "what was refused before does not stand in the way"

    as_yaml = team.runs("export", "--format", "yaml")
    assert "!GetAtt 'Cluster.Endpoint.Address'" in as_yaml
    assert json.loads(team.runs("export"))["Resources"].keys() >= {"Cluster", "Writer", "Key"}

    written = team.runs("export", "--iam", "policies").split()
    assert {Path(one).name for one in written} == {
        "provisioner.json", "provisioner-resources.json", "teardown.json", "migrator.json", "restore-drill.json",
        "auditor.json", "dms-service-roles.json", "scp-sample.json",
    }  # fmt: skip
    assert "arn:aws:rds:" in (team.home / "policies/provisioner-resources.json").read_text()

    assert team.asks("destroy", code=2)["code"] == "PRV-030"
    assert team.asks("destroy", "--confirm", "another", code=2)["code"] == "PRV-030"
    assert team.asks("destroy", "--confirm", STACK, code=3)["code"] == "PRV-011"
    assert team.aws("rds").describe_db_clusters()["DBClusters"], "a refused destruction took nothing away"
    left = team.asks("destroy", "--confirm", STACK, "--lift-protection")["snapshots"]
    assert len(left) == 1
    assert team.aws("rds").describe_db_clusters()["DBClusters"] == []
    assert team.asks("destroy", "--confirm", STACK, "--lift-protection")["snapshots"] == left, "twice is once"


def _quoted(printed: str) -> str:
    """As a page quotes it: no blanks at the ends of lines, no empty lines around."""
    text = "\n".join(line.rstrip() for line in printed.splitlines())
    return f"```text\n{text.strip()}\n```"


def test_what_somebody_changed_by_hand_is_found(team: Team) -> None:
    team.settles_on('naming = ""\nsecrets = ["application"]', stack="by-hand")
    team.runs("apply")
    assert team.asks("drift")["healthy"] is True

    rds, secrets = team.aws("rds"), team.aws("secretsmanager")
    rds.modify_db_cluster(DBClusterIdentifier="by-hand", BackupRetentionPeriod=3)
    group = rds.describe_db_clusters(DBClusterIdentifier="by-hand")["DBClusters"][0]["DBClusterParameterGroup"]
    slot = {"ParameterName": "rds.logical_replication", "ParameterValue": "0", "ApplyMethod": "pending-reboot"}
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=group, Parameters=[slot])
    logs = team.aws("logs")
    logs.delete_log_group(logGroupName="/aws/rds/cluster/by-hand/postgresql")
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    secrets.put_resource_policy(SecretId="by-hand/application", ResourcePolicy=policy)

    drift = {one["what"]: one["found"] for one in team.asks("drift", code=3)["checks"] if one["state"] == "problem"}
    assert drift.pop("parameters in force").endswith("waits for a reboot")
    assert drift == {
        "Cluster (AWS::RDS::DBCluster)": "/BackupRetentionPeriod 14 → 3",
        "ClusterParameters (AWS::RDS::DBClusterParameterGroup)": "/Parameters/rds.logical_replication 1 → 0",
        "PostgresqlLog (AWS::Logs::LogGroup)": "is gone",
        "parameters": "rds.logical_replication: 0 instead of 1",
    }
    status = team.asks("status", code=3)
    wrong = {one["what"]: one["found"] for one in status["checks"] if one["state"] == "problem"}
    assert wrong.keys() == {"parameters", "parameters in force", "secret by-hand/application"}
    assert wrong["secret by-hand/application"] == "its policy lets * read it"
    with Session(load(team.home / "migration.toml")) as session:
        kept = session.history.evidence("verification")
    assert [one.facts["healthy"] for one in kept] == [True, False], "of the apply, and of the status"
    assert "parameters" in str(kept[-1].facts["checks"])
    assert team.asks("apply", code=8)["code"] == "AWS-PENDING-REBOOT"


def test_somebody_elses_stack_is_left_alone(team: Team) -> None:
    team.settles_on('naming = ""', stack="theirs", migration="orders")
    team.runs("apply")
    team.settles_on('naming = ""', stack="theirs")
    for command in (["plan"], ["apply"], ["destroy", "--confirm", "theirs", "--lift-protection"]):
        told = team.asks(*command, code=3)
        assert told["code"] == "PRV-012"
        assert "belongs to migration orders" in told["message"]
    assert team.aws("rds").describe_db_clusters(DBClusterIdentifier="theirs")["DBClusters"]


def test_a_creation_that_failed_is_cleared_away_and_made_again(team: Team) -> None:
    team.settles_on('naming = ""', stack="failed")
    fault(team.sandbox.control_url, "fail-create", "Writer", "We currently do not have sufficient capacity")
    told = team.asks("apply", code=8)
    assert "Writer CREATE_FAILED" in told["message"]
    assert "sufficient capacity" in told["message"]
    told = team.asks("plan", code=8)
    assert "ROLLBACK_COMPLETE" in told["message"]
    assert "provision destroy" in told["hint"]
    team.runs("destroy", "--confirm", "failed", "--lift-protection")
    team.runs("apply")
    assert team.asks("status")["identifier"] == "failed"


def test_tags_that_lack_and_networks_that_would_not_do_are_told_before_anything_is_sent(team: Team) -> None:
    team.settles_on(stack="wrong-name")
    told = team.asks("plan", code=2)
    assert (told["code"], STACK in told["message"]) == ("PRV-021", True)

    ec2 = team.aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.88.0.0/16")["Vpc"]["VpcId"]
    zone = f"{team.sandbox.region}a"
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.88.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for n in range(2)
    ]
    team.settles_on(f'vpc_id = "{vpc}"\nsubnet_ids = {json.dumps(made)}')
    assert team.asks("apply", code=2)["code"] == "PRV-022"
    team.settles_on()
    (team.home / "prices.json").write_text('{"queried_at": "2026-11-01", "PriceList": []}')
    told = team.asks("cost", "--prices", "prices.json", "--storage-gb", "100")
    assert {one["unpriced"] for one in told["monthly"][:3]} == {"no product fits"}, "no price is built in"
    assert "not priced: no product fits" in team.runs("cost", "--prices", "prices.json")

    team.settles_on('instance_class = "db.m5.large"')
    told = team.asks("plan", code=2)
    assert (told["code"], "db.m5.large is not offered for aurora-postgresql 17.5" in told["message"]) == (
        "PRV-025",
        True,
    )
    team.settles_on('client_security_groups = ["0.0.0.0/0"]')
    assert "only members of security groups" in team.asks("plan", code=2)["message"]
    assert STACK not in [row["StackName"] for row in team.aws("cloudformation").describe_stacks()["Stacks"]]


def test_a_cluster_that_was_there_before_is_audited(team: Team) -> None:
    team.settles_on()
    ec2, rds = team.aws("ec2"), team.aws("rds")
    group = ec2.create_security_group(GroupName="wide", Description="wide")["GroupId"]
    everybody = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[everybody])
    rds.create_db_cluster(
        DBClusterIdentifier="old",
        Engine="aurora-postgresql",
        EngineVersion="16.9",
        MasterUsername="postgres",
        MasterUserPassword="not-managed-at-all",
        VpcSecurityGroupIds=[group],
    )
    rds.create_db_instance(
        DBInstanceIdentifier="old-1",
        DBClusterIdentifier="old",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r7g.large",
        PubliclyAccessible=True,
    )
    audited = team.asks("audit", "--cluster", "old", code=3)
    assert audited["fit"] is False
    found = {one["code"]: one for one in audited["findings"]}
    assert {"AU101", "AU102", "AU201", "AU203", "AU204", "AU301", "AU401", "AU402", "AU506"} <= found.keys()
    assert found["AU102"]["remedy"]["command"].startswith(f"aws ec2 revoke-security-group-ingress --group-id {group}")
    assert "--db-instance-identifier old-1" in found["AU101"]["remedy"]["command"]
    shown = team.runs("audit", "--cluster", "old", code=3)
    assert "lets 0.0.0.0/0 in: everybody" in shown
    assert "--deletion-protection" in shown
    assert team.asks("audit", "--cluster", "nowhere", code=8)["code"] == "AWS-NO-CLUSTER"
