"""Samples on real servers, their secret in a Secrets Manager stand-in, their workload and judge as processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pymysql
from psycopg import sql
from pymysql.cursors import Cursor

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_file import run_file
from migrate.sandbox.servers.postgres import PostgresServer
from tests.patience import PATIENCE
from tests.samples.press_on_mysql import as_mysql

SAMPLES = Path(__file__).resolve().parents[2] / "sample_schemas"
LEDGER = SAMPLES / "postgres" / "ledger"
SHOP = SAMPLES / "mysql" / "shop"
PRESS = SAMPLES / "mariadb" / "press"
REGION = "eu-central-1"
SECRET = "sample/application"


def declared(folder: Path) -> dict[str, Any]:
    """The sample's sample.toml."""
    return tomllib.loads((folder / "sample.toml").read_text(encoding="utf-8"))


class Sample(ABC):
    """A sample loaded into a database of `server`."""

    owner_password, application_password = "owner's", "app's"

    def __init__(self, server: PostgresServer | MySqlServer, folder: Path, database: str) -> None:
        self.server, self.folder, self.database = server, folder, database
        about = declared(folder)["sample"]
        self.owner, self.application = about["owner"], about["application"]

    @abstractmethod
    def create(self) -> None:
        """The empty database and the two accounts."""

    @abstractmethod
    def run_file(self, file: str, **variables: str) -> None:
        """Run one of the sample's files as the owner."""

    def load(self, scale: float) -> None:
        self.run_file("schema.sql")
        self.run_file("grants.sql", application=self.application)
        self.run_file("data.sql", scale=str(scale))

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
            "engine": self.server.engine,
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


class PostgresSample(Sample):
    server: PostgresServer

    def create(self) -> None:
        with self.server.connect() as admin:
            for role, password in (
                (self.owner, self.owner_password),
                (self.application, self.application_password),
            ):
                if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), password))
            self.server.drop_database(self.database)
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(self.database), sql.Identifier(self.owner))
            )

    def run_file(self, file: str, **variables: str) -> None:
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
            [*command, "-f", str(self.folder / file)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """As superuser."""
        return self.server.connect(self.database)


class MySqlSample(Sample):
    server: MySqlServer

    def create(self) -> None:
        self.server.drop_database(self.database)
        with self.server.connect() as admin, admin.cursor() as cursor:
            for user, password in (
                (self.owner, self.owner_password),
                (self.application, self.application_password),
            ):
                cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", (user, password))
        self.server.create_database(self.database, self.owner)

    def run_file(self, file: str, **variables: str) -> None:
        with self._moved(self.folder / file) as path:
            run_file(
                self.server,
                path,
                database=self.database,
                user=self.owner,
                password=self.owner_password,
                variables=variables,
            )

    @contextmanager
    def _moved(self, file: Path) -> Iterator[Path]:
        """A newspaper on a MySQL server is one that has moved."""
        if self.folder != PRESS or file.name != "schema.sql" or self.server.engine != "mysql":
            yield file
            return
        with tempfile.NamedTemporaryFile("w", suffix=file.name, encoding="utf-8") as moved:
            moved.write(as_mysql(file.read_text(encoding="utf-8")))
            moved.flush()
            yield Path(moved.name)

    def connect(self) -> pymysql.Connection[Cursor]:
        """As superuser."""
        return self.server.connect(self.database)

    def execute(self, *statements: str) -> int:
        """As superuser, without the checks of foreign keys. Returns the rows touched by the last."""
        touched = 0
        with self.connect() as admin, admin.cursor() as cursor:
            cursor.execute("SET SESSION foreign_key_checks = 0")
            for statement in statements:
                touched = cursor.execute(statement)
        return touched


class Workload:
    """The application's process."""

    def __init__(self, folder: Path, endpoint_url: str, ledger: Path, **settings: Any) -> None:
        self.ledger = ledger
        self.lines: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            [sys.executable, str(folder / "workload.py")],
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

    def wait_for(self, condition: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not condition(self.status):
            assert time.monotonic() < deadline, f"waited in vain; last status {self.status}"
            assert self._process.poll() is None, "the workload ended early"
            time.sleep(0.05)

    def acknowledge(self, more: int) -> None:
        """Wait until `more` further transactions were acknowledged."""
        wanted = self.status["acknowledged"] + more
        self.wait_for(lambda status: status["acknowledged"] >= wanted)

    def noted(self, state: str) -> list[dict[str, Any]]:
        """The ledger's lines of one state."""
        lines = [json.loads(line) for line in self.ledger.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if line["state"] == state]

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
        code = self._process.wait(timeout=PATIENCE)
        self._listener.join(timeout=PATIENCE)
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
