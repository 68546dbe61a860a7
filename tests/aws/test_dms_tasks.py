"""The DMS adapter drives real tasks of the sandbox: rows really move between two servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from checks.facts import TableName
from migrate.aws.instance import InstanceSpec
from migrate.aws.secrets import SecretsManagerSecrets
from migrate.aws.serverless.spec import ServerlessSpec
from migrate.aws.session import AwsSession
from migrate.aws.tasks import DmsTasks
from migrate.clock import SystemClock
from migrate.errors import AwsError
from migrate.model.database import Position
from migrate.model.replication import Direction, EndpointSpec, MigrationType, ReplicationTask, TableState, TaskSpec
from migrate.sandbox.client import Launched, Source, create_source, remove_source
from tests.patience import PATIENCE

pytestmark = [pytest.mark.server, pytest.mark.slow]
ROLE = "arn:aws:iam::123456789012:role/dms-secrets"
ORDERS, MARKER = TableName("app", "orders"), TableName("aurora_migrate", "marker_forward_main")
SCHEMA = """
CREATE SCHEMA app; CREATE SCHEMA aurora_migrate; CREATE SCHEMA awsdms_control;
CREATE TABLE app.orders (id bigint PRIMARY KEY, note text);
CREATE TABLE aurora_migrate.marker_forward_main (token text PRIMARY KEY, written_at timestamptz);
GRANT ALL ON SCHEMA app, aurora_migrate, awsdms_control TO mig_admin;
GRANT ALL ON ALL TABLES IN SCHEMA app, aurora_migrate TO mig_admin;
"""
ROWS = """
CREATE TABLE app.only_here (id bigint PRIMARY KEY); INSERT INTO app.only_here VALUES (1);
GRANT SELECT ON app.only_here TO mig_admin;
INSERT INTO app.orders SELECT n, repeat('x', 50000) FROM generate_series(1, 200) n;
"""


@dataclass
class Bench:
    session: AwsSession
    tasks: DmsTasks
    source: Source
    target: Source
    secret_names: dict[str, str]

    def endpoint(self, role: str, **changes: Any) -> EndpointSpec:
        side = self.source if role == "source" else self.target
        spec = EndpointSpec(
            identifier=f"bench-main-{role}",
            role=role,
            engine="postgres" if role == "source" else "aurora-postgresql",
            secret_id=self.secret_names[role],
            database=side.database,
            tls="verify-full",
            ca_file=str(side.ca_file),
            bypass_constraints=role == "target",
        )
        return replace(spec, **changes)

    def spec(self, **changes: Any) -> TaskSpec:
        spec = TaskSpec(
            identifier="bench-main-forward",
            direction=Direction.FORWARD,
            type=MigrationType.FULL_LOAD_AND_CDC,
            tables=(ORDERS,),
            marker_table=MARKER,
            source_endpoint="bench-main-source",
            target_endpoint="bench-main-target",
            stop_after_full_load=True,
        )
        return replace(spec, **changes)

    def on(self, compute: ServerlessSpec | None) -> DmsTasks:
        """The adapter of the same migration, on an instance or serverless."""
        if compute is not None:
            clock = SystemClock()
            self.tasks = DmsTasks(self.session, "bench", InstanceSpec(), ROLE, clock, 0.1, serverless=compute)
        return self.tasks

    def instances(self) -> list[str]:
        found = self.session.client("dms").describe_replication_instances()["ReplicationInstances"]
        return [one["ReplicationInstanceIdentifier"] for one in found]

    def connect(self, side: Source) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=side.host,
            port=side.port,
            dbname=side.database,
            user=side.master_user,
            password=side.master_password,
            sslmode="verify-full",
            sslrootcert=str(side.ca_file),
            autocommit=True,
        )

    def count(self, side: Source) -> int:
        with self.connect(side) as connection:
            row = connection.execute("SELECT count(*) FROM app.orders").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def bench(sandbox: Launched, session: AwsSession, tmp_path: Path) -> Iterator[Bench]:
    secrets = SecretsManagerSecrets(session)
    sides: dict[str, Source] = {}
    for role, sql in (("source", SCHEMA + ROWS), ("target", SCHEMA)):
        file = tmp_path / f"{role}.sql"
        file.write_text(sql)
        sides[role] = create_source(
            sandbox.control_url,
            name=f"bench-{role}",
            database="appdb",
            owner="app_owner",
            master_user="mig_admin",
            sql_files=[file],
        )
        side = sides[role]
        value = {"username": side.master_user, "password": side.master_password, "host": side.host}
        secrets.ensure(f"bench/{role}", {**value, "port": str(side.port)})
    tasks = DmsTasks(session, "bench", InstanceSpec(), ROLE, SystemClock(), 0.1)
    names = {role: f"bench/{role}" for role in sides}
    opened = Bench(session, tasks, sides["source"], sides["target"], names)
    yield opened
    tasks = opened.tasks
    tasks.delete_task("bench-main-forward")
    tasks.delete_endpoints(["bench-main-source", "bench-main-target"])
    tasks.delete_instance()
    for role in sides:
        secrets.delete(f"bench/{role}")
        remove_source(sandbox.control_url, f"bench-{role}")


def eventually(seen: Callable[[], bool], seconds: float = PATIENCE) -> None:
    began = time.monotonic()
    while not seen():
        assert time.monotonic() - began < seconds
        time.sleep(0.05)


SERVERLESS = ServerlessSpec(maximum=8, minimum=2)


@pytest.mark.parametrize("compute", [None, SERVERLESS], ids=["instance", "serverless"])
def test_full_load_stop_resume_and_follow(bench: Bench, compute: ServerlessSpec | None) -> None:
    tasks = bench.on(compute)
    for _ in range(2):
        tasks.ensure_instance()
        tasks.ensure_endpoint(bench.endpoint("source"))
        tasks.ensure_endpoint(bench.endpoint("target"))
        tasks.ensure_task(bench.spec())
    ready = tasks.describe("bench-main-forward")
    assert ready is not None
    assert ready.status == "ready"

    seen: list[ReplicationTask] = []
    tasks.start("bench-main-forward")
    tasks.start("bench-main-forward")
    loaded = tasks.wait_for_full_load("bench-main-forward", seen.append)
    assert (loaded.status, loaded.stop_reason) == ("stopped", "STOPPED_AFTER_FULL_LOAD")
    assert {one.table: (one.state, one.full_load_rows) for one in loaded.tables} == {
        ORDERS: (TableState.COMPLETED, 200),
        MARKER: (TableState.COMPLETED, 0),
    }
    assert seen
    assert bench.count(bench.target) == 200
    with bench.connect(bench.target) as connection:
        row = connection.execute("SELECT min(length(note)) FROM app.orders").fetchone()
    assert row == (50000,), "a text of more than DMS's default of 32 KB is not cut"

    with bench.connect(bench.source) as connection:
        connection.execute("INSERT INTO app.orders VALUES (1000, 'while it stood still')")
    tasks.resume("bench-main-forward")
    tasks.resume("bench-main-forward")
    eventually(lambda: bench.count(bench.target) == 201)
    again = tasks.wait_for_full_load("bench-main-forward", lambda _: None)
    assert again.status == "running", "a run that was broken off after the resume is not stuck waiting for the stop"
    assert tasks.unresolved(["bench-main-forward", "never-made"]) == ["bench-main-forward"]

    tasks.stop("bench-main-forward")
    tasks.stop("bench-main-forward")
    assert tasks.unresolved(["bench-main-forward"]) == []
    tasks.delete_task("bench-main-forward")
    tasks.delete_task("bench-main-forward")
    assert tasks.describe("bench-main-forward") is None
    tasks.stop("bench-main-forward")


def test_the_way_back_follows_from_a_noted_position(bench: Bench) -> None:
    """A cdc-only task from a slot and a position brings what came after it, and nothing from before."""
    tasks = bench.tasks
    with bench.connect(bench.source) as connection:
        connection.execute("SELECT pg_create_logical_replication_slot('way_back', 'test_decoding')")
        connection.execute("INSERT INTO app.orders VALUES (7001, 'before')")
        row = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        assert row is not None
        connection.execute("INSERT INTO app.orders VALUES (7002, 'after')")
    tasks.ensure_instance()
    tasks.ensure_endpoint(bench.endpoint("source", slot="way_back"))
    tasks.ensure_endpoint(bench.endpoint("target"))
    spec = bench.spec(type=MigrationType.CDC, start_position=Position(row[0]), stop_after_full_load=False)
    for _ in range(2):
        tasks.ensure_task(spec)
    with pytest.raises(AwsError) as caught:
        tasks.ensure_task(replace(spec, start_position=Position("0/1")))
    assert "CdcStartPosition" in str(caught.value)
    tasks.start("bench-main-forward")
    eventually(lambda: bench.count(bench.target) == 1)
    with bench.connect(bench.target) as connection:
        assert connection.execute("SELECT id FROM app.orders").fetchall() == [(7002,)]
    tasks.delete_task("bench-main-forward")


def test_a_task_that_stands_runs_again(bench: Bench) -> None:
    """Whoever wants it to run need not know whether it ever did: the first time it starts, later it goes on."""
    tasks = bench.tasks
    with bench.connect(bench.source) as connection:
        connection.execute("SELECT pg_create_logical_replication_slot('way_back', 'test_decoding')")
    tasks.ensure_instance()
    tasks.ensure_endpoint(bench.endpoint("source", slot="way_back"))
    tasks.ensure_endpoint(bench.endpoint("target"))
    tasks.ensure_task(bench.spec(type=MigrationType.CDC, stop_after_full_load=False))
    tasks.run("bench-main-forward")
    tasks.stop("bench-main-forward")
    with bench.connect(bench.source) as connection:
        connection.execute("INSERT INTO app.orders VALUES (7003, 'late')")
    for _ in range(2):
        tasks.run("bench-main-forward")
    eventually(lambda: bench.count(bench.target) == 1)
    tasks.delete_task("bench-main-forward")


def test_a_wrong_password_is_told_with_the_servers_words(bench: Bench) -> None:
    value = {"username": "mig_admin", "password": "CANARY-wrong", "host": bench.source.host}
    SecretsManagerSecrets(bench.session).ensure("bench/source", {**value, "port": str(bench.source.port)})
    bench.tasks.ensure_instance()
    with pytest.raises(AwsError) as caught:
        bench.tasks.ensure_endpoint(bench.endpoint("source"))
    assert caught.value.code == "AWS-CONNECTION-FAILED"
    assert "authentication failed" in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_an_endpoint_that_differs_or_belongs_to_somebody_else_is_not_adopted(bench: Bench) -> None:
    bench.tasks.ensure_instance()
    bench.tasks.ensure_endpoint(bench.endpoint("source"))
    with pytest.raises(AwsError) as caught:
        bench.tasks.ensure_endpoint(bench.endpoint("source", secret_id="bench/target"))
    assert caught.value.code == "AWS-ENDPOINT-DIFFERS"
    assert "SecretsManagerSecretId" in str(caught.value)

    stranger = DmsTasks(bench.session, "stranger", InstanceSpec(), ROLE, SystemClock(), 0.1)
    try:
        stranger.ensure_instance()
        for act in (
            lambda: stranger.ensure_endpoint(bench.endpoint("source")),
            lambda: stranger.delete_endpoints(["bench-main-source"]),
        ):
            with pytest.raises(AwsError) as caught:
                act()
            assert caught.value.code == "AWS-NOT-OURS"
            assert "belongs to migration bench" in str(caught.value)
    finally:
        stranger.delete_instance()


def test_a_table_that_is_missing_on_the_target_stops_the_wait(bench: Bench) -> None:
    """DMS suspends the table and reports a task that goes on; nobody may take that for a good load."""
    tasks = bench.tasks
    tasks.ensure_instance()
    tasks.ensure_endpoint(bench.endpoint("source"))
    tasks.ensure_endpoint(bench.endpoint("target"))
    tasks.ensure_task(bench.spec(tables=(ORDERS, TableName("app", "only_here"))))

    def load() -> None:
        tasks.start("bench-main-forward")
        tasks.wait_for_full_load("bench-main-forward", lambda _: None)

    with pytest.raises(AwsError) as caught:
        load()
    assert caught.value.code == "AWS-TABLE-ERROR"
    assert "app.only_here" in str(caught.value)


def test_a_task_that_differs_is_not_adopted(bench: Bench) -> None:
    tasks = bench.tasks
    tasks.ensure_instance()
    tasks.ensure_endpoint(bench.endpoint("source"))
    tasks.ensure_endpoint(bench.endpoint("target"))
    tasks.ensure_task(bench.spec())
    with pytest.raises(AwsError) as caught:
        tasks.ensure_task(bench.spec(tables=(TableName("app", "others"),), full_load_subtasks=3))
    assert caught.value.code == "AWS-TASK-DIFFERS"
    assert "TableMappings, FullLoadSettings.MaxFullLoadSubTasks" in str(caught.value)


def test_starting_what_is_not_there_says_so(bench: Bench) -> None:
    with pytest.raises(AwsError) as caught:
        bench.tasks.start("bench-main-forward")
    assert caught.value.code == "AWS-TASK-GONE"


def test_only_what_starts_from_a_position_needs_an_instance(bench: Bench) -> None:
    """DMS Serverless takes no start point: the way back runs on an instance, made when it is asked for."""
    tasks = bench.on(SERVERLESS)
    dms = bench.session.client("dms")
    tasks.ensure_instance()
    tasks.ensure_endpoint(bench.endpoint("source"))
    tasks.ensure_endpoint(bench.endpoint("target"))
    tasks.ensure_task(bench.spec())
    assert bench.instances() == []
    [config] = dms.describe_replication_configs()["ReplicationConfigs"]
    compute = config["ComputeConfig"]
    assert (compute["MinCapacityUnits"], compute["MaxCapacityUnits"]) == (2, 8)
    assert compute["ReplicationSubnetGroupId"] == "aurora-migrate-bench"
    with pytest.raises(AwsError) as caught:
        tasks.ensure_task(bench.spec(full_load_subtasks=3))
    assert caught.value.code == "AWS-TASK-DIFFERS"
    tasks.delete_task("bench-main-forward")

    with bench.connect(bench.source) as connection:
        connection.execute("SELECT pg_create_logical_replication_slot('way_back', 'test_decoding')")
        row = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        assert row is not None
        connection.execute("INSERT INTO app.orders VALUES (7002, 'after')")
    tasks.delete_endpoints(["bench-main-source"])
    for _ in range(2):
        tasks.ensure_instance(for_positions=True)
        tasks.ensure_endpoint(bench.endpoint("source", slot="way_back"))
        tasks.ensure_endpoint(bench.endpoint("target"))
        tasks.ensure_task(
            bench.spec(type=MigrationType.CDC, start_position=Position(row[0]), stop_after_full_load=False)
        )
    assert bench.instances() == ["aurora-migrate-bench"]
    tasks.start("bench-main-forward")
    eventually(lambda: bench.count(bench.target) == 1)


def test_serverless_tells_a_wrong_password_when_it_starts(bench: Bench) -> None:
    value = {"username": "mig_admin", "password": "CANARY-wrong", "host": bench.source.host}
    SecretsManagerSecrets(bench.session).ensure("bench/source", {**value, "port": str(bench.source.port)})
    tasks = bench.on(SERVERLESS)
    tasks.ensure_instance()
    tasks.ensure_endpoint(bench.endpoint("source"))
    tasks.ensure_endpoint(bench.endpoint("target"))
    tasks.ensure_task(bench.spec())
    with pytest.raises(AwsError) as caught:
        tasks.start("bench-main-forward")
    assert caught.value.code == "AWS-DMS-LOGIN"
    assert "authentication failed" in str(caught.value)
    assert "CANARY" not in str(caught.value)
