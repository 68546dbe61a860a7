"""What a restore drill asks of RDS, and what it leaves alone, as RDS's own model has the requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from migrate.aws.restore import RdsRestores
from migrate.aws.session import AwsSession
from migrate.errors import AwsError
from migrate.model.drill import RESTORE_MARK
from tests.aws.conftest import REGION
from tests.clocks import HandClock

NAME = "orders-drill-1"
OURS = [{"Key": RESTORE_MARK, "Value": "shop"}]
ORIGIN: dict[str, Any] = {
    "DBClusterIdentifier": "orders",
    "Port": 5433,
    "DBSubnetGroup": "subnets",
    "DBClusterParameterGroup": "parameters",
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
    "StorageEncrypted": True,
    "KmsKeyId": "key",
    "StorageType": "aurora-iopt1",
    "DeletionProtection": True,
    "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
    "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 8.0},
    "DBClusterMembers": [
        {"DBInstanceIdentifier": "reader", "IsClusterWriter": False},
        {"DBInstanceIdentifier": "writer", "IsClusterWriter": True},
    ],
}
RESTORE = {
    "DBClusterIdentifier": NAME,
    "SourceDBClusterIdentifier": "orders",
    "UseLatestRestorableTime": True,
    "Port": 5433,
    "DBSubnetGroupName": "subnets",
    "VpcSecurityGroupIds": ["sg-1"],
    "DBClusterParameterGroupName": "parameters",
    "DeletionProtection": False,
    "Tags": OURS,
    "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
    "StorageType": "aurora-iopt1",
    "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 8.0},
}


SNAPSHOT = {
    "DBClusterSnapshotIdentifier": "orders-before-cutover-1",
    "DBClusterIdentifier": "orders",
    "SnapshotCreateTime": datetime(2026, 3, 1, 12, tzinfo=UTC),
    "Status": "available",
    "Engine": "aurora-postgresql",
    "EngineVersion": "17.5",
    "SnapshotType": "manual",
    "DbClusterResourceId": "cluster-NOW",
}


class Script:
    """What RDS is asked, in this order, and what it answers."""

    def __init__(self, stubber: Stubber) -> None:
        self._stubber = stubber

    def cluster(self, status: str = "available", tags: Any = OURS, **row: Any) -> Script:
        found = {"DBClusterIdentifier": NAME, "Status": status, "TagList": tags, **row}
        self._stubber.add_response("describe_db_clusters", {"DBClusters": [found]})
        return self

    def instances(self, *rows: tuple[str, str]) -> Script:
        found = [{"DBInstanceIdentifier": name, "DBInstanceStatus": state} for name, state in rows]
        self._stubber.add_response("describe_db_instances", {"DBInstances": found})
        return self

    def then(self, operation: str, asked: dict[str, Any], answer: dict[str, Any] | None = None) -> Script:
        self._stubber.add_response(operation, answer or {}, asked)
        return self

    def refused(self, operation: str, code: str) -> Script:
        self._stubber.add_client_error(operation, code, "no", 400)
        return self

    def over(self) -> None:
        self._stubber.assert_no_pending_responses()


@pytest.fixture
def scripted() -> Iterator[tuple[RdsRestores, Script]]:
    session = AwsSession(REGION, None, "http://127.0.0.1:1")
    with Stubber(session.client("rds")) as stubber:
        yield RdsRestores(session, "shop", HandClock(), 5.0), Script(stubber)


def test_a_restore_gets_the_origins_network_parameters_and_scaling_and_no_protection(scripted: Any) -> None:
    restores, script = scripted
    script.then("describe_db_clusters", {"DBClusterIdentifier": "orders"}, {"DBClusters": [ORIGIN]})
    script.then("restore_db_cluster_to_point_in_time", RESTORE)
    restores.begin("orders", NAME)
    script.over()


def test_a_snapshot_is_restored_as_its_cluster_stands_in_the_version_it_was_taken_with(scripted: Any) -> None:
    restores, script = scripted
    named = {"DBClusterSnapshotIdentifier": "orders-before-cutover-1"}
    script.then("describe_db_cluster_snapshots", named, {"DBClusterSnapshots": [SNAPSHOT]})
    snapshot = restores.snapshot("orders-before-cutover-1")
    assert (snapshot.taken, snapshot.version, snapshot.available) == (SNAPSHOT["SnapshotCreateTime"], "17.5", True)
    script.then("describe_db_clusters", {"DBClusterIdentifier": "orders"}, {"DBClusters": [ORIGIN]})
    origin = ("SourceDBClusterIdentifier", "UseLatestRestorableTime")
    asked = {key: value for key, value in RESTORE.items() if key not in origin}
    more = {"SnapshotIdentifier": "orders-before-cutover-1", "Engine": "aurora-postgresql", "EngineVersion": "17.5"}
    script.then("restore_db_cluster_from_snapshot", {**asked, **more})
    restores.begin("orders", NAME, snapshot)
    script.over()


def test_a_first_request_for_a_snapshot_whose_answer_was_lost_is_no_fault(scripted: Any) -> None:
    restores, script = scripted
    script.then(
        "describe_db_cluster_snapshots", {"DBClusterSnapshotIdentifier": "one"}, {"DBClusterSnapshots": [SNAPSHOT]}
    )
    snapshot = restores.snapshot("one")
    script.then("describe_db_clusters", {"DBClusterIdentifier": "orders"}, {"DBClusters": [ORIGIN]})
    script.refused("restore_db_cluster_from_snapshot", "DBClusterAlreadyExistsFault").cluster("creating")
    restores.begin("orders", NAME, snapshot)
    script.refused("describe_db_cluster_snapshots", "DBClusterSnapshotNotFoundFault")
    assert restores.snapshot("two") is None
    script.over()


def test_the_clusters_snapshots_are_told_newest_first_and_those_of_its_name_before_it_apart(scripted: Any) -> None:
    restores, script = scripted
    earlier = {**SNAPSHOT, "DBClusterSnapshotIdentifier": "last", "DbClusterResourceId": "cluster-THEN",
               "SnapshotCreateTime": datetime(2026, 2, 1, tzinfo=UTC)}  # fmt: skip
    own = {**SNAPSHOT, "DBClusterSnapshotIdentifier": "rds:orders-1", "SnapshotType": "automated",
           "SnapshotCreateTime": datetime(2026, 3, 2, tzinfo=UTC)}  # fmt: skip
    coming = {key: value for key, value in SNAPSHOT.items() if key != "SnapshotCreateTime"}
    script.cluster(DbClusterResourceId="cluster-NOW")
    script.then("describe_db_cluster_snapshots", {"DBClusterIdentifier": "orders"},
                {"DBClusterSnapshots": [earlier, coming, SNAPSHOT, own]})  # fmt: skip
    found = restores.snapshots("orders")
    assert [(one.name, one.manual, one.of_another) for one in found] == [
        ("rds:orders-1", False, False),
        ("orders-before-cutover-1", True, False),
        ("last", True, True),
    ]
    script.over()


def test_a_first_request_whose_answer_was_lost_is_no_fault(scripted: Any) -> None:
    restores, script = scripted
    script.then("describe_db_clusters", {"DBClusterIdentifier": "orders"}, {"DBClusters": [ORIGIN]})
    script.refused("restore_db_cluster_to_point_in_time", "DBClusterAlreadyExistsFault").cluster("creating")
    restores.begin("orders", NAME)
    script.over()


def test_a_cluster_of_that_name_that_is_somebody_elses_is_not_taken_for_it(scripted: Any) -> None:
    restores, script = scripted
    script.then("describe_db_clusters", {"DBClusterIdentifier": "orders"}, {"DBClusters": [ORIGIN]})
    script.refused("restore_db_cluster_to_point_in_time", "DBClusterAlreadyExistsFault").cluster(tags=[])
    with pytest.raises(AwsError) as caught:
        restores.begin("orders", NAME)
    assert caught.value.code == "AWS-NOT-OURS"


def test_the_instance_is_as_the_writer(scripted: Any) -> None:
    restores, script = scripted
    writer = {
        "DBInstanceIdentifier": "writer",
        "Engine": "aurora-postgresql",
        "DBInstanceClass": "db.serverless",
        "PubliclyAccessible": False,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "DBParameterGroups": [{"DBParameterGroupName": "own"}],
    }
    script.then("describe_db_clusters", {"DBClusterIdentifier": "orders"}, {"DBClusters": [ORIGIN]})
    script.then("describe_db_instances", {"DBInstanceIdentifier": "writer"}, {"DBInstances": [writer]})
    script.then(
        "create_db_instance",
        {
            "DBInstanceIdentifier": f"{NAME}-1",
            "DBClusterIdentifier": NAME,
            "Engine": "aurora-postgresql",
            "DBInstanceClass": "db.serverless",
            "PubliclyAccessible": False,
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
            "DBParameterGroupName": "own",
            "Tags": OURS,
        },
    )
    restores.add_writer("orders", NAME)
    script.over()


def test_deleting_is_asked_for_until_rds_is_ready_for_it(scripted: Any) -> None:
    restores, script = scripted
    script.cluster("creating").instances((f"{NAME}-1", "creating"))
    script.refused("delete_db_instance", "InvalidDBInstanceState")
    script.refused("delete_db_cluster", "InvalidDBClusterStateFault")
    script.cluster().instances((f"{NAME}-1", "available"))
    script.then("delete_db_instance", {"DBInstanceIdentifier": f"{NAME}-1", "SkipFinalSnapshot": True})
    script.then("delete_db_cluster", {"DBClusterIdentifier": NAME, "SkipFinalSnapshot": True})
    script.cluster("deleting").instances((f"{NAME}-1", "deleting"))
    script.refused("describe_db_clusters", "DBClusterNotFoundFault")
    restores.remove(NAME)
    script.over()


def test_what_does_not_carry_the_mark_is_not_deleted(scripted: Any) -> None:
    restores, script = scripted
    script.cluster(tags=[{"Key": RESTORE_MARK, "Value": "another"}])
    with pytest.raises(AwsError) as caught:
        restores.remove(NAME)
    assert caught.value.code == "AWS-NOT-OURS"
    script.over()


def test_a_cluster_that_somebody_gave_another_instance_is_not_deleted(scripted: Any) -> None:
    restores, script = scripted
    script.cluster().instances((f"{NAME}-1", "available"), ("theirs", "available"))
    with pytest.raises(AwsError, match="theirs was not made"):
        restores.remove(NAME)
    script.over()


def test_a_restore_that_comes_to_nothing_is_not_waited_for(scripted: Any) -> None:
    restores, script = scripted
    script.cluster("incompatible-restore").instances()
    with pytest.raises(AwsError, match="incompatible-restore"):
        restores.state(NAME)
