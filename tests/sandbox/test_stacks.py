"""Stories about CloudFormation: a stack is a real server, and everything that goes wrong is told as AWS tells it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from migrate.sandbox.client import Launched, RoleRequest, create_source, fault, remove_source, status
from migrate.sandbox.errors import SandboxError

pytestmark = pytest.mark.server

Ca = Callable[[str], Path]


def test_a_stack_is_a_reachable_server(stacks: Any, stack_name: str, ca_of: Ca) -> None:
    change_set = stacks.change_set(stack_name, stacks.template())
    assert change_set["Status"] == "CREATE_COMPLETE"
    assert {change["ResourceChange"]["Action"] for change in change_set["Changes"]} == {"Add"}
    assert len(change_set["Changes"]) == len(stacks.template()["Resources"])
    assert stacks.run(change_set) == "CREATE_COMPLETE"
    cluster, outputs = stacks.cluster(stack_name), stacks.outputs(stack_name)
    assert cluster["Status"] == "available"
    assert outputs["WriterEndpoint"] == outputs["ReaderEndpoint"] == cluster["Endpoint"] == "127.0.0.1"
    assert int(outputs["Port"]) == cluster["Port"]
    assert outputs["MasterSecretArn"] == cluster["MasterUserSecret"]["SecretArn"]
    assert outputs["ResourceId"] == cluster["DbClusterResourceId"]
    assert cluster["StorageType"] == "aurora-iopt1"
    assert cluster["EngineVersion"] == "16.4"
    assert cluster["BackupRetentionPeriod"] == 14
    assert cluster["MultiAZ"] is True
    assert cluster["StorageEncrypted"] is True
    assert cluster["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert cluster["MonitoringInterval"] == 60
    assert cluster["PerformanceInsightsEnabled"] is True
    assert cluster["DatabaseInsightsMode"] == "advanced"
    members = cluster["DBClusterMembers"]
    assert sorted(member["IsClusterWriter"] for member in members) == [False, True]
    assert {member["DBClusterParameterGroupStatus"] for member in members} == {"in-sync"}
    with stacks.connect(stack_name, ca_of(stack_name)) as master:
        assert master.execute("SELECT current_user, current_database()").fetchone() == ("mig_admin", "appdb")
        assert master.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone() == (False,)
        assert master.execute("SHOW wal_level").fetchone() == ("logical",)
        assert master.execute("SHOW max_replication_slots").fetchone() == ("31",)
        assert master.execute("SHOW max_wal_senders").fetchone() == ("32",)
        master.execute("CREATE TABLE public.mine (n int)")
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        stacks.connect(stack_name, ca_of(stack_name), sslmode="disable")
    instances = stacks.client("rds").describe_db_instances()["DBInstances"]
    ours = [row for row in instances if row["DBClusterIdentifier"] == stack_name]
    assert len({row["AvailabilityZone"] for row in ours}) == 2
    assert {row["DBInstanceStatus"] for row in ours} == {"available"}
    assert {(row["Endpoint"]["Address"], row["Endpoint"]["Port"]) for row in ours} == {("127.0.0.1", cluster["Port"])}
    assert {row["DBParameterGroups"][0]["ParameterApplyStatus"] for row in ours} == {"in-sync"}


def test_without_logical_replication_there_is_none(stacks: Any, stack_name: str, ca_of: Ca) -> None:
    stacks.create(stack_name, Logical="0")
    with stacks.connect(stack_name, ca_of(stack_name)) as master:
        assert master.execute("SHOW wal_level").fetchone() == ("replica",)


def test_events_come_in_order(stacks: Any, stack_name: str) -> None:
    stacks.create(stack_name)
    events = stacks.events(stack_name)
    assert events[:2] == [(stack_name, "REVIEW_IN_PROGRESS"), (stack_name, "CREATE_IN_PROGRESS")]
    assert events[-1] == (stack_name, "CREATE_COMPLETE")
    finished = [name for name, state in events if state == "CREATE_COMPLETE"]
    for before, after in [("Log", "Cluster"), ("Key", "Cluster"), ("Cluster", "Writer"), ("Writer", "Reader")]:
        assert finished.index(before) < finished.index(after)
        assert events.index((before, "CREATE_COMPLETE")) < events.index((after, "CREATE_IN_PROGRESS"))


def test_a_failed_resource_rolls_the_stack_back(stacks: Any, stack_name: str, sandbox: Launched) -> None:
    reason = "We currently do not have sufficient capacity for db.r7g.large (HandlerErrorCode: GeneralServiceException)"
    fault(sandbox.control_url, "fail-create", "Writer", reason)
    assert stacks.create(stack_name) == "ROLLBACK_COMPLETE"
    events = stacks.events(stack_name)
    order = [
        ("Cluster", "CREATE_COMPLETE"),
        ("Writer", "CREATE_IN_PROGRESS"),
        ("Writer", "CREATE_FAILED"),
        (stack_name, "ROLLBACK_IN_PROGRESS"),
        ("Cluster", "DELETE_IN_PROGRESS"),
        ("Cluster", "DELETE_COMPLETE"),
        ("Log", "DELETE_SKIPPED"),
        (stack_name, "ROLLBACK_COMPLETE"),
    ]
    assert [events.index(event) for event in order] == sorted(events.index(event) for event in order)
    rows = stacks.api.describe_stack_events(StackName=stack_name)["StackEvents"]
    assert [row["ResourceStatusReason"] for row in rows if row["ResourceStatus"] == "CREATE_FAILED"] == [reason]
    begun = next(row["ResourceStatusReason"] for row in rows if row["ResourceStatus"] == "ROLLBACK_IN_PROGRESS")
    assert begun == "The following resource(s) failed to create: [Writer]. Rollback requested by user."
    assert stack_name not in [server["name"] for server in status(sandbox.control_url)["servers"]]
    assert stacks.outputs(stack_name) == {}
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        stacks.change_set(stack_name, stacks.template(), "UPDATE")


def test_deletion_protection_refuses(stacks: Any, stack_name: str, sandbox: Launched) -> None:
    template = stacks.template()
    template["Resources"]["Cluster"]["Properties"]["DeletionProtection"] = True
    stacks.create(stack_name, template)
    assert stacks.delete(stack_name) == "DELETE_FAILED"
    rows = stacks.api.describe_stack_events(StackName=stack_name)["StackEvents"]
    failed = next(
        row for row in rows if row["ResourceStatus"] == "DELETE_FAILED" and row["LogicalResourceId"] == "Cluster"
    )
    assert "deletion protection" in failed["ResourceStatusReason"]
    assert stack_name in [server["name"] for server in status(sandbox.control_url)["servers"]]
    rds = stacks.client("rds")
    with pytest.raises(ClientError, match="protected"):
        rds.delete_db_cluster(DBClusterIdentifier=stack_name, SkipFinalSnapshot=True)
    rds.modify_db_cluster(DBClusterIdentifier=stack_name, DeletionProtection=False, ApplyImmediately=True)
    assert stacks.delete(stack_name) == "DELETE_COMPLETE"
    assert stack_name not in [server["name"] for server in status(sandbox.control_url)["servers"]]
    snapshots = rds.describe_db_cluster_snapshots(DBClusterIdentifier=stack_name, SnapshotType="manual")
    assert len(snapshots["DBClusterSnapshots"]) == 1
    with pytest.raises(ClientError, match="does not exist") as missing:
        stacks.api.describe_stacks(StackName=stack_name)
    assert missing.value.response["Error"]["Code"] == "ValidationError"


def test_termination_protection_refuses(stacks: Any, stack_name: str) -> None:
    stacks.create(stack_name)
    stacks.api.update_termination_protection(StackName=stack_name, EnableTerminationProtection=True)
    assert stacks.api.describe_stacks(StackName=stack_name)["Stacks"][0]["EnableTerminationProtection"] is True
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is enabled"):
        stacks.api.delete_stack(StackName=stack_name)
    stacks.api.update_termination_protection(StackName=stack_name, EnableTerminationProtection=False)


def test_nothing_to_change_is_a_failed_change_set(stacks: Any, stack_name: str) -> None:
    stacks.create(stack_name)
    change_set = stacks.change_set(stack_name, stacks.template(), "UPDATE")
    assert (change_set["Status"], change_set["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert change_set["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(ClientError) as refused:
        stacks.run(change_set)
    assert refused.value.response["Error"]["Code"] == "InvalidChangeSetStatus"


@pytest.mark.parametrize(
    ("name", "value", "replacement"),
    [
        ("DatabaseName", "other", "True"),
        ("StorageEncrypted", False, "True"),
        ("EngineMode", "provisioned", "True"),
        ("SnapshotIdentifier", "some-snapshot", "True"),
        ("BackupRetentionPeriod", 21, "False"),
        ("DeletionProtection", True, "False"),
    ],
)
def test_a_change_set_says_what_is_replaced(
    stacks: Any, shared_stack: str, name: str, value: object, replacement: str
) -> None:
    template = stacks.template()
    template["Resources"]["Cluster"]["Properties"][name] = value
    changes = stacks.change_set(shared_stack, template, "UPDATE")["Changes"]
    change = next(c["ResourceChange"] for c in changes if c["ResourceChange"]["LogicalResourceId"] == "Cluster")
    assert (change["Action"], change["Replacement"]) == ("Modify", replacement)
    assert change["Details"][0]["Target"]["Name"] == name
    assert change.get("PolicyAction") == ("ReplaceAndSnapshot" if replacement == "True" else None)
    followers = {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"]["Replacement"] for c in changes}
    assert followers.get("Writer") == ("Conditional" if replacement == "True" else None)


def test_a_removed_resource_is_told_with_its_policy(stacks: Any, shared_stack: str) -> None:
    template = stacks.template()
    del template["Resources"]["LagAlarm"]
    changes = stacks.change_set(shared_stack, template, "UPDATE")["Changes"]
    told = [(c["ResourceChange"]["Action"], c["ResourceChange"]["LogicalResourceId"]) for c in changes]
    assert told == [("Remove", "LagAlarm")]
    assert changes[0]["ResourceChange"]["PolicyAction"] == "Delete"


@pytest.fixture(scope="module")
def shared_stack(stacks: Any) -> Any:
    """A stack nobody changes: change sets are only looked at."""
    name = "looked-at"
    stacks.create(name)
    yield name
    stacks.delete(name)


def test_changed_parameters_wait_for_a_reboot(stacks: Any, stack_name: str, ca_of: Ca) -> None:
    stacks.create(stack_name)
    assert stacks.run(stacks.change_set(stack_name, stacks.template(), "UPDATE", Logical="0")) == "UPDATE_COMPLETE"
    states = [member["DBClusterParameterGroupStatus"] for member in stacks.cluster(stack_name)["DBClusterMembers"]]
    assert set(states) == {"pending-reboot"}
    with stacks.connect(stack_name, ca_of(stack_name)) as master:
        assert master.execute("SHOW wal_level").fetchone() == ("logical",)
    members = stacks.cluster(stack_name)["DBClusterMembers"]
    writer = next(member["DBInstanceIdentifier"] for member in members if member["IsClusterWriter"])
    stacks.client("rds").reboot_db_instance(DBInstanceIdentifier=writer)
    states = [member["DBClusterParameterGroupStatus"] for member in stacks.cluster(stack_name)["DBClusterMembers"]]
    assert set(states) == {"in-sync"}
    with stacks.connect(stack_name, ca_of(stack_name)) as master:
        assert master.execute("SHOW wal_level").fetchone() == ("replica",)


def test_an_update_that_fails_is_undone(stacks: Any, stack_name: str, sandbox: Launched) -> None:
    stacks.create(stack_name)
    template = stacks.template()
    template["Resources"]["Cluster"]["Properties"]["BackupRetentionPeriod"] = 30
    template["Resources"]["Second"] = template["Resources"]["LagAlarm"] | {"DependsOn": "Cluster"}
    fault(sandbox.control_url, "fail-create", "Second", "Internal Failure")
    assert stacks.run(stacks.change_set(stack_name, template, "UPDATE")) == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.cluster(stack_name)["BackupRetentionPeriod"] == 14
    assert stacks.run(stacks.change_set(stack_name, template, "UPDATE")) == "UPDATE_COMPLETE"
    assert stacks.cluster(stack_name)["BackupRetentionPeriod"] == 30
    assert stacks.outputs(stack_name)["WriterEndpoint"] == "127.0.0.1"


def test_a_type_nobody_knows_is_refused_at_once(stacks: Any, stack_name: str) -> None:
    template = stacks.template()
    template["Resources"]["Odd"] = {"Type": "AWS::Odd::Thing", "Properties": {}}
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        stacks.change_set(stack_name, template)


def test_a_second_create_of_the_same_stack_is_refused(stacks: Any, shared_stack: str) -> None:
    with pytest.raises(ClientError, match="already exists"):
        stacks.change_set(shared_stack, stacks.template())


def test_stop_and_start_are_felt(stacks: Any, stack_name: str, ca_of: Ca) -> None:
    stacks.create(stack_name)
    rds, ca = stacks.client("rds"), ca_of(stack_name)
    port = stacks.cluster(stack_name)["Port"]
    rds.stop_db_cluster(DBClusterIdentifier=stack_name)
    with pytest.raises(psycopg.OperationalError):
        stacks.connect(stack_name, ca)
    rds.start_db_cluster(DBClusterIdentifier=stack_name)
    stacks.connect(stack_name, ca).close()
    assert stacks.cluster(stack_name)["Port"] == port


def test_a_failover_moves_the_writer_and_ends_sessions(stacks: Any, stack_name: str, ca_of: Ca) -> None:
    stacks.create(stack_name)

    def writer() -> str:
        members = stacks.cluster(stack_name)["DBClusterMembers"]
        return next(str(member["DBInstanceIdentifier"]) for member in members if member["IsClusterWriter"])

    before = writer()
    with stacks.connect(stack_name, ca_of(stack_name)) as session:
        stacks.client("rds").failover_db_cluster(DBClusterIdentifier=stack_name)
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert writer() != before


def test_a_source_and_a_cluster_may_share_a_name(stacks: Any, stack_name: str, sandbox: Launched, ca_of: Ca) -> None:
    stacks.create(stack_name)
    ca = ca_of(stack_name)
    create_source(sandbox.control_url, name=stack_name, database="d", owner="o", master_user="m")
    with pytest.raises(SandboxError, match="two servers"):
        fault(sandbox.control_url, "kill-server", stack_name)
    fault(sandbox.control_url, "kill-server", f"cluster/{stack_name}")
    with pytest.raises(psycopg.OperationalError):
        stacks.connect(stack_name, ca)
    fault(sandbox.control_url, "start-server", f"cluster/{stack_name}")
    stacks.connect(stack_name, ca).close()
    remove_source(sandbox.control_url, stack_name)


def test_a_role_that_is_there_twice_is_refused(sandbox: Launched) -> None:
    with pytest.raises(SandboxError, match="already exists"):
        create_source(
            sandbox.control_url, name="twice", database="d", owner="o", master_user="m", roles=[RoleRequest("o")]
        )
    assert "twice" not in [server["name"] for server in status(sandbox.control_url)["servers"]]
