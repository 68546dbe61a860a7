"""What the doctor finds: on a real PostgreSQL, against a sandbox's IAM, one ailment after the other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.aws.session import AwsSession
from migrate.model.checkup import Check, Health
from migrate.operations.doctor.cloud import Role
from migrate.operations.doctor.examine import examine
from migrate.sandbox.client import Launched, launch
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.settings import load
from migrate.template.permissions import migrator
from migrate.template.policy import Place
from migrate.wiring.session import Session
from tests.conforming import conforming
from tests.template.variants import POSTGRES

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("doctor")]
PASSWORD = "AURORA_MIGRATE_SOURCE_PASSWORD"
SETTINGS = """
[migration]
name = "ledger"
[source]
engine = "postgres"
host = "{host}"
port = {port}
database = "{database}"
user = "{user}"
ca_file = "{ca_file}"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "aurora-ledger-production-cluster"
database = "appdb"
[aws]
region = "{region}"
endpoint_url = "{endpoint_url}"
[application]
secret = "app"
"""
Examine = Callable[..., dict[tuple[str, str], Check]]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launch(tmp_path_factory.mktemp("doctor")) as launched:
        yield launched


@pytest.fixture
def write(
    tmp_path: Path,
    sandbox: Launched,
    postgres_server: PostgresServer,
    fresh_database: Callable[[PostgresServer], str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Path]:
    """Writes settings in which only what a test names is not well."""
    monkeypatch.setenv(PASSWORD, postgres_server.master_password)
    well = {
        "host": postgres_server.host,
        "port": postgres_server.port,
        "database": fresh_database(postgres_server),
        "user": postgres_server.master_user,
        "ca_file": postgres_server.ca_file,
        "region": sandbox.region,
        "endpoint_url": sandbox.endpoint_url,
    }

    def made(**ill: object) -> Path:
        path = tmp_path / "migration.toml"
        path.write_text(SETTINGS.format(**{**well, **ill}))
        return path

    return made


@pytest.fixture
def found(write: Callable[..., Path]) -> Examine:
    def by_name(roles: tuple[Role, ...] = (), **ill: object) -> dict[tuple[str, str], Check]:
        with Session(load(write(**ill))) as session:
            return {(one.area, one.what): one for one in examine(session, roles)}

    return by_name


def test_a_source_that_is_well(found: Examine) -> None:
    checks = found()
    assert [one.found for one in checks.values() if one.health is Health.PROBLEM] == []
    assert checks["source", "port"].health is Health.OK
    assert checks["source", "privileges"].found == "everything that a migration takes"
    assert "pg_dump" in checks["source", "programs"].found
    assert checks["target", "login"].health is Health.UNASKED


def test_a_port_that_is_refused_is_no_matter_of_a_password(found: Examine) -> None:
    checks = found(port=1)
    assert "refused" in checks["source", "port"].found
    assert ("source", "login") not in checks, "what rests on it is not asked"
    assert checks["aws", "identity"].health is Health.OK, "and hides nothing else"


def test_a_wrong_password_is_told_as_one(found: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "CANARY-not-it")
    login = found()["source", "login"]
    assert login.found.startswith("SRC-102")
    assert "rotated" in login.remedy
    assert "CANARY" not in login.found + login.remedy


def test_a_server_that_another_authority_signed(found: Examine, tmp_path: Path) -> None:
    strange = tmp_path / "strange.pem"
    strange.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    login = found(ca_file=strange)["source", "login"]
    assert login.found.startswith("SRC-103")
    assert "global-bundle.pem" in login.remedy


def test_a_database_that_is_spelled_otherwise(found: Examine) -> None:
    assert found(database="Nowhere")["source", "login"].found.startswith("SRC-104")


def test_a_login_that_may_little_gets_its_grants(
    write: Callable[..., Path], postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres_server.execute("CREATE ROLE doctor_little LOGIN PASSWORD 'little'")
    monkeypatch.setenv(PASSWORD, "little")
    try:
        with Session(load(write(user="doctor_little"))) as session:
            lacks = [one for one in examine(session, []) if one.what == "privileges"]
    finally:
        postgres_server.execute("DROP ROLE doctor_little")
    lines = [line for one in lacks for line in one.lines]
    assert 'ALTER ROLE "doctor_little" CREATEROLE;' in lines
    assert 'GRANT pg_signal_backend TO "doctor_little";' in lines


def _person(sandbox: Launched, statements: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs what comes next is somebody with this policy."""
    iam = AwsSession(sandbox.region, None, sandbox.endpoint_url).client("iam")
    iam.create_user(UserName="ann")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=document)
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])


def test_every_missing_permission_is_named_at_once(
    found: Examine, sandbox: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place("aws", sandbox.region, sandbox.account, "ledger", "app")
    own: Any = migrator(POSTGRES, place)["Statement"]
    taken = {"dms:CreateEndpoint", "secretsmanager:UpdateSecretVersionStage", "ec2:DescribeNetworkAcls"}
    less = [{**one, "Action": [action for action in one["Action"] if action not in taken]} for one in own]
    less.append({"Effect": "Deny", "Action": "dms:TestConnection", "Resource": "*"})
    _person(sandbox, less, monkeypatch)
    checks = found((Role.MIGRATOR, Role.PROVISIONER))
    assert checks["aws", "identity"].found.startswith(f"arn:aws:iam::{sandbox.account}:user/ann")
    lacking = checks["aws", "permissions of a migrator"]
    assert lacking.health is Health.PROBLEM
    assert {line.partition(" ")[0] for line in lacking.lines} == {*taken, "dms:TestConnection"}
    assert "dms:TestConnection (a policy denies it)" in lacking.lines
    provisioner = checks["aws", "permissions of a provisioner"].lines
    assert "cloudformation:ExecuteChangeSet (no policy allows it)" in provisioner


def test_from_the_command_line(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(port=1)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "migrate", *arguments]
        return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)

    told = run("doctor", "--format", "json")
    assert told.returncode == 3
    document = conforming(json.loads(told.stdout))
    assert document["healthy"] is False
    roles = [one["what"] for one in document["checks"] if one["what"].startswith("dms-")]
    assert roles == ["dms-vpc-role", "dms-cloudwatch-logs-role"]

    assert run("provision", "dms-roles").returncode == 3
    assert "made the role dms-vpc-role" in run("provision", "dms-roles", "--create").stderr
    again = run("provision", "dms-roles", "--create")
    assert (again.returncode, "made the role" in again.stderr) == (0, False), "one that is there is left as it is"

    path.write_text("[migration]\nname = 7\n")
    without = run("doctor")
    assert without.returncode == 3
    assert "CFG-004" in without.stdout
    assert "psycopg" in without.stdout, "what can be told is told"
