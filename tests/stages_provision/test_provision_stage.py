"""Provision, step by step: what a plan holds, what is refused, and the whole way on a sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks.route import TargetEngine, Version
from migrate.aws.network import default_network
from migrate.aws.session import AwsSession
from migrate.aws.stack import CloudFormationStacks
from migrate.clock import SystemClock
from migrate.errors import AwsError, SaysNo
from migrate.events import Event, Noted, Progressed
from migrate.model.cluster import ClusterSpec, ResourceChange
from migrate.model.plan import Plan
from migrate.model.tags import MARK
from migrate.sandbox.client import Launched, fault, launch
from migrate.stages.provision.plan import destroy, plan
from migrate.stages.provision.review import refuse, review
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld
from migrate.template import render

SPEC = ClusterSpec(
    stack="stage",
    engine=TargetEngine.AURORA_POSTGRESQL,
    version=Version.parse("17.5"),
    database="appdb",
    master_username="mig_admin",
    instance_class="db.r7g.large",
    readers=0,
    port=5433,
    subnet_ids=("subnet-0a1b2c3d", "subnet-4e5f6a7b"),
    vpc_id="vpc-0a1b2c3d",
)


def request_for(spec: ClusterSpec, **changes: Any) -> ProvisionRequest:
    birth = render(replace(spec, deletion_protection=False))
    request = ProvisionRequest(run="provision-1", spec=spec, template=render(spec), birth_template=birth)
    return replace(request, **changes)


def test_the_plans() -> None:
    request = request_for(SPEC)
    assert [step.id for step in plan(request).steps] == ["stack/apply", "stack/verify"]
    assert [step.id for step in destroy(request).steps] == ["stack/delete"]
    json.dumps(plan(request).request)
    assert "Resources" not in json.dumps(plan(request).request), "the journal keeps the template's digest"


def test_another_template_or_permission_is_another_plan() -> None:
    digests = {
        plan(request_for(SPEC)).digest,
        plan(request_for(replace(SPEC, readers=1))).digest,
        plan(request_for(SPEC, permitted=("Cluster",))).digest,
    }
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (ResourceChange("Modify", "Cluster", "AWS::RDS::DBCluster", "True"), True),
        (ResourceChange("Modify", "Cluster", "AWS::RDS::DBCluster", "Conditional"), True),
        (ResourceChange("Remove", "Cluster", "AWS::RDS::DBCluster"), True),
        (ResourceChange("Remove", "Reader1", "AWS::RDS::DBInstance"), True),
        (ResourceChange("Remove", "Key", "AWS::KMS::Key"), True),
        (ResourceChange("Modify", "ClusterParameters", "AWS::RDS::DBClusterParameterGroup", "True"), True),
        (ResourceChange("Modify", "Cluster", "AWS::RDS::DBCluster", "False"), False),
        (ResourceChange("Add", "Cluster", "AWS::RDS::DBCluster"), False),
        (ResourceChange("Remove", "ReaderLag", "AWS::CloudWatch::Alarm"), False),
        (ResourceChange("Modify", "MonitoringRole", "AWS::IAM::Role", "True"), False),
    ],
)
def test_what_holds_data_is_not_lost_by_the_way(change: ResourceChange, refused: bool) -> None:
    if not refused:
        refuse([change], ())
        return
    with pytest.raises(SaysNo) as caught:
        refuse([change], ("Another",))
    assert caught.value.code == "PRV-010"
    assert change.logical_id in str(caught.value)
    refuse([change], (change.logical_id,))


def test_a_reader_less_is_no_row_less() -> None:
    reader = ResourceChange("Remove", "Reader1", "AWS::RDS::DBInstance")
    with pytest.raises(SaysNo, match="lose no row: Reader1"):
        refuse([reader], ())
    for other in (
        ResourceChange("Remove", "Writer", "AWS::RDS::DBInstance"),
        ResourceChange("Remove", "Cluster", "AWS::RDS::DBCluster"),
    ):
        with pytest.raises(SaysNo, match="destroy what holds data"):
            refuse([reader, other], ())


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launch(tmp_path_factory.mktemp("provision")) as launched:
        yield launched


@pytest.fixture
def session(sandbox: Launched) -> AwsSession:
    return AwsSession("eu-central-1", None, sandbox.endpoint_url)


class Stage:
    def __init__(self, session: AwsSession) -> None:
        vpc, subnets = default_network(session)
        self.spec = replace(SPEC, vpc_id=vpc, subnet_ids=subnets)
        self.stacks = CloudFormationStacks(session, SystemClock(), 0.05)
        self.events: list[Event] = []

    def world(self, request: ProvisionRequest) -> ProvisionWorld:
        return ProvisionWorld(request, self.stacks, self.stacks, self.events.append, SystemClock())

    def run(self, of: Plan[ProvisionWorld], request: ProvisionRequest) -> dict[str, Any]:
        world, facts = self.world(request), {}
        for step in of.steps:
            before = step.observe(world)
            facts[step.id] = {} if step.done(world, before) else step.apply(world, before)
        return facts


@pytest.mark.server
def test_a_cluster_from_nothing_to_nothing(session: AwsSession, tmp_path: Path) -> None:
    stage = Stage(session)
    request = request_for(stage.spec)
    facts = stage.run(plan(request), request)
    assert facts["stack/apply"]["kind"] == "CREATE"
    assert facts["stack/verify"]["identifier"] == "stage"
    assert facts["stack/verify"]["database"] == "appdb"
    assert facts["stack/verify"]["master_secret_arn"].startswith("arn:aws:secretsmanager:")
    secret = session.client("secretsmanager").get_secret_value(SecretId=facts["stack/verify"]["master_secret_arn"])
    password = json.loads(secret["SecretString"])["password"]
    assert password not in json.dumps(facts) + repr(stage.events) + repr(request)
    done = [event.done for event in stage.events if isinstance(event, Progressed)]
    assert done

    cluster = session.client("rds").describe_db_clusters(DBClusterIdentifier="stage")["DBClusters"][0]
    assert cluster["DeletionProtection"] is True

    again = stage.run(plan(request), request)
    assert again["stack/apply"] == {"kind": "UPDATE", "changes": []}

    other = request_for(replace(stage.spec, database="other"))
    with pytest.raises(SaysNo) as caught:
        stage.run(plan(other), other)
    assert "Cluster (AWS::RDS::DBCluster: replaced)" in str(caught.value)
    assert "--replace Cluster" in caught.value.hint
    named = request_for(other.spec, permitted=("Cluster", "Writer"))
    changes = {one.logical_id: one for one in review(stage.world(named)).changes}
    assert changes["Cluster"].replacement == "True"
    assert changes["Cluster"].why == ("DatabaseName appdb → other",)
    assert changes["Writer"].why == ("DBClusterIdentifier follows Cluster",)
    assert stage.stacks.cluster("stage").database == "appdb"

    longer = request_for(replace(stage.spec, backup_retention_days=30, parameters=(("work_mem", "65536"),)))
    why = {one.logical_id: one.why for one in review(stage.world(longer)).changes}
    assert why == {
        "Cluster": ("BackupRetentionPeriod 14 → 30",),
        "ClusterParameters": ("work_mem none → 65536",),
    }

    someone_else = request_for(replace(stage.spec, tags=((MARK, "orders"),)))
    for of in (plan, destroy):
        with pytest.raises(SaysNo) as caught:
            stage.run(of(someone_else), someone_else)
        assert caught.value.code == "PRV-012"
        assert "was not made by this program" in str(caught.value)

    more = request_for(replace(stage.spec, readers=1))
    assert [one.logical_id for one in review(stage.world(more)).changes if one.type == "AWS::RDS::DBInstance"] == [
        "Reader1"
    ]

    with pytest.raises(SaysNo) as caught:
        stage.run(destroy(request), request)
    assert caught.value.code == "PRV-011"
    assert stage.stacks.cluster("stage"), "a refused destruction took nothing away"

    unprotected = request_for(replace(stage.spec, deletion_protection=False))
    stage.run(destroy(unprotected), unprotected)
    assert stage.stacks.status("stage") is None
    assert stage.run(destroy(unprotected), unprotected) == {"stack/delete": {}}


@pytest.mark.server
def test_a_creation_that_fails_can_be_taken_away(session: AwsSession, sandbox: Launched) -> None:
    stage = Stage(session)
    request = request_for(replace(stage.spec, stack="second"))
    fault(sandbox.control_url, "fail-create", "Writer", "We currently do not have sufficient capacity")
    with pytest.raises(AwsError) as caught:
        stage.run(plan(request), request)
    assert "Writer CREATE_FAILED" in str(caught.value)
    assert "sufficient capacity" in str(caught.value)
    assert any(isinstance(event, Noted) and event.warning and "Writer" in event.text for event in stage.events)
    with pytest.raises(AwsError) as caught:
        stage.run(plan(request), request)
    assert caught.value.code == "AWS-STACK-FAILED"
    assert "destroy" in caught.value.hint
    stage.run(destroy(request), request)
    assert stage.stacks.status("second") is None, "protection comes after the creation, so it could be rolled back"


@pytest.mark.server
@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("Key", "User is not authorized to perform: kms:CreateKey"),
        ("Cluster", "The Amazon RDS KMS key is not accessible (Service: Rds, KMSKeyNotAccessibleFault)"),
        ("Cluster", "Cannot create more than 40 clusters (Service: Rds, DBClusterQuotaExceededFault)"),
    ],
)
def test_what_aws_refuses_is_told_by_its_name_and_leaves_nothing(
    session: AwsSession, sandbox: Launched, resource: str, reason: str
) -> None:
    stage = Stage(session)
    request = request_for(replace(stage.spec, stack="refused"))
    fault(sandbox.control_url, "fail-create", resource, reason)
    with pytest.raises(AwsError) as caught:
        stage.run(plan(request), request)
    assert f"{resource} CREATE_FAILED: {reason}" in str(caught.value)
    assert stage.stacks.status("refused") == "ROLLBACK_COMPLETE"
    assert "refused" not in [
        one["DBClusterIdentifier"] for one in session.client("rds").describe_db_clusters()["DBClusters"]
    ]
    stage.run(destroy(request), request)
    assert stage.stacks.status("refused") is None


@pytest.mark.server
def test_a_change_that_aws_refuses_is_taken_back(session: AwsSession, sandbox: Launched) -> None:
    stage = Stage(session)
    request = request_for(replace(stage.spec, stack="updated"))
    stage.run(plan(request), request)
    longer = request_for(replace(stage.spec, stack="updated", backup_retention_days=30))
    fault(sandbox.control_url, "fail-create", "Cluster", "KMSKeyNotAccessibleFault")
    with pytest.raises(AwsError) as caught:
        stage.run(plan(longer), longer)
    assert "UPDATE_ROLLBACK_COMPLETE" in str(caught.value)
    assert "as it was before" in caught.value.hint
    rds = session.client("rds")
    assert rds.describe_db_clusters(DBClusterIdentifier="updated")["DBClusters"][0]["BackupRetentionPeriod"] == 14

    rds.stop_db_cluster(DBClusterIdentifier="updated")
    with pytest.raises(AwsError) as caught:
        stage.run(plan(request), request)
    assert caught.value.code == "AWS-CLUSTER-BROKEN"
    rds.start_db_cluster(DBClusterIdentifier="updated")
    stage.run(plan(longer), longer)
    assert rds.describe_db_clusters(DBClusterIdentifier="updated")["DBClusters"][0]["BackupRetentionPeriod"] == 30
