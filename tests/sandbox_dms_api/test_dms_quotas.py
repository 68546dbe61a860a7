"""What the account may have, and a task that moves house (knowledge: dms.md §2, §4.1, §15)."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.sandbox_dms_api.clockwork import STEPS

pytestmark = pytest.mark.server


def refused(act, **said):
    with pytest.raises(ClientError) as caught:
        act(**said)
    return caught.value.response["Error"]["Code"]


def test_a_full_quota_refuses_the_next_one(dms_service, dms_client, dms_world, mappings):
    quotas = {"ReplicationInstances": 2, "AllocatedStorage": 120, "Endpoints": 2, "ReplicationTasks": 1}
    call = dms_service(quotas={**quotas, "ReplicationSubnetGroups": 1, "SubnetsPerReplicationSubnetGroup": 2})
    client, world = dms_client(call), dms_world(call)
    create = client.create_replication_instance
    small = {"ReplicationInstanceClass": "dms.t3.medium"}
    assert refused(create, ReplicationInstanceIdentifier="big", AllocatedStorage=100, **small) == (
        "StorageQuotaExceededFault"
    )
    create(ReplicationInstanceIdentifier="second", AllocatedStorage=50, **small)
    assert refused(create, ReplicationInstanceIdentifier="third", AllocatedStorage=5, **small) == (
        "ResourceQuotaExceededFault"
    )
    server = {"EngineName": "postgres", "ServerName": "h", "Port": 1, "Username": "u", "Password": "p"}
    said = {"EndpointIdentifier": "third", "EndpointType": "source", "DatabaseName": "d", **server}
    assert refused(client.create_endpoint, **said) == "ResourceQuotaExceededFault"
    task = world.task()
    with pytest.raises(Exception, match="quota ReplicationTasks is exceeded: 1 of 1 are in use"):
        world.task("second")
    group = {"ReplicationSubnetGroupIdentifier": "one", "ReplicationSubnetGroupDescription": "d"}
    make = client.create_replication_subnet_group
    assert refused(make, **group, SubnetIds=["a", "b", "c"]) == "ResourceQuotaExceededFault"
    make(**group, SubnetIds=["a", "b"])
    another = {**group, "ReplicationSubnetGroupIdentifier": "two"}
    assert refused(make, **another, SubnetIds=["a", "b"]) == "ResourceQuotaExceededFault"
    told = {
        one["AccountQuotaName"]: (one["Used"], one["Max"])
        for one in client.describe_account_attributes()["AccountQuotas"]
    }
    assert told["ReplicationInstances"] == (2, 2)
    assert told["AllocatedStorage"] == (100, 120)
    assert told["ReplicationTasks"] == (1, 1)
    assert told["Certificates"] == (0, 100)
    client.delete_replication_task(ReplicationTaskArn=task)
    call.wait(lambda: client.describe_replication_tasks()["ReplicationTasks"] == [])
    world.task("second")


def test_a_task_moves_to_an_instance_that_is_not_older(dms_service, dms_client, dms_world, fake_worker, clockwork):
    call = dms_service(**fake_worker("run"), profile=STEPS)
    client, world = dms_client(call), dms_world(call)
    world.test()
    there, twin, old = (
        client.create_replication_instance(
            ReplicationInstanceIdentifier=name, ReplicationInstanceClass="dms.t3.medium", EngineVersion=version
        )["ReplicationInstance"]["ReplicationInstanceArn"]
        for name, version in (("new", "3.6.1"), ("twin", "3.6.1"), ("old", "3.5.3"))
    )
    call.wait(world._settled)
    arn = world.task()
    move = client.move_replication_task
    for instance in (old, world.instance):
        assert refused(move, ReplicationTaskArn=arn, TargetReplicationInstanceArn=instance) == (
            "InvalidResourceStateFault"
        )
    world.start(arn)
    call.wait_for_status(arn, "running")
    assert refused(move, ReplicationTaskArn=arn, TargetReplicationInstanceArn=there) == "InvalidResourceStateFault"
    client.stop_replication_task(ReplicationTaskArn=arn)
    call.wait_for_status(arn, "stopped")
    resume = {"ReplicationTaskArn": arn, "StartReplicationTaskType": "resume-processing"}
    with clockwork.held():
        moving = move(ReplicationTaskArn=arn, TargetReplicationInstanceArn=there)["ReplicationTask"]
        assert (moving["Status"], moving["TargetReplicationInstanceArn"]) == ("moving", there)
        assert refused(client.start_replication_task, **resume) == "InvalidResourceStateFault"
    moved = call.wait_for_status(arn, "stopped")
    assert moved["ReplicationInstanceArn"] == there
    assert "TargetReplicationInstanceArn" not in moved
    assert refused(move, ReplicationTaskArn=arn, TargetReplicationInstanceArn=world.instance) == (
        "InvalidResourceStateFault"
    )
    move(ReplicationTaskArn=arn, TargetReplicationInstanceArn=twin)
    client.delete_replication_task(ReplicationTaskArn=arn)
    call.wait(lambda: client.describe_replication_tasks()["ReplicationTasks"] == [])
