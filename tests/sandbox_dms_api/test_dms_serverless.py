"""DMS Serverless: its own states and its own compute, the same rows (knowledge: dms.md §3)."""

from __future__ import annotations

import json
import time

import pytest

from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.dms.serverless.replication import STARTING
from migrate.sandbox.profile import INSTANT
from tests.sandbox_dms_api.clockwork import STEPS

pytestmark = pytest.mark.server
SIDES = ("source", "target")
SETTINGS = json.dumps(
    {
        "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", "StopTaskCachedChangesNotApplied": True},
        "ControlTablesSettings": {"ControlSchema": "awsdms_control"},
    }
)


class Serverless:
    """One replication of a world, asked through the service or a boto3 client alike."""

    def __init__(self, world, mappings, **changes):
        self.world, self.call = world, world.call
        said = {
            "ReplicationConfigIdentifier": "Flow",
            "SourceEndpointArn": world.source,
            "TargetEndpointArn": world.target,
            "ComputeConfig": {"MinCapacityUnits": 2, "MaxCapacityUnits": 8},
            "ReplicationType": "full-load-and-cdc",
            "TableMappings": mappings,
            **changes,
        }
        self.arn = self.call("CreateReplicationConfig", **said)["ReplicationConfig"]["ReplicationConfigArn"]

    def now(self):
        named = [{"Name": "replication-config-arn", "Values": [self.arn]}]
        return self.call("DescribeReplications", Filters=named)["Replications"][0]

    def wait(self, *statuses):
        return self.call.wait(lambda: (one := self.now())["Status"] in statuses and one)

    def start(self, kind="start-replication", **more):
        return self.call("StartReplication", ReplicationConfigArn=self.arn, StartReplicationType=kind, **more)

    def stop(self):
        return self.call("StopReplication", ReplicationConfigArn=self.arn)["Replication"]

    def tables(self):
        return self.call("DescribeReplicationTableStatistics", ReplicationConfigArn=self.arn)[
            "ReplicationTableStatistics"
        ]

    def refused(self, operation, **more):
        with pytest.raises(DmsFault) as caught:
            self.call(operation, ReplicationConfigArn=self.arn, **more)
        return caught.value.code


@pytest.fixture
def flow(dms_service, dms_world, fake_worker, mappings):
    """`flow("run")`: a replication whose worker only speaks the protocol; the connections are really tested."""

    def make(conduct, *, profile=INSTANT, deprovision_seconds=3600.0, **changes):
        call = dms_service(**fake_worker(conduct), profile=profile, deprovision_seconds=deprovision_seconds)
        return Serverless(dms_world(call), mappings, **changes)

    return make


def test_every_state_is_seen_on_the_way(flow, clockwork, mappings):
    other = flow("run", profile=STEPS)
    with clockwork.held():
        one = Serverless(other.world, mappings, ReplicationConfigIdentifier="Second")
        seen = [one.now()["Status"]]
        clockwork.tick()
        seen += [one.now()["Status"], one.start()["Replication"]["Status"]]
        while True:
            due, status = clockwork.waiting, one.now()["Status"]  # in this order: what is due later comes after it
            if status == "running":
                break
            assert status in STARTING, one.now()
            assert one.refused("ModifyReplicationConfig", TableMappings="{}") == "InvalidResourceStateFault"
            if status != seen[-1]:
                seen.append(status)
            clockwork.tick(due)
    running = one.now()
    assert running["ProvisionData"]["ProvisionState"] == "provisioned"
    assert running["ProvisionData"]["ProvisionedCapacityUnits"] == 2
    assert running["StartReplicationType"] == "start-replication"
    assert "ReplicationDeprovisionTime" not in running
    assert one.refused("DeleteReplicationConfig") == "InvalidResourceStateFault"
    assert one.refused("StartReplication", StartReplicationType="resume-processing") == "InvalidResourceStateFault"
    seen.append(one.stop()["Status"])
    stopped = one.wait("stopped")
    assert seen == ["created", "ready", *STARTING, "stopping"]
    assert stopped["StopReason"] == "Stop Reason NORMAL"
    assert stopped["RecoveryCheckpoint"].startswith("checkpoint:V1#1#")
    assert stopped["ProvisionData"]["ProvisionState"] == "provisioned", "a stop does not deprovision"
    assert stopped["ReplicationDeprovisionTime"] > time.time() + 3000


def test_what_it_knew_of_the_tables_goes_with_its_compute(flow, told):
    one = flow("run", deprovision_seconds=0.3)
    one.start()
    one.wait("running")
    one.call.wait(one.tables)
    one.stop()
    one.wait("stopped")
    assert one.call.wait(lambda: one.now()["ProvisionData"]["ProvisionState"] == "deprovisioned")
    assert one.tables() == []
    assert one.now()["Status"] == "stopped"
    one.start("resume-processing")
    one.wait("running")
    assert one.call.wait(one.tables)
    assert told(2)["checkpoint"].startswith("checkpoint:V1#1#")
    assert told(2)["completed_tables"] == [["app", "customer"]], "what is loaded is not loaded again"


def test_a_failed_run_tells_its_reasons_in_a_list(flow):
    one = flow("fail")
    one.start()
    failed = one.wait("failed")
    assert failed["FailureMessages"] == ["Last Error  no such slot Stop Reason FATAL_ERROR Error Level FATAL"]
    assert failed["StopReason"] == "Stop Reason FATAL_ERROR"
    assert "LastFailureMessage" not in failed


def test_it_tests_its_connections_itself(flow):
    one = flow("run")
    one.call("ModifyEndpoint", EndpointArn=one.world.target, Password="wrong canary")
    one.call.wait(one.world._settled)
    one.start()
    failed = one.wait("failed")
    assert "target-end" in failed["FailureMessages"][0]
    assert "wrong canary" not in json.dumps(failed)
    assert "ProvisionData" not in failed, "it failed before anything was provisioned"


def test_a_stop_on_the_way_is_obeyed(flow, clockwork):
    one = flow("run", profile=STEPS)
    one.wait("ready")
    with clockwork.held():
        one.start()
        assert one.stop()["Status"] == "stopping"
        clockwork.tick()
        assert clockwork.waiting == (), "the start goes no further"
    assert one.now()["Status"] == "stopped"
    assert one.now()["StopReason"] == "Stop Reason NORMAL"


def test_no_start_points(flow):
    """dms.md §3: the model carries the fields, the service does not take them."""
    one = flow("run", ReplicationType="cdc")
    first = {"StartReplicationType": "start-replication"}
    assert (
        one.refused("StartReplication", **first, CdcStartPosition="0/16F9B0") == "InvalidParameterCombinationException"
    )
    assert one.refused("StartReplication", **first, CdcStartTime=1.0) == "InvalidParameterCombinationException"
    assert one.refused("StartReplication", StartReplicationType="resume-processing") == "InvalidResourceStateFault"
    assert one.refused("StartReplication", StartReplicationType="again") == "InvalidParameterValueException"
    assert one.refused("StopReplication") == "InvalidResourceStateFault"


def test_capacity_is_one_of_the_legal_sizes(flow):
    one = flow("run")
    world = one.world
    for compute, code in (
        ({}, "InvalidParameterValueException"),
        ({"MaxCapacityUnits": 3}, "InvalidParameterValueException"),
        ({"MinCapacityUnits": 8, "MaxCapacityUnits": 4}, "InvalidParameterValueException"),
        ({"MaxCapacityUnits": 4, "MultiAZ": True, "AvailabilityZone": "a"}, "InvalidParameterCombinationException"),
        ({"MaxCapacityUnits": 4, "ReplicationSubnetGroupId": "nowhere"}, "ResourceNotFoundFault"),
    ):
        with pytest.raises(DmsFault) as caught:
            Serverless(world, "{}", ReplicationConfigIdentifier="other", ComputeConfig=compute)
        assert caught.value.code == code
    with pytest.raises(DmsFault) as caught:
        Serverless(world, "{}")
    assert caught.value.code == "ResourceAlreadyExistsFault"


def test_a_standing_one_can_be_changed_and_deleted(flow):
    one = flow("run")
    one.wait("ready")
    one.call("ModifyReplicationConfig", ReplicationConfigArn=one.arn, ComputeConfig={"MaxCapacityUnits": 16})
    [config] = one.call("DescribeReplicationConfigs")["ReplicationConfigs"]
    assert config["ComputeConfig"] == {"MinCapacityUnits": 2, "MaxCapacityUnits": 16}
    with pytest.raises(DmsFault, match="part of"):
        one.call("DeleteEndpoint", EndpointArn=one.world.source)
    one.call("DeleteReplicationConfig", ReplicationConfigArn=one.arn)
    one.call.wait(lambda: one.call("DescribeReplications")["Replications"] == [])
    assert one.refused("DeleteReplicationConfig") == "ResourceNotFoundFault"


def test_a_plain_boto3_script_moves_rows_with_it(dms_service, dms_client, dms_world, postgres_server, fresh_database):
    """Real server, real rows, the same worker as a task of an instance."""
    names = [fresh_database(postgres_server) for _ in range(2)]
    source, target = (postgres_server.connect(name) for name in names)
    call = dms_service()
    client, world, user = dms_client(call), dms_world(call), postgres_server.master_user
    try:
        for side in (source, target):
            side.execute("CREATE SCHEMA app; CREATE TABLE app.customer (id int PRIMARY KEY, name text)")
            side.execute(f"GRANT USAGE ON SCHEMA app TO {user}; GRANT ALL ON app.customer TO {user}")
        source.execute("INSERT INTO app.customer SELECT n, 'name ' || n FROM generate_series(1, 300) n")
        ends = [world.endpoint(side, f"{side}-db", DatabaseName=name) for side, name in zip(SIDES, names, strict=True)]
        call.wait(world._settled)
        arn = client.create_replication_config(
            ReplicationConfigIdentifier="story",
            SourceEndpointArn=ends[0],
            TargetEndpointArn=ends[1],
            ComputeConfig={"MaxCapacityUnits": 4},
            ReplicationType="full-load-and-cdc",
            TableMappings=json.dumps(
                {
                    "rules": [
                        {
                            "rule-type": "selection",
                            "rule-id": "1",
                            "rule-name": "1",
                            "rule-action": "explicit",
                            "object-locator": {"schema-name": "app", "table-name": "customer"},
                        }
                    ]
                }
            ),
            ReplicationSettings=SETTINGS,
        )["ReplicationConfig"]["ReplicationConfigArn"]
        mine = [{"Name": "replication-config-id", "Values": ["story"]}]

        def reached(status):
            [found] = client.describe_replications(Filters=mine)["Replications"]
            assert found["Status"] != "failed", found
            return found if found["Status"] == status else None

        call.wait(lambda: reached("ready"))
        client.start_replication(ReplicationConfigArn=arn, StartReplicationType="start-replication")
        loaded = call.wait(lambda: reached("stopped"), 60)
        assert loaded["StopReason"] == "Stop Reason STOPPED_AFTER_FULL_LOAD"
        assert loaded["ReplicationStats"]["TablesLoaded"] == 1
        source.execute("INSERT INTO app.customer VALUES (1001, 'while stopped')")
        client.start_replication(ReplicationConfigArn=arn, StartReplicationType="resume-processing")
        call.wait(lambda: reached("running"), 60)
        call.wait(lambda: target.execute("SELECT count(*) FROM app.customer").fetchone() == (301,), 60)
        client.reload_replication_tables(
            ReplicationConfigArn=arn, TablesToReload=[{"SchemaName": "app", "TableName": "customer"}]
        )
        tables = lambda: client.describe_replication_table_statistics(ReplicationConfigArn=arn)[  # noqa: E731
            "ReplicationTableStatistics"
        ]
        call.wait(lambda: tables()[0]["TableState"] == "Table completed", 60)
        assert tables()[0]["FullLoadReloaded"] is True
        client.stop_replication(ReplicationConfigArn=arn)
        call.wait(lambda: reached("stopped"), 60)
        client.delete_replication_config(ReplicationConfigArn=arn)
        call.wait(lambda: client.describe_replications()["Replications"] == [])
    finally:
        call.service.close()
        for side in (source, target):
            side.close()
        with postgres_server.connect() as admin:
            admin.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active")
