"""TestConnection opens real connections, with the endpoint's own credentials and TLS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from migrate.sandbox.dms.faults import DmsFault

pytestmark = pytest.mark.server


def test_good_credentials_succeed_and_wrong_ones_say_why(dms_service, dms_world):
    call = dms_service()
    world = dms_world(call)
    assert {one["Status"] for one in world.test()} == {"successful"}
    wrong = world.endpoint("source", "wrong", Password="p4ssw0rd-canary")
    nowhere = world.endpoint("source", "nowhere", Port=1)
    nothing = world.endpoint("source", "nothing", DatabaseName="no_such_database")
    for arn, words in ((wrong, "password authentication failed"), (nowhere, "refused"), (nothing, "does not exist")):
        [connection] = world.test(arn)
        assert connection["Status"] == "failed"
        assert words in connection["LastFailureMessage"]
        assert "canary" not in connection["LastFailureMessage"]


def test_tls_is_as_ssl_mode_says(dms_service, dms_world, postgres_server):
    call = dms_service()
    world = dms_world(call)
    ours = call("ImportCertificate", CertificateIdentifier="ours", CertificatePem=postgres_server.ca_file.read_text())[
        "Certificate"
    ]["CertificateArn"]
    other = call("ImportCertificate", CertificateIdentifier="other", CertificatePem=_other_authority())["Certificate"]
    right = world.endpoint("source", "right", SslMode="verify-full", CertificateArn=ours)
    stranger = world.endpoint("source", "stranger", SslMode="verify-ca", CertificateArn=other["CertificateArn"])
    plain = world.endpoint("source", "plain", SslMode="none")
    assert world.test(right)[0]["Status"] == "successful"
    assert world.test(plain)[0]["Status"] == "successful"
    [refused] = world.test(stranger)
    assert refused["Status"] == "failed"
    assert "certificate verify failed" in refused["LastFailureMessage"]


def test_credentials_come_from_the_secret(dms_service, dms_world, postgres_server):
    good = {
        "username": postgres_server.master_user,
        "password": postgres_server.master_password,
        "host": postgres_server.host,
        "port": str(postgres_server.port),
        "engine": "postgres",
    }
    call = dms_service(secrets={"good": good, "half": {"username": "x", "password": "p4ssw0rd-canary"}})
    world = dms_world(call)

    def endpoint(secret: str) -> str:
        plain = dict.fromkeys(("ServerName", "Port", "Username", "Password"))
        role = "arn:aws:iam::123456789012:role/dms"
        settings = {"SecretsManagerSecretId": secret, "SecretsManagerAccessRoleArn": role}
        return world.endpoint("source", secret, PostgreSQLSettings=settings, **plain)

    assert world.test(endpoint("good"))[0]["Status"] == "successful"
    assert "lacks host, port" in world.test(endpoint("half"))[0]["LastFailureMessage"]
    assert "cannot be read" in world.test(endpoint("none"))[0]["LastFailureMessage"]
    assert "canary" not in str(call("DescribeConnections"))


def test_a_changed_endpoint_must_be_tested_again(dms_service, dms_world):
    call = dms_service()
    world = dms_world(call)
    world.test()
    task = world.task()
    call("ModifyEndpoint", EndpointArn=world.source, ExtraConnectionAttributes="captureDDLs=false")
    with pytest.raises(DmsFault, match=r"InvalidResourceStateFault.*source-end"):
        world.start(task)


def test_a_connection_can_be_deleted(dms_service, dms_world):
    call = dms_service()
    world = dms_world(call)
    world.test()
    deleted = call("DeleteConnection", EndpointArn=world.source, ReplicationInstanceArn=world.instance)
    assert deleted["Connection"]["Status"] == "deleting"
    call.wait(lambda: len(call("DescribeConnections")["Connections"]) == 1)


def _other_authority() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
