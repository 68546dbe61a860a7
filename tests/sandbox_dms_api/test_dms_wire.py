"""Requests are held against the service's own model, and faults travel as AWS sends them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.dms.throttle import Rate

CANARY = "p4ssw0rd-canary"


@pytest.mark.parametrize(
    ("operation", "payload", "code", "words"),
    [
        ("MakeCoffee", {}, "UnknownOperationException", "MakeCoffee"),
        ("DescribeDataMigrations", {}, "UnknownOperationException", "does not answer"),
        ("DescribeEndpoints", [], "SerializationException", "JSON object"),
        ("TestConnection", {"EndpointArn": "x"}, "InvalidParameterValueException", "ReplicationInstanceArn"),
        ("DescribeEndpoints", {"Surprise": 1}, "InvalidParameterValueException", "Surprise"),
        ("DescribeEndpoints", {"MaxRecords": "20"}, "InvalidParameterValueException", "MaxRecords"),
        (
            "StartReplicationTask",
            {"ReplicationTaskArn": "x", "StartReplicationTaskType": "go"},
            "InvalidParameterValueException",
            "resume-processing",
        ),
    ],
)
def test_a_request_the_model_does_not_know_is_refused(dms_service, operation, payload, code, words):
    with pytest.raises(DmsFault) as raised:
        dms_service().service.handle(operation, payload)
    assert raised.value.code == code
    assert words in raised.value.message
    assert "\n" not in raised.value.message


def test_nulls_are_absent_members(dms_service):
    assert dms_service().service.handle("DescribeEndpoints", {"Filters": None}) == {"Endpoints": []}


def test_a_refused_request_never_repeats_a_password(dms_service):
    call = dms_service()
    base = {"EndpointIdentifier": "e", "EndpointType": "nowhere", "EngineName": "postgres"}
    for secret in (CANARY, [CANARY], {"a": CANARY}):
        for said in ({"Password": secret}, {"PostgreSQLSettings": {"Password": secret, "Port": "x"}}):
            with pytest.raises(DmsFault) as raised:
                call("CreateEndpoint", **base, **said)
            assert CANARY not in str(raised.value) + repr(raised.value)


def test_boto3_sees_faults_with_their_names(dms_service, dms_client):
    client = dms_client(dms_service())
    with pytest.raises(client.exceptions.ResourceNotFoundFault):
        client.delete_endpoint(EndpointArn="arn:aws:dms:eu-west-1:123456789012:endpoint:NONE")
    with pytest.raises(ClientError) as raised:
        client.describe_endpoints(MaxRecords=5)
    assert raised.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_empty_bucket_throttles(dms_service):
    call = dms_service(rate=Rate(burst=3, per_second=0.001))
    for _ in range(3):
        call("DescribeEndpoints")
    with pytest.raises(DmsFault) as raised:
        call("DescribeEndpoints")
    assert (raised.value.code, raised.value.message) == ("ThrottlingException", "Rate exceeded")
