"""A staged migration for scenario tests: a sandbox, a source with the sample's data, an application, the command line.

Everything runs in processes of its own and is looked at from outside: the journal through its file, the databases
through their own connections, the application through its ledger.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psycopg

from checks.route import Engine
from migrate.operations.rehearsal.sample import Sample, load
from migrate.sandbox import client
from tests.conforming import conforming
from tests.patience import PATIENCE
from tests.scenarios.doors import Doors

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_schemas"
LEDGER = "postgres/ledger"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
LONG = 600.0


def stands_still_after(step: str) -> str:
    """For a story that must go on from just here: Python that lets a command stand still once `step` is done."""
    return f"""
import migrate.state.journal, time
written = migrate.state.journal.StoredJournal.append
def append(self, kind, *, run, step="", body=None):
    entry = written(self, kind, run=run, step=step, body=body)
    if (kind, step) == ("done", {step!r}):
        time.sleep({LONG})
    return entry
migrate.state.journal.StoredJournal.append = append
"""


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return conforming(json.loads(self.out))


@dataclass
class Staged:
    """One migration on its stage. `home` holds migration.toml, the state and the ledger."""

    home: Path
    sample: Sample
    sandbox: client.Launched
    source: client.Source
    environment: dict[str, str] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)
    """By process id, how many entries the journal had when it was started."""

    def start(self, *arguments: str, sabotage: str = "") -> subprocess.Popen[str]:
        """The command line in a process of its own; `sabotage` is Python that runs before it."""
        known = len(self.journal())
        program = [sys.executable, "-m", "migrate"]
        if sabotage:
            program = [sys.executable, "-c", f"{sabotage}\nfrom migrate.cli.app import main\nmain()"]
        process = subprocess.Popen(
            [*program, *arguments],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.environment},
            start_new_session=True,
        )
        self.known[process.pid] = known
        return process

    def run(self, *arguments: str, sabotage: str = "") -> Ran:
        process = self.start(*arguments, sabotage=sabotage)
        out, err = process.communicate(timeout=LONG)
        return Ran(process.returncode, out, err)

    def must(self, *arguments: str) -> Ran:
        ran = self.run(*arguments)
        assert ran.code == 0, f"{arguments} exited with {ran.code}\n{ran.out[-2000:]}\n{ran.err[-4000:]}"
        return ran

    def status(self) -> Any:
        return self.must("status", "--format", "json").json

    def journal(self, run: str | None = None) -> list[tuple[str, str, str]]:
        """(run, kind, step) of every entry, read from the file itself; none before a first command made it."""
        file = self.home / ".aurora-migrate/state.db"
        if not file.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)) as db:
            try:
                rows = db.execute("SELECT run, kind, step FROM aurora_migrate_journal ORDER BY seq").fetchall()
            except sqlite3.OperationalError:
                return []
        return [row for row in rows if run is None or row[0] == run]

    def written(self, process: subprocess.Popen[str]) -> list[tuple[str, str, str]]:
        """What the journal got since `process` was started."""
        return self.journal()[self.known[process.pid] :]

    def kill_after(self, process: subprocess.Popen[str], step: str, kind: str = "done") -> None:
        """SIGKILL `process` and its group once it wrote `kind` for `step` into the journal, or a bit later."""
        self.kill_when(process, lambda: any(k == kind and s.startswith(step) for _, k, s in self.written(process)))

    def kill_when(self, process: subprocess.Popen[str], seen: Callable[[], bool]) -> None:
        """SIGKILL `process` and its group as soon as `seen`, which may be true of one that has just ended."""
        deadline = time.monotonic() + LONG
        while True:
            over = process.poll() is not None or time.monotonic() > deadline
            if seen():
                break
            if over:
                out, err = process.communicate(timeout=1)
                raise AssertionError(f"never seen; exit {process.returncode}\n{out[-1500:]}\n{err[-3000:]}")
            time.sleep(0.005)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def slots(self, side: str, part: str) -> list[str]:
        """Logical slots of the migration on a side whose name holds `part`."""
        with psycopg.connect(**self.login(side)) as database:
            rows = database.execute("SELECT slot_name::text FROM pg_replication_slots ORDER BY 1").fetchall()
        return [name for (name,) in rows if part in name]

    # --- databases ---------------------------------------------------------------------------------------------

    @property
    def secret_id(self) -> str:
        return f"{self.sample.name}/application"

    def secret(self) -> dict[str, str]:
        answer = self.boto("secretsmanager").get_secret_value(SecretId=self.secret_id)
        value: dict[str, str] = json.loads(answer["SecretString"])
        return value

    def boto(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.sandbox.endpoint_url,
            region_name=self.sandbox.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def target(self) -> dict[str, Any]:
        """Login of the master on the target."""
        (cluster,) = self.boto("rds").describe_db_clusters()["DBClusters"]
        secret = self.boto("secretsmanager").get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])
        value = json.loads(secret["SecretString"])
        return {
            "host": cluster["Endpoint"],
            "port": cluster["Port"],
            "user": value["username"],
            "password": value["password"],
            "dbname": self.source.database,
            "sslmode": "verify-full",
            "sslrootcert": str(self.sandbox.home / "ca-bundle.pem"),
        }

    def origin(self) -> dict[str, Any]:
        """Login of the master on the source."""
        return {
            "host": self.source.host,
            "port": self.source.port,
            "user": self.source.master_user,
            "password": self.source.master_password,
            "dbname": self.source.database,
            "sslmode": "verify-full",
            "sslrootcert": str(self.source.ca_file),
        }

    def login(self, side: str) -> dict[str, Any]:
        return self.origin() if side == "source" else self.target()

    # --- the application -----------------------------------------------------------------------------------------

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.jsonl"

    @contextlib.contextmanager
    def application(self, rate: float = 40.0) -> Iterator[Application]:
        application = Application(self, rate)
        try:
            yield application
        finally:
            application.stop()

    def doors(self, *, patient: bool = False) -> Doors:
        """Could the application connect to both sides at one moment? Watched for as long as it is entered."""
        sides = [(self.engine(side), self.login(side)) for side in ("source", "target")]
        return Doors(self.sample.application, sides, patient=patient)

    def engine(self, side: str) -> Engine:
        """What really answers there: behind Aurora MySQL it is a MySQL server."""
        mariadb = self.sample.engine is Engine.MARIADB and side == "target"
        return Engine.MYSQL if mariadb else self.sample.engine

    def judge(self, side: str) -> dict[str, Any]:
        """The judge's document for the ledger so far and the database of `side`."""
        login = self.login(side)
        asked = {"ledger": str(self.ledger), "engine": self.engine(side).value, **login}
        ran = subprocess.run(
            [sys.executable, str(self.sample.judge)],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        verdict: dict[str, Any] = json.loads(ran.stdout)
        return verdict


class Application:
    """The sample's workload; `status` is its last word."""

    def __init__(self, staged: Staged, rate: float) -> None:
        self.status: dict[str, Any] = {}
        self._process = subprocess.Popen(
            [sys.executable, str(staged.sample.workload)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **CREDENTIALS},
            start_new_session=True,
        )
        configuration = {
            "secret_id": staged.secret_id,
            "endpoint_url": staged.sandbox.endpoint_url,
            "region": staged.sandbox.region,
            "ledger_path": str(staged.ledger),
            "sessions": 6,
            "rate": rate,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(configuration) + "\n")
        self._process.stdin.flush()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.status = json.loads(line)

    @property
    def acknowledged(self) -> int:
        return int(self.status.get("acknowledged", 0))

    def write(self, more: int) -> None:
        """Wait until it had `more` further acknowledgements."""
        goal, deadline = self.acknowledged + more, time.monotonic() + LONG
        while self.acknowledged < goal:
            assert self._process.poll() is None, f"the application ended: {self.status}"
            assert time.monotonic() < deadline, f"the application is stuck: {self.status}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                stream.close()


SETTINGS = """
[limits]
freeze_budget_seconds = 300.0
lag_seconds = 20.0
"""


def stage(
    folder: Path,
    *,
    sample: str = LEDGER,
    scale: float = 0.02,
    application_password: str | None = None,
    source_settings: Mapping[str, str] | None = None,
) -> Iterator[Staged]:
    """Sandbox, source, migration.toml by `init`, application secret."""
    chosen = load(SAMPLES / sample)
    with client.launch(folder / "sandbox") as sandbox:
        source = client.create_source(
            sandbox.control_url,
            engine=chosen.engine.value,
            name=f"{chosen.name}-source",
            database=chosen.database,
            owner=chosen.owner,
            master_user="mig_admin",
            roles=[client.RoleRequest(chosen.application, application_password, grants=chosen.grants_file)],
            sql_files=[chosen.schema_file, chosen.data_file],
            variables={"scale": str(scale)},
            settings=source_settings,
        )
        home = folder / "home"
        home.mkdir()
        environment = {"AURORA_MIGRATE_SOURCE_PASSWORD": source.master_password, "AURORA_MIGRATE_TRACEBACK": "1"}
        staged = Staged(home, chosen, sandbox, source, environment)
        scheme = "postgresql" if chosen.engine is Engine.POSTGRES else chosen.engine.value
        place = f"mig_admin@{source.host}:{source.port}/{chosen.database}"
        staged.must(
            "init", "--source", f"{scheme}://{place}?sslmode=verify-full&sslrootcert={source.ca_file}",
            "--name", chosen.name, "--endpoint-url", sandbox.endpoint_url,
            "--application-secret", staged.secret_id, "--target-ca-file", str(sandbox.home / "ca-bundle.pem"),
        )  # fmt: skip
        with (home / "migration.toml").open("a") as file:
            file.write(SETTINGS)
            file.writelines(_waiver(waiver) for waiver in chosen.waivers)
        secret = {
            "username": chosen.application,
            "password": source.role_passwords[chosen.application],
            "host": source.host,
            "port": str(source.port),
            "dbname": chosen.database,
            "sslrootcert": str(source.ca_file),
        }
        staged.boto("secretsmanager").create_secret(Name=staged.secret_id, SecretString=json.dumps(secret))
        yield staged


def _waiver(waiver: Mapping[str, str]) -> str:
    lines = [f"{key} = {value if key == 'expires' else json.dumps(value)}\n" for key, value in waiver.items()]
    return "".join(["\n[[waivers]]\n", *lines])


def replicated(staged: Staged) -> Staged:
    """Assessed, provisioned, replicating, validated: ready to cut over."""
    staged.must("assess")
    staged.must("provision", "apply")
    staged.must("replicate", "start")
    staged.must("validate")
    return staged


@contextlib.contextmanager
def migration(sample: str, scale: float) -> Iterator[Staged]:
    """One that is `replicated`, in a folder that goes again; for programs, which have no fixtures."""
    with tempfile.TemporaryDirectory(prefix="staged-") as folder:
        Path(folder).chmod(0o755)
        scene = stage(Path(folder), sample=sample, scale=scale)
        staged = next(scene)
        try:
            yield replicated(staged)
        finally:
            with contextlib.suppress(StopIteration):
                next(scene)
