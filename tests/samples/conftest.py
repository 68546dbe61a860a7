"""The ledger sample on a real server, its secret in a Secrets Manager stand-in, its workload and judge as processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer
from psycopg import sql

from migrate.sandbox.servers.postgres import PostgresServer

SAMPLES = Path(__file__).resolve().parents[2] / "sample_schemas"
LEDGER = SAMPLES / "postgres" / "ledger"
REGION = "eu-central-1"
SECRET = "ledger/application"


class Sample:
    """The sample loaded into a database of `server`."""

    owner, owner_password = "ledger_owner", "owner's"
    application, application_password = "ledger_app", "app's"

    def __init__(self, server: PostgresServer, database: str) -> None:
        self.server, self.database = server, database

    def create(self) -> None:
        with self.server.connect() as admin:
            for role, password in (
                (self.owner, self.owner_password),
                (self.application, self.application_password),
            ):
                if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), password))
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.database)))
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(self.database), sql.Identifier(self.owner))
            )

    def load(self, scale: float) -> None:
        self.psql("schema.sql")
        self.psql("grants.sql", application=self.application)
        self.psql("data.sql", scale=str(scale))

    def psql(self, file: str, **variables: str) -> None:
        """Run one of the sample's files as the owner."""
        command = [str(self.server.binaries.client_bin / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        for name, value in variables.items():
            command += ["-v", f"{name}={value}"]
        environment = os.environ | {
            "PGHOST": self.server.host,
            "PGPORT": str(self.server.port),
            "PGUSER": self.owner,
            "PGPASSWORD": self.owner_password,
            "PGDATABASE": self.database,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.server.ca_file),
        }
        done = subprocess.run(
            [*command, "-f", str(LEDGER / file)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """As superuser."""
        return self.server.connect(self.database)

    def secret(self) -> dict[str, str]:
        return {
            "username": self.application,
            "password": self.application_password,
            "host": self.server.host,
            "port": str(self.server.port),
            "dbname": self.database,
            "sslrootcert": str(self.server.ca_file),
        }

    def judge(self, ledger: Path) -> dict[str, Any]:
        """Run the judge as a process of its own."""
        wanted = {
            "ledger": str(ledger),
            "engine": "postgres",
            "host": self.server.host,
            "port": self.server.port,
            "user": self.application,
            "password": self.application_password,
            "dbname": self.database,
            "sslrootcert": str(self.server.ca_file),
        }
        done = subprocess.run(
            [sys.executable, str(SAMPLES / "judge.py")],
            input=json.dumps(wanted),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        verdict: dict[str, Any] = json.loads(done.stdout)
        return verdict


class Workload:
    """The application's process."""

    def __init__(self, endpoint_url: str, ledger: Path, **settings: Any) -> None:
        self.ledger = ledger
        self.lines: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            [sys.executable, str(LEDGER / "workload.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
        )
        assert self._process.stdin is not None
        wanted = {"secret_id": SECRET, "endpoint_url": endpoint_url, "region": REGION, "ledger_path": str(ledger)}
        self._process.stdin.write(json.dumps(wanted | {"sessions": 4, "rate": 150} | settings) + "\n")
        self._process.stdin.flush()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def status(self) -> dict[str, Any]:
        return next((line for line in reversed(self.lines) if line["event"] == "status"), {"acknowledged": 0})

    def wait_for(self, condition: Callable[[dict[str, Any]], bool], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition(self.status):
            assert time.monotonic() < deadline, f"waited in vain; last status {self.status}"
            assert self._process.poll() is None, "the workload ended early"
            time.sleep(0.05)

    def acknowledge(self, more: int) -> None:
        """Wait until `more` further transactions were acknowledged."""
        wanted = self.status["acknowledged"] + more
        self.wait_for(lambda status: status["acknowledged"] >= wanted)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def hang_up(self) -> int:
        """Close its stdin, and the exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.wait()

    def kill(self) -> None:
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        code = self._process.wait(timeout=30)
        self._listener.join(timeout=10)
        return code

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(json.loads(line))


class SecretsStandIn:
    """Secrets Manager for the tests: moto's."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self._client = boto3.client(
            "secretsmanager",
            endpoint_url=endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self._made = False

    def point_to(self, sample: Sample) -> None:
        text = json.dumps(sample.secret())
        if self._made:
            self._client.put_secret_value(SecretId=SECRET, SecretString=text)
        else:
            self._client.create_secret(Name=SECRET, SecretString=text)
            self._made = True

    def forget(self) -> None:
        if self._made:
            self._client.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)


@pytest.fixture(scope="session")
def _moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def secrets_stand_in(_moto: str) -> Iterator[SecretsStandIn]:
    stand_in = SecretsStandIn(_moto)
    yield stand_in
    stand_in.forget()


@pytest.fixture
def make_sample() -> Iterator[Callable[..., Sample]]:
    """`make_sample(server, scale=0.01)`: the ledger sample in a database of its own."""
    made: list[Sample] = []

    def make(server: PostgresServer, scale: float = 0.01) -> Sample:
        sample = Sample(server, f"ledger_{len(made)}")
        sample.create()
        made.append(sample)
        sample.load(scale)
        return sample

    yield make
    for sample in made:
        if sample.server.pid is None:
            sample.server.start()
        sample.server.drop_database(sample.database)


@pytest.fixture
def run_workload(tmp_path: Path, secrets_stand_in: SecretsStandIn) -> Iterator[Callable[..., Workload]]:
    """`run_workload(**settings)` starts the application's process; it is killed after the test if it still runs."""
    made: list[Workload] = []

    def run(**settings: Any) -> Workload:
        workload = Workload(secrets_stand_in.endpoint_url, tmp_path / f"ledger-{len(made)}.jsonl", **settings)
        made.append(workload)
        return workload

    yield run
    for workload in made:
        workload.kill()
