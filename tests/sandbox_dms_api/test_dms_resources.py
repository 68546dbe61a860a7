"""Subnet groups, instances, endpoints, certificates, tags, paging, filters, offers: no server needed."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.profile import INSTANT

PLAIN = {
    "EndpointType": "source",
    "EngineName": "postgres",
    "ServerName": "db.example",
    "Port": 5432,
    "DatabaseName": "app",
    "Username": "dms",
    "Password": "p4ssw0rd-canary",
}
SECRET = {
    "SecretsManagerSecretId": "s",
    "SecretsManagerAccessRoleArn": "arn:aws:iam::123456789012:role/dms",
    "DatabaseName": "app",
}


def without(*names, **more):
    return {key: value for key, value in {**PLAIN, **more}.items() if key not in names}


@pytest.mark.parametrize(
    ("operation", "payload", "code", "words"),
    [
        (
            "CreateReplicationSubnetGroup",
            {
                "ReplicationSubnetGroupIdentifier": "Default",
                "ReplicationSubnetGroupDescription": "d",
                "SubnetIds": ["a", "b"],
            },
            "InvalidParameterValueException",
            "default",
        ),
        (
            "CreateReplicationSubnetGroup",
            {
                "ReplicationSubnetGroupIdentifier": "g",
                "ReplicationSubnetGroupDescription": "d",
                "SubnetIds": ["a", "a"],
            },
            "ReplicationSubnetGroupDoesNotCoverEnoughAZs",
            "2",
        ),
        (
            "CreateReplicationInstance",
            {"ReplicationInstanceIdentifier": "a--b", "ReplicationInstanceClass": "dms.t3.micro"},
            "InvalidParameterValueException",
            "consecutive",
        ),
        (
            "CreateReplicationInstance",
            {"ReplicationInstanceIdentifier": "a", "ReplicationInstanceClass": "db.t3.micro"},
            "InvalidParameterValueException",
            "class",
        ),
        (
            "CreateReplicationInstance",
            {
                "ReplicationInstanceIdentifier": "a",
                "ReplicationInstanceClass": "dms.t3.micro",
                "MultiAZ": True,
                "AvailabilityZone": "eu-west-1a",
            },
            "InvalidParameterCombinationException",
            "MultiAZ",
        ),
        (
            "CreateReplicationInstance",
            {
                "ReplicationInstanceIdentifier": "a",
                "ReplicationInstanceClass": "dms.t3.micro",
                "ReplicationSubnetGroupIdentifier": "none",
            },
            "ResourceNotFoundFault",
            "none",
        ),
        (
            "CreateReplicationInstance",
            {
                "ReplicationInstanceIdentifier": "a",
                "ReplicationInstanceClass": "dms.t3.micro",
                "ResourceIdentifier": "9x",
            },
            "InvalidParameterValueException",
            "31",
        ),
        ("CreateEndpoint", {"EndpointIdentifier": "1e", **PLAIN}, "InvalidParameterValueException", "letter"),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **without(EngineName="aurora-mysql")},
            "InvalidParameterValueException",
            "aurora-postgresql",
        ),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **without("DatabaseName")},
            "InvalidParameterCombinationException",
            "DatabaseName",
        ),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **without("Password", "Port")},
            "InvalidParameterCombinationException",
            "Password, Port",
        ),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **PLAIN, "PostgreSQLSettings": SECRET},
            "InvalidParameterCombinationException",
            "excludes",
        ),
        (
            "CreateEndpoint",
            {
                "EndpointIdentifier": "e",
                "EndpointType": "source",
                "EngineName": "postgres",
                "DatabaseName": "app",
                "PostgreSQLSettings": {"SecretsManagerSecretId": "s"},
            },
            "InvalidParameterCombinationException",
            "together",
        ),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **PLAIN, "MySQLSettings": {"EventsPollInterval": 5}},
            "InvalidParameterCombinationException",
            "MySQLSettings",
        ),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **PLAIN, "SslMode": "verify-full"},
            "InvalidParameterCombinationException",
            "CertificateArn",
        ),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **PLAIN, "SslMode": "verify-full", "CertificateArn": "arn:none"},
            "ResourceNotFoundFault",
            "arn:none",
        ),
        (
            "CreateEndpoint",
            {"EndpointIdentifier": "e", **PLAIN, "Tags": [{"Key": "aws:x", "Value": "y"}]},
            "InvalidParameterValueException",
            "tag key",
        ),
        (
            "ImportCertificate",
            {"CertificateIdentifier": "c", "CertificatePem": "nothing"},
            "InvalidCertificateFault",
            "not valid",
        ),
        ("DescribeEndpoints", {"MaxRecords": 19}, "InvalidParameterValueException", "between 20 and 100"),
        ("DescribeEndpoints", {"MaxRecords": 101}, "InvalidParameterValueException", "between 20 and 100"),
        ("DescribeEndpoints", {"Marker": "zzz"}, "InvalidParameterValueException", "Marker"),
        (
            "DescribeEndpoints",
            {"Filters": [{"Name": "colour", "Values": ["red"]}]},
            "InvalidParameterValueException",
            "endpoint-arn",
        ),
        (
            "DescribeEndpoints",
            {"Filters": [{"Name": "endpoint-id", "Values": ["none"]}]},
            "ResourceNotFoundFault",
            "No Endpoints",
        ),
        ("DescribeTableStatistics", {"ReplicationTaskArn": "arn:none"}, "ResourceNotFoundFault", "arn:none"),
        ("ListTagsForResource", {"ResourceArn": "arn:none"}, "ResourceNotFoundFault", "arn:none"),
        ("ListTagsForResource", {}, "InvalidParameterValueException", "either"),
        ("DeleteReplicationInstance", {"ReplicationInstanceArn": "arn:none"}, "ResourceNotFoundFault", "arn:none"),
        (
            "DeleteReplicationSubnetGroup",
            {"ReplicationSubnetGroupIdentifier": "none"},
            "ResourceNotFoundFault",
            "none",
        ),
    ],
)
def test_refused(dms_service, operation, payload, code, words):
    with pytest.raises(DmsFault) as raised:
        dms_service()(operation, **payload)
    assert raised.value.code == code
    assert words in raised.value.message
    assert PLAIN["Password"] not in raised.value.message


def test_an_endpoint_has_a_life(dms_service):
    call = dms_service(profile=dataclasses.replace(INSTANT, transition_seconds=0.05))
    made = call("CreateEndpoint", EndpointIdentifier="My-Source", **PLAIN, Tags=[{"Key": "k", "Value": "v"}])[
        "Endpoint"
    ]
    assert (made["EndpointIdentifier"], made["Status"]) == ("my-source", "creating")
    assert re.fullmatch(r"arn:aws:dms:eu-west-1:123456789012:endpoint:[A-Z2-7]{26}", made["EndpointArn"])
    arn = made["EndpointArn"]
    call.wait(lambda: call("DescribeEndpoints")["Endpoints"][0]["Status"] == "active")
    with pytest.raises(DmsFault) as raised:
        call("CreateEndpoint", EndpointIdentifier="MY-SOURCE", **PLAIN)
    assert raised.value.code == "ResourceAlreadyExistsFault"
    changed = call("ModifyEndpoint", EndpointArn=arn, PostgreSQLSettings={"SlotName": "s"}, Port=5433)["Endpoint"]
    assert (changed["Status"], changed["Port"], changed["PostgreSQLSettings"]) == ("modifying", 5433, {"SlotName": "s"})
    with pytest.raises(DmsFault, match="modifying"):
        call("ModifyEndpoint", EndpointArn=arn, Port=5434)
    call.wait(lambda: call("DescribeEndpoints")["Endpoints"][0]["Status"] == "active")
    merged = call("ModifyEndpoint", EndpointArn=arn, PostgreSQLSettings={"CaptureDdls": False})["Endpoint"]
    assert merged["PostgreSQLSettings"] == {"SlotName": "s", "CaptureDdls": False}
    assert call("ListTagsForResource", ResourceArn=arn)["TagList"] == [{"Key": "k", "Value": "v", "ResourceArn": arn}]
    assert call("DeleteEndpoint", EndpointArn=arn)["Endpoint"]["Status"] == "deleting"

    def gone():
        try:
            call("DescribeEndpoints", Filters=[{"Name": "endpoint-arn", "Values": [arn]}])
        except DmsFault as fault:
            return fault.code == "ResourceNotFoundFault"
        return False

    call.wait(gone)


def test_passwords_go_in_and_never_come_out(dms_service):
    call = dms_service()
    inside = {**{key: PLAIN[key] for key in ("Username", "Password", "ServerName", "Port", "DatabaseName")}}
    call("CreateEndpoint", EndpointIdentifier="top", **PLAIN)
    call(
        "CreateEndpoint",
        EndpointIdentifier="inside",
        EndpointType="target",
        EngineName="aurora-postgresql",
        PostgreSQLSettings={**inside, "AfterConnectScript": "SET session_replication_role='replica'"},
    )
    shown = call("DescribeEndpoints")["Endpoints"]
    assert PLAIN["Password"] not in str(shown)
    assert shown[1]["PostgreSQLSettings"]["Username"] == "dms"
    assert PLAIN["Password"] not in repr(call.service._context.store.endpoints)


def test_pages_follow_each_other(dms_service, dms_client):
    call = dms_service()
    for number in range(45):
        call("CreateEndpoint", EndpointIdentifier=f"e-{number}", **PLAIN)
    first = call("DescribeEndpoints", MaxRecords=20)
    assert len(first["Endpoints"]) == 20
    pages = dms_client(call).get_paginator("describe_endpoints").paginate(PaginationConfig={"PageSize": 20})
    names = [one["EndpointIdentifier"] for page in pages for one in page["Endpoints"]]
    assert names == [f"e-{number}" for number in range(45)]


def test_filters_narrow_together(dms_service):
    call = dms_service()
    call("CreateEndpoint", EndpointIdentifier="a", **PLAIN)
    call("CreateEndpoint", EndpointIdentifier="b", **without(EndpointType="target"))
    call("CreateEndpoint", EndpointIdentifier="c", **without(EndpointType="target", EngineName="aurora-postgresql"))

    def names(**filters):
        wanted = [{"Name": name.replace("_", "-"), "Values": values} for name, values in filters.items()]
        return [one["EndpointIdentifier"] for one in call("DescribeEndpoints", Filters=wanted)["Endpoints"]]

    assert names(endpoint_type=["target"]) == ["b", "c"]
    assert names(endpoint_type=["target"], engine_name=["postgres"]) == ["b"]
    assert names(endpoint_id=["a", "c"]) == ["a", "c"]


def test_an_instance_lies_in_its_subnet_group(dms_service):
    zones = {
        "subnet-1": ("vpc-7", "eu-west-1a"),
        "subnet-2": ("vpc-7", "eu-west-1b"),
        "subnet-3": ("vpc-7", "eu-west-1a"),
    }
    call = dms_service(read_subnet=zones.get)
    group = {"ReplicationSubnetGroupDescription": "d"}
    for subnets, code in (
        (["subnet-1", "subnet-3"], "ReplicationSubnetGroupDoesNotCoverEnoughAZs"),
        (["x"], "InvalidSubnet"),
    ):
        with pytest.raises(DmsFault) as raised:
            call("CreateReplicationSubnetGroup", ReplicationSubnetGroupIdentifier="G", SubnetIds=subnets, **group)
        assert raised.value.code == code
    made = call(
        "CreateReplicationSubnetGroup",
        ReplicationSubnetGroupIdentifier="My-Group",
        SubnetIds=["subnet-1", "subnet-2"],
        **group,
    )["ReplicationSubnetGroup"]
    assert (made["ReplicationSubnetGroupIdentifier"], made["VpcId"]) == ("my-group", "vpc-7")
    arn = call(
        "CreateReplicationInstance",
        ReplicationInstanceIdentifier="rep",
        ReplicationInstanceClass="dms.t3.medium",
        ReplicationSubnetGroupIdentifier="my-group",
        ResourceIdentifier="My-Own-Id",
    )["ReplicationInstance"]["ReplicationInstanceArn"]
    assert arn == "arn:aws:dms:eu-west-1:123456789012:rep:My-Own-Id"
    shown = call.wait(
        lambda: (
            (one := call("DescribeReplicationInstances")["ReplicationInstances"][0])["ReplicationInstanceStatus"]
            == "available"
            and one
        )
    )
    assert shown["ReplicationSubnetGroup"]["ReplicationSubnetGroupIdentifier"] == "my-group"
    assert shown["PubliclyAccessible"] is True
    with pytest.raises(DmsFault, match="InvalidResourceStateFault"):
        call("DeleteReplicationSubnetGroup", ReplicationSubnetGroupIdentifier="my-group")
    call("DeleteReplicationInstance", ReplicationInstanceArn=arn)
    call.wait(lambda: not call("DescribeReplicationInstances")["ReplicationInstances"])
    call("DeleteReplicationSubnetGroup", ReplicationSubnetGroupIdentifier="my-group")
    events = call("DescribeEvents", SourceType="replication-instance", SourceIdentifier="rep")["Events"]
    assert [one["EventCategories"] for one in events] == [["creation"], ["deletion"]]


def test_an_instance_grows_and_its_storage_does_not_shrink(dms_service):
    call = dms_service()
    name = {"ReplicationInstanceIdentifier": "rep", "ReplicationInstanceClass": "dms.t3.medium", "AllocatedStorage": 60}
    arn = call("CreateReplicationInstance", **name)["ReplicationInstance"]["ReplicationInstanceArn"]

    def shown():
        (one,) = call("DescribeReplicationInstances")["ReplicationInstances"]
        return one

    call.wait(lambda: shown()["ReplicationInstanceStatus"] == "available")
    larger = {"ReplicationInstanceClass": "dms.r6i.large", "AllocatedStorage": 90}
    asked = call("ModifyReplicationInstance", ReplicationInstanceArn=arn, ApplyImmediately=True, **larger)
    assert asked["ReplicationInstance"]["ReplicationInstanceStatus"] == "modifying"
    call.wait(lambda: shown()["ReplicationInstanceStatus"] == "available")
    assert {key: shown()[key] for key in larger} == larger
    with pytest.raises(DmsFault, match="reduced"):
        call("ModifyReplicationInstance", ReplicationInstanceArn=arn, AllocatedStorage=60)


def test_tags_come_and_go(dms_service):
    call = dms_service()
    arn = call("CreateEndpoint", EndpointIdentifier="e", **PLAIN)["Endpoint"]["EndpointArn"]
    call("AddTagsToResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    call("RemoveTagsFromResource", ResourceArn=arn, TagKeys=["a", "unknown"])
    assert [one["Key"] for one in call("ListTagsForResource", ResourceArnList=[arn])["TagList"]] == ["b"]


def certificate() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def test_a_certificate_is_imported_used_and_deleted(dms_service):
    call = dms_service()
    pem, private = certificate()
    made = call("ImportCertificate", CertificateIdentifier="My-CA", CertificatePem=pem)["Certificate"]
    assert (made["CertificateIdentifier"], made["SigningAlgorithm"], made["KeyLength"]) == ("my-ca", "sha256", 256)
    with pytest.raises(DmsFault, match="ResourceAlreadyExistsFault"):
        call("ImportCertificate", CertificateIdentifier="my-ca", CertificatePem=pem)
    with pytest.raises(DmsFault, match="InvalidCertificateFault"):
        call("ImportCertificate", CertificateIdentifier="other", CertificatePem=pem + private)
    arn = made["CertificateArn"]
    call("CreateEndpoint", EndpointIdentifier="e", **PLAIN, SslMode="verify-ca", CertificateArn=arn)
    with pytest.raises(DmsFault, match="InvalidResourceStateFault"):
        call("DeleteCertificate", CertificateArn=arn)
    assert call("DescribeCertificates", Filters=[{"Name": "certificate-id", "Values": ["my-ca"]}])["Certificates"]


def test_offers_have_the_real_shape(dms_service):
    call = dms_service()
    assert {one["AccountQuotaName"] for one in call("DescribeAccountAttributes")["AccountQuotas"]} >= {
        "ReplicationTasks"
    }
    types = call("DescribeEndpointTypes", Filters=[{"Name": "engine-name", "Values": ["aurora"]}])
    assert {one["EndpointType"] for one in types["SupportedEndpointTypes"]} == {"source", "target"}
    settings = {one["Name"]: one for one in call("DescribeEndpointSettings", EngineName="postgres")["EndpointSettings"]}
    assert settings["PluginName"]["EnumValues"] == ["no-preference", "test-decoding", "pglogical"]
    assert "Password" not in settings
    assert call("DescribeOrderableReplicationInstances")["OrderableReplicationInstances"]
    assert call("DescribeEngineVersions")["EngineVersions"]
