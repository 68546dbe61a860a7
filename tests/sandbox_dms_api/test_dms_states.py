"""The states of a task. The worker is one that only speaks the protocol; the connection tests are real."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.dms.run import ABNORMAL
from tests.sandbox_dms_api.clockwork import STEPS

pytestmark = pytest.mark.server


@pytest.fixture
def world_with(dms_service, dms_world, fake_worker):
    """`world_with("run")`: a tested world whose tasks run the fake worker of that conduct."""

    def make(conduct, **arguments):
        world = dms_world(dms_service(**fake_worker(conduct), **arguments))
        assert {one["Status"] for one in world.test()} == {"successful"}
        return world

    return make


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_every_state_is_seen_on_the_way(world_with, clockwork, told):
    world = world_with("run", profile=STEPS)
    call = world.call
    with clockwork.held():
        arn = world.task("My-Task", ready=False)
        seen = [call.task(arn)["Status"]]
        clockwork.tick()
        assert call.task(arn)["Status"] == "ready"
        seen += [world.start(arn)["Status"], call.task(arn)["Status"]]
        clockwork.tick()
        running = call.wait_for_status(arn, "running")
        assert "StopReason" not in running
        seen.append(call("StopReplicationTask", ReplicationTaskArn=arn)["ReplicationTask"]["Status"])
        call.wait(lambda: clockwork.waiting)
        seen.append(call.task(arn)["Status"])
        clockwork.tick()
        stopped = call.task(arn)
        assert stopped["Status"] == "stopped"
        assert stopped["StopReason"] == "Stop Reason NORMAL"
        assert stopped["RecoveryCheckpoint"] == "checkpoint:V1#1#00000000/0169F9B0#0#0#*#0#0"
        seen += [
            call("DeleteReplicationTask", ReplicationTaskArn=arn)["ReplicationTask"]["Status"],
            call.task(arn)["Status"],
        ]
        clockwork.tick()
        with pytest.raises(DmsFault) as raised:
            call.task(arn)
        assert raised.value.code == "ResourceNotFoundFault"
    assert seen == ["creating", "starting", "starting", "stopping", "stopping", "deleting", "deleting"]
    spec = told(1)
    assert (spec["task_id"], spec["start_type"]) == (arn.rsplit(":", 1)[1], "start-replication")
    assert spec["settings"]["FullLoadSettings"]["CommitRate"] == 10000
    categories = [one["EventCategories"][0] for one in call("DescribeEvents", SourceIdentifier="my-task")["Events"]]
    assert categories == ["creation", "state change", "state change", "deletion"]


def test_statistics_come_from_the_worker(world_with):
    world = world_with("finish")
    arn = world.task(MigrationType="full-load")
    assert world.call("DescribeTableStatistics", ReplicationTaskArn=arn)["TableStatistics"] == []
    world.start(arn)
    task = world.call.wait_for_status(arn, "stopped")
    assert task["StopReason"] == "Stop Reason FULL_LOAD_ONLY_FINISHED"
    stats = task["ReplicationTaskStats"]
    assert (stats["FullLoadProgressPercent"], stats["TablesLoaded"], stats["FullLoadStartDate"]) == (100, 1, 1000.0)
    assert stats["StartDate"] <= stats["StopDate"]
    [table] = world.call("DescribeTableStatistics", ReplicationTaskArn=arn, MaxRecords=500)["TableStatistics"]
    assert (table["TableState"], table["FullLoadRows"], table["Inserts"], table["AppliedInserts"]) == (
        "Table completed",
        3,
        2,
        1,
    )
    named = [{"Name": "schema-name", "Values": ["other"]}]
    assert world.call("DescribeTableStatistics", ReplicationTaskArn=arn, Filters=named)["TableStatistics"] == []
    with pytest.raises(DmsFault, match="between 20 and 500"):
        world.call("DescribeTableStatistics", ReplicationTaskArn=arn, MaxRecords=501)
    [log] = world.call("DescribeReplicationInstanceTaskLogs", ReplicationInstanceArn=world.instance)[
        "ReplicationInstanceTaskLogs"
    ]
    assert log["ReplicationTaskArn"] == arn


def test_resume_continues_and_reload_begins_anew(world_with, told):
    world = world_with("run")
    call, arn = world.call, world.task()
    for kind in ("start-replication", "resume-processing", "reload-target"):
        world.start(arn, kind)
        call.wait_for_status(arn, "running")
        call.wait(lambda: call("DescribeTableStatistics", ReplicationTaskArn=arn)["TableStatistics"])
        call("StopReplicationTask", ReplicationTaskArn=arn)
        call.wait_for_status(arn, "stopped")
    assert [told(number)["start_type"] for number in (1, 2, 3)] == [
        "start-replication",
        "resume-processing",
        "reload-target",
    ]
    assert told(2)["checkpoint"] == "checkpoint:V1#1#00000000/0169F9B0#0#0#*#0#0"
    assert told(2)["completed_tables"] == [["app", "customer"]]
    assert (told(3)["checkpoint"], told(3)["completed_tables"]) == (None, [])


def test_a_cdc_task_restarts_from_a_position(world_with, told):
    world = world_with("run")
    call = world.call
    arn = world.task(MigrationType="cdc", CdcStartPosition="4AF/B00000D0")
    for position in ({}, {"CdcStartPosition": "4AF/C0000000"}):
        world.start(arn, **position)
        call.wait_for_status(arn, "running")
        call("StopReplicationTask", ReplicationTaskArn=arn)
        call.wait_for_status(arn, "stopped")
    assert [told(number)["start_position"] for number in (1, 2)] == ["4AF/B00000D0", "4AF/C0000000"]
    assert call.task(arn)["CdcStartPosition"] == "4AF/C0000000"


def test_a_failed_task_says_why_and_can_be_resumed(world_with):
    world = world_with("fail")
    call, arn = world.call, world.task()
    world.start(arn)
    failed = call.wait_for_status(arn, "failed")
    assert failed["StopReason"] == "Stop Reason FATAL_ERROR"
    assert failed["LastFailureMessage"] == "Last Error  no such slot Stop Reason FATAL_ERROR Error Level FATAL"
    assert "LastFailureMessage" not in world.start(arn, "resume-processing")
    call.wait_for_status(arn, "failed")


def test_a_worker_that_dies_is_restarted_and_goes_on(world_with, told):
    world = world_with("die-first:2")
    call, arn = world.call, world.task()
    world.start(arn)
    running = call.wait_for_status(arn, "running")
    assert running["LastFailureMessage"] == ABNORMAL
    assert [told(number)["start_type"] for number in (1, 2, 3)] == ["start-replication", *["resume-processing"] * 2]


def test_after_six_restarts_the_task_has_failed(world_with, tmp_path):
    world = world_with("die")
    call, arn = world.call, world.task()
    world.start(arn)
    failed = call.wait_for_status(arn, "failed", seconds=60)
    assert (failed["StopReason"], failed["LastFailureMessage"]) == ("Stop Reason RECOVERABLE_ERROR", ABNORMAL)
    assert len(list((tmp_path / "told").glob("start-*.json"))) == 7


def test_a_worker_killed_from_outside_is_replaced(world_with, tmp_path):
    world = world_with("run")
    call, arn = world.call, world.task()
    world.start(arn)
    call.wait_for_status(arn, "running")
    os.kill(int((tmp_path / "told" / "pid-1").read_text()), 9)
    call.wait(lambda: (tmp_path / "told" / "pid-2").exists())
    call.wait_for_status(arn, "running")


@pytest.mark.parametrize("conduct", ["run", "silent-stop", "die"])
def test_a_stop_ends_whatever_happens(world_with, conduct):
    world = world_with(conduct)
    call, arn = world.call, world.task()
    world.start(arn)
    call("StopReplicationTask", ReplicationTaskArn=arn)
    assert call.wait_for_status(arn, "stopped")["StopReason"] == "Stop Reason NORMAL"


def test_close_leaves_no_process_and_no_password(world_with, tmp_path, postgres_server):
    world = world_with("run")
    call, arn = world.call, world.task()
    world.start(arn)
    call.wait_for_status(arn, "running")
    pid = int((tmp_path / "told" / "pid-1").read_text())
    secret = postgres_server.master_password.encode()
    for file in ("cmdline", "environ"):
        assert secret not in Path(f"/proc/{pid}/{file}").read_bytes()
    assert secret not in json.dumps(call.task(arn)).encode()
    call.service.close()
    call.service.close()
    assert gone(pid)
    kept = [file for file in (tmp_path / "dms-0").rglob("*") if file.is_file()]
    assert kept
    assert not [file for file in kept if secret in file.read_bytes()]


INVALID = "InvalidResourceStateFault"
VALUE = "InvalidParameterValueException"
COMBINATION = "InvalidParameterCombinationException"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"CdcStartPosition": "0/1", "CdcStartTime": 1700000000}, INVALID, "both"),
        ({"CdcStartTime": 1700000000}, VALUE, "CdcStartPosition"),
        ({"CdcStartPosition": "2026-01-01T00:00:00"}, VALUE, "date"),
        ({"CdcStartPosition": "yesterday"}, VALUE, "yesterday"),
        ({"CdcStopPosition": "noon"}, VALUE, "commit_time"),
        ({"MigrationType": "full-load", "CdcStartPosition": "0/1"}, COMBINATION, "full-load"),
        ({"TableMappings": "{"}, VALUE, "JSON"),
        ({"TableMappings": '{"rules": []}'}, VALUE, "rule"),
        ({"ReplicationTaskSettings": '{"Nope": {}}'}, VALUE, "Nope"),
        ({"ReplicationTaskIdentifier": "-x"}, VALUE, "letter"),
        ({"ReplicationInstanceArn": "arn:none"}, "ResourceNotFoundFault", "arn:none"),
    ],
)
def test_a_wrong_task_is_refused(dms_service, dms_world, changes, code, words):
    world = dms_world(dms_service())
    with pytest.raises(DmsFault) as raised:
        world.task(**changes)
    assert raised.value.code == code
    assert words in raised.value.message


def test_swapped_endpoints_and_table_settings_with_wildcards_are_refused(dms_service, dms_world, mappings):
    world = dms_world(dms_service())
    with pytest.raises(DmsFault, match=COMBINATION):
        world.task(SourceEndpointArn=world.target)
    rules = json.loads(mappings)
    locator = {"schema-name": "app", "table-name": "%"}
    rules["rules"].append({"rule-type": "table-settings", "rule-id": "2", "rule-name": "2", "object-locator": locator})
    words = (
        "Error in mapping rules. Rule with ruleId = 2 failed validation."
        " Exact schema and table name required when using table settings rule."
    )
    with pytest.raises(DmsFault) as raised:
        world.task(TableMappings=json.dumps(rules))
    assert raised.value.message == words


def test_what_a_state_forbids(world_with, clockwork):
    world = world_with("run", profile=STEPS)
    call = world.call
    untested = world.endpoint("source", "untested")
    mysql = world.endpoint("source", "mysql", EngineName="mysql")
    call.wait(world._settled)
    arn = world.task("one")
    alone = world.task("two", SourceEndpointArn=untested)
    other = world.task("three", SourceEndpointArn=mysql)

    def refused(words, operation, code=INVALID, **payload):
        with pytest.raises(DmsFault) as raised:
            call(operation, **payload)
        assert raised.value.code == code, raised.value
        assert words in raised.value.message

    task = {"ReplicationTaskArn": arn}
    tables = [{"SchemaName": "app", "TableName": "customer"}]
    fresh = {"StartReplicationTaskType": "start-replication"}
    refused("Test connection", "StartReplicationTask", ReplicationTaskArn=alone, **fresh)
    refused("mysql", "StartReplicationTask", ReplicationTaskArn=other, **fresh)
    for kind in ("resume-processing", "reload-target"):
        refused("ran before", "StartReplicationTask", StartReplicationTaskType=kind, **task)
    refused("not running", "StopReplicationTask", **task)
    refused("while the task is running", "ReloadTables", TablesToReload=tables, **task)
    refused("tasks", "DeleteReplicationInstance", ReplicationInstanceArn=world.instance)
    refused("tasks", "DeleteEndpoint", EndpointArn=world.source)
    refused("cannot be changed", "ModifyReplicationTask", VALUE, MigrationType="cdc", **task)
    with clockwork.held():
        world.start(arn)
        refused("invalid state", "StartReplicationTask", **task, **fresh)
        refused("starting", "DeleteReplicationTask", **task)
    call.wait_for_status(arn, "running")
    call.wait(lambda: call("DescribeTableStatistics", **task)["TableStatistics"])
    refused("invalid state", "StartReplicationTask", **task, **fresh)
    refused("running", "DeleteReplicationTask", **task)
    refused("cannot be modified while it is running state", "ModifyReplicationTask", TaskData="x", **task)
    refused("running", "ModifyEndpoint", EndpointArn=world.source, Port=1)
    refused(
        "At most 10", "ReloadTables", TablesToReload=[{**tables[0], "TableName": str(n)} for n in range(11)], **task
    )
    refused("twice", "ReloadTables", TablesToReload=tables * 2, **task)
    refused("no table", "ReloadTables", TablesToReload=[{"SchemaName": "app", "TableName": "none"}], **task)
    logging = json.dumps({"Logging": {"EnableLogging": True}})
    assert (
        call("ModifyReplicationTask", ReplicationTaskSettings=logging, **task)["ReplicationTask"]["Status"] == "running"
    )
    call("StopReplicationTask", **task)
    refused("not running", "StopReplicationTask", **task)
    call.wait_for_status(arn, "stopped")
    refused("first time", "StartReplicationTask", COMBINATION, **task, **fresh)
    resume = {"StartReplicationTaskType": "resume-processing"}
    refused("position", "StartReplicationTask", COMBINATION, CdcStartPosition="0/1", **task, **resume)
    changed = call("ModifyReplicationTask", ReplicationTaskIdentifier="renamed", **task)["ReplicationTask"]
    assert (changed["Status"], changed["ReplicationTaskIdentifier"]) == ("modifying", "renamed")
    call.wait_for_status(arn, "stopped")


def test_a_secret_that_cannot_be_read_fails_the_start(dms_service, dms_world, fake_worker, postgres_server):
    secret = {"username": postgres_server.master_user, "password": postgres_server.master_password}
    secrets = {"s": {**secret, "host": postgres_server.host, "port": str(postgres_server.port)}}
    world = dms_world(dms_service(secrets=secrets, **fake_worker("run")))
    settings = {"SecretsManagerSecretId": "s", "SecretsManagerAccessRoleArn": "arn:aws:iam::123456789012:role/dms"}
    plain = dict.fromkeys(("ServerName", "Port", "Username", "Password"))
    source = world.endpoint("source", "by-secret", PostgreSQLSettings=settings, **plain)
    assert {one["Status"] for one in world.test(source, world.target)} == {"successful"}
    arn = world.task(SourceEndpointArn=source)
    secrets.clear()
    world.start(arn)
    failed = world.call.wait_for_status(arn, "failed")
    assert failed["LastFailureMessage"].startswith("Last Error The secret s cannot be read")
    assert failed["StopReason"] == "Stop Reason FATAL_ERROR"


def test_metrics_carry_the_two_dimensions(world_with):
    published = []
    world = world_with("run", publish_metric=lambda *metric: published.append(metric))
    arn = world.task()
    world.start(arn)
    world.call.wait(lambda: len(published) == 2)
    dimensions = {"ReplicationInstanceIdentifier": "rep", "ReplicationTaskIdentifier": arn.rsplit(":", 1)[1]}
    assert published == [("CDCLatencySource", dimensions, 0.5), ("CDCLatencyTarget", dimensions, 1.5)]
