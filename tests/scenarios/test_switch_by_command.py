"""The application is switched by a team's own command: there, back, and there again, and nothing is lost."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.complaint import told_people
from tests.scenarios.switched import patient
from tests.scenarios.theatre import CREDENTIALS, Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("switches")]
SWITCH = '''
"""Writes where the database is into the secret that the application reads: a stand-in for a team's own registry."""
import json, os, sys
import boto3

place = json.load(open("place.json"))
secrets = boto3.client("secretsmanager", **place["aws"])
ports = {side: os.environ[f"AURORA_MIGRATE_{side.upper()}_PORT"] for side in ("source", "target")}
value = json.loads(secrets.get_secret_value(SecretId=place["secret"])["SecretString"])
if sys.argv[1] == "owner":
    (side,) = [side for side, port in ports.items() if port == value["port"]]
    print(side)
else:
    _, leaving, arriving = sys.argv[1:]
    if value["port"] == ports[arriving]:
        sys.exit("it is there already")
    host = os.environ[f"AURORA_MIGRATE_{arriving.upper()}_HOST"]
    value |= {"host": host, "port": ports[arriving], "sslrootcert": place["ca"][arriving]}
    secrets.put_secret_value(SecretId=place["secret"], SecretString=json.dumps(value))
    print("moved; password=CANARY-of-the-command")
'''


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    """The toolkit knows a secret that holds a login; the one that the application reads, only the command knows."""
    for made in stage(tmp_path):
        login = {key: made.secret()[key] for key in ("username", "password")}
        made.boto("secretsmanager").create_secret(Name="login-alone", SecretString=json.dumps(login))
        aws = {"endpoint_url": made.sandbox.endpoint_url, "region_name": made.sandbox.region} | {
            key.lower(): value for key, value in CREDENTIALS.items()
        }
        ca = {"source": str(made.source.ca_file), "target": str(made.sandbox.home / "ca-bundle.pem")}
        (made.home / "place.json").write_text(json.dumps({"aws": aws, "secret": made.secret_id, "ca": ca}))
        (made.home / "switch.py").write_text(SWITCH)
        patient(made)
        settings = made.home / "migration.toml"
        text = settings.read_text()
        assert f'"{made.secret_id}"' in text
        text = text.replace(f'"{made.secret_id}"', '"login-alone"')
        settings.write_text(f'{text}\n[switch]\ncommand = ["{sys.executable}", "switch.py"]\n')
        yield replicated(made)


def test_there_and_back_and_there_again(staged: Staged) -> None:
    plan = staged.must("cutover", "plan").out
    assert "switch the application's traffic (command" in plan
    before = staged.secret()
    with staged.application(rate=20.0) as application, staged.doors() as doors:
        application.write(40)
        for command in ("run", "rollback", "run"):
            if command == "run":
                staged.must("cutover", "approve", "--by", "ann")
            ran = staged.must("cutover", "run") if command == "run" else staged.must("rollback")
            assert "CANARY-of-the-command" not in ran.out + ran.err
            side = "target" if command == "run" else "source"
            assert (staged.secret()["port"] == before["port"]) is (side == "source")
            assert staged.status()["owner"] == side
            application.write(40)
        doors.look_again()
    assert (doors.problem, doors.both_open) == ("", 0)
    verdict = staged.judge("target")
    assert verdict["verdict"] == "kept", verdict
    journal = (staged.home / ".aurora-migrate/state.db").read_bytes()
    assert b"CANARY-of-the-command" not in journal
    refused = told_people(staged, staged.run("cutover", "declare", "--owner", "source"))
    assert refused.code == "CUT-095", "it says beyond doubt that the target has it"
