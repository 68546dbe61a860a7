"""Provision and replicate, run by the real runner through boto3 against the sandbox: a whole set-up on real servers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest

from checks.facts import TableName
from checks.route import Engine, TargetEngine, Version
from migrate.aws.instance import InstanceSpec
from migrate.aws.network import default_network
from migrate.aws.quotas import DmsQuotas
from migrate.aws.secrets import SecretsManagerSecrets
from migrate.aws.session import AwsSession
from migrate.aws.stack import CloudFormationStacks
from migrate.aws.tasks import DmsTasks
from migrate.aws.traffic import SecretTraffic
from migrate.clock import SystemClock
from migrate.engines.postgres.database import PostgresDatabase
from migrate.errors import MigrateError
from migrate.events import Event
from migrate.model.cluster import ClusterSpec
from migrate.model.database import Address, Credentials, Side
from migrate.model.plan import Plan
from migrate.model.reach import Obstacle
from migrate.model.replication import EndpointSpec
from migrate.model.validation import Chunk
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.runner.memory import JournalMemory
from migrate.sandbox.client import Launched, RoleRequest, Source, create_source, launch, status
from migrate.stages.provision.plan import VERIFY
from migrate.stages.provision.plan import plan as provision_plan
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld
from migrate.stages.replicate.plan import CLOSE_TARGET, NOTE_SLOT
from migrate.stages.replicate.plan import plan as replicate_plan
from migrate.stages.replicate.quotas import needs
from migrate.stages.replicate.world import AccountRequest, ReplicateRequest, ReplicateWorld, TaskRequest
from migrate.state.lease import hold
from migrate.state.store import Store
from migrate.template import render

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("replicate")]
CLOCK = SystemClock()
APP_PASSWORD = "CANARY-app-1c9"
ROLE = "arn:aws:iam::123456789012:role/dms-secrets"
SQL = """
CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO mig_admin;
CREATE TABLE shop.customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE shop.purchase (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customer, note text, touched timestamptz);
CREATE TABLE shop.log (said text);
CREATE INDEX purchase_customer ON shop.purchase (customer_id);
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.touched := '2000-01-01'; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON shop.purchase FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE FUNCTION shop.say() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO shop.log VALUES (NEW.id::text); RETURN NULL; END $$;
CREATE TRIGGER say AFTER INSERT ON shop.purchase FOR EACH ROW EXECUTE FUNCTION shop.say();
ALTER TABLE shop.purchase ENABLE ALWAYS TRIGGER say;
INSERT INTO shop.customer (name) SELECT 'customer ' || n FROM generate_series(1, 50) n;
INSERT INTO shop.purchase SELECT n, 1 + n % 50, repeat('é', 20000) FROM generate_series(1, 300) n;
"""
GRANTS = """
GRANT USAGE ON SCHEMA shop TO :"application";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO :"application";
"""
TABLES = tuple(TableName("shop", name) for name in ("customer", "log", "purchase"))


@dataclass
class Scene:
    """Everything a migration needs, on one sandbox."""

    sandbox: Launched
    session: AwsSession
    source_facts: Source
    store: Store
    events: list[Event]

    def run(self, plan: Plan[Any], world_of: Callable[[JournalMemory, Journal], Any]) -> None:
        with hold(self.store, "shop", "test", clock=CLOCK) as lease:
            journal = self.store.journal("shop", lease)
            world = world_of(JournalMemory(journal, plan.run), journal)
            execute(plan, world, journal, emit=self.events.append, clock=CLOCK)

    def facts(self, run: str, step: str) -> Any:
        return JournalMemory(self.store.journal("shop"), run).facts(step)

    def provision(self) -> dict[str, Any]:
        vpc, subnets = default_network(self.session)
        spec = ClusterSpec(
            stack="shop",
            engine=TargetEngine.AURORA_POSTGRESQL,
            version=Version.parse("17.5"),
            database="shopdb",
            master_username="mig_admin",
            instance_class="db.r7g.large",
            readers=0,
            port=5433,
            subnet_ids=subnets,
            vpc_id=vpc,
        )
        request = ProvisionRequest(run="provision-1", spec=spec, template=render(spec))
        stacks = CloudFormationStacks(self.session, CLOCK)
        world = ProvisionWorld(request, stacks, stacks, self.events.append, CLOCK)
        self.run(provision_plan(request), lambda _memory, _journal: world)
        cluster: dict[str, Any] = self.facts("provision-1", VERIFY)
        return cluster


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("replicate")
    (home / "shop.sql").write_text(SQL)
    (home / "grants.sql").write_text(GRANTS)
    with launch(home / "sandbox") as sandbox:
        source = create_source(
            sandbox.control_url,
            name="old-shop",
            database="shopdb",
            owner="shop_owner",
            master_user="mig_admin",
            sql_files=[home / "shop.sql"],
            roles=[RoleRequest("shop_app", APP_PASSWORD, grants=home / "grants.sql")],
        )
        session = AwsSession("eu-central-1", None, sandbox.endpoint_url)
        value = {"username": "shop_app", "password": APP_PASSWORD, "host": source.host, "dbname": "shopdb"}
        session.client("secretsmanager").create_secret(
            Name="shop/app", SecretString=json.dumps({**value, "port": source.port})
        )
        store = Store.open(f"sqlite:///{home}/state.db")
        yield Scene(sandbox, session, source, store, [])
        store.close()


@pytest.fixture(scope="module")
def cluster(scene: Scene) -> dict[str, Any]:
    return scene.provision()


@pytest.fixture(scope="module")
def sides(scene: Scene, cluster: dict[str, Any]) -> Iterator[tuple[PostgresDatabase, PostgresDatabase]]:
    source = scene.source_facts
    ca_files = {one["name"]: one["ca_file"] for one in status(scene.sandbox.control_url)["servers"]}
    master = SecretsManagerSecrets(scene.session).read(cluster["master_secret_arn"])
    pair = (
        PostgresDatabase(
            Address(Engine.POSTGRES, source.host, source.port, "shopdb", ca_file=str(source.ca_file)),
            Credentials(source.master_user, source.master_password),
            Side.SOURCE,
        ),
        PostgresDatabase(
            Address(
                Engine.POSTGRES, cluster["host"], cluster["port"], "shopdb", ca_file=ca_files[cluster["identifier"]]
            ),
            Credentials(master["username"], master["password"]),
            Side.TARGET,
        ),
    )
    yield pair
    for side in pair:
        side.close()


@pytest.fixture(scope="module")
def request_(scene: Scene, cluster: dict[str, Any]) -> ReplicateRequest:
    source = scene.source_facts
    ca_files = {one["name"]: one["ca_file"] for one in status(scene.sandbox.control_url)["servers"]}
    places = {
        "source": (source.host, source.port, str(source.ca_file), "postgres"),
        "target": (cluster["host"], cluster["port"], ca_files[cluster["identifier"]], "aurora-postgresql"),
    }

    def endpoint(side: str) -> EndpointSpec:
        use = "capture" if side == "source" else "feed"
        return EndpointSpec(
            identifier=f"shop-main-forward-0-{side}",
            role=side,
            engine=places[side][3],
            secret_id=f"shop/dms/{side}/{use}",
            database="shopdb",
            tls="verify-full",
            ca_file=places[side][2],
            bypass_constraints=side == "target",
        )

    return ReplicateRequest(
        migration="shop",
        run="replicate-1",
        schemas=("shop",),
        tasks=(
            TaskRequest(
                name="main",
                tables=TABLES,
                identifier="shop-main-forward-0",
                forward_marker="forward_main",
                reverse_marker="reverse_main",
                source=endpoint("source"),
                target=endpoint("target"),
            ),
        ),
        accounts=tuple(
            AccountRequest(
                side=side,
                user=f"aurora_migrate_{use}",
                secret=f"shop/dms/{side}/{use}",
                host=places[side][0],
                port=places[side][1],
                database="shopdb",
                replication=use == "capture",
            )
            for side in places
            for use in ("capture", "feed")
        ),
        target_friends=("mig_admin", "aurora_migrate_capture", "aurora_migrate_feed"),
        full_load_subtasks=4,
        feed_holds_slot=True,
        keys_before_changes=False,
        keep_log_hours=48,
    )


class OpenWay:
    """Nothing stands between DMS and these databases."""

    def obstacles(self, _host: str, _port: int) -> list[Obstacle]:
        return []


class StopHereError(Exception):
    """Stands for the end of the process."""


def replicate(
    scene: Scene, pair: tuple[PostgresDatabase, PostgresDatabase], request: ReplicateRequest, stop_at: str | None = None
) -> None:
    def emit(event: Event) -> None:
        scene.events.append(event)
        if stop_at is not None and getattr(event, "step", None) == stop_at and type(event).__name__ == "StepStarted":
            raise StopHereError

    def world(memory: JournalMemory, _journal: Journal) -> ReplicateWorld:
        return ReplicateWorld(
            request=request,
            source=pair[0],
            target=pair[1],
            tasks=DmsTasks(scene.session, "shop", InstanceSpec(), ROLE, CLOCK, 0.1),
            reach=OpenWay(),
            secrets=SecretsManagerSecrets(scene.session),
            traffic=SecretTraffic(scene.session, "shop/app", CLOCK),
            memory=memory,
            emit=emit,
            clock=CLOCK,
            quotas=DmsQuotas(scene.session),
            needs=needs(1, 50, serverless=False),
            control_schema="awsdms_control",
        )

    with hold(scene.store, "shop", "test", clock=CLOCK) as lease:
        journal = scene.store.journal("shop", lease)
        plan = replicate_plan(request)
        execute(plan, world(JournalMemory(journal, plan.run), journal), journal, emit=emit, clock=CLOCK)


def connect(scene: Scene, cluster: dict[str, Any], **login: str) -> psycopg.Connection[Any]:
    ca_files = {one["name"]: one["ca_file"] for one in status(scene.sandbox.control_url)["servers"]}
    return psycopg.connect(
        host=cluster["host"],
        port=cluster["port"],
        dbname="shopdb",
        sslmode="verify-full",
        sslrootcert=ca_files[cluster["identifier"]],
        autocommit=True,
        **login,
    )


def test_set_up_broken_off_twice_and_gone_on_with(
    scene: Scene, cluster: dict[str, Any], sides: tuple[PostgresDatabase, PostgresDatabase], request_: ReplicateRequest
) -> None:
    source, target = sides
    for stop_at in ("schema/post-data", "dms/follow:main"):
        with pytest.raises(StopHereError):
            replicate(scene, sides, request_, stop_at)
    replicate(scene, sides, request_, None)

    assert target.rows.count(TABLES[2]) == 300
    assert scene.facts("replicate-1", f"{NOTE_SLOT}:main")["slot"] in source.log.slots()
    assert JournalMemory(scene.store.journal("shop"), "replicate-1").before(CLOSE_TARGET)

    there, here = target.catalog(("shop",)), source.catalog(("shop",))
    assert {i.name for i in there.indexes} == {i.name for i in here.indexes}
    assert {t.name for t in there.triggers} == {t.name for t in here.triggers}
    assert target.triggers.firing() == {"triggers": [], "row_security": []}, (
        "the trigger that fires even for replicated rows is at rest"
    )

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(scene, cluster, user="shop_app", password=APP_PASSWORD)

    facts = scene.source_facts
    with psycopg.connect(
        host=facts.host,
        port=facts.port,
        dbname="shopdb",
        user="shop_app",
        password=APP_PASSWORD,
        sslmode="verify-full",
        sslrootcert=str(facts.ca_file),
    ) as application:
        application.execute("INSERT INTO shop.purchase VALUES (5000, 1, 'after')")
        application.execute("UPDATE shop.purchase SET note = 'changed' WHERE id = 7")
        application.execute("DELETE FROM shop.purchase WHERE id = 8")
    token = "test/after"
    source.markers.write("forward_main", token)
    for _ in range(600):
        if target.markers.seen("forward_main", token):
            break
        CLOCK.sleep(0.05)
    assert target.rows.count(TABLES[2]) == 300
    for table in TABLES:
        sums = [side.rows.checksums([Chunk(table, 0)]) for side in sides]
        assert sums[0] == sums[1], table
    assert target.apply_exceptions("awsdms_control") == 0


def test_nothing_secret_was_said_or_kept(scene: Scene, request_: ReplicateRequest) -> None:
    """After the story above: journal, events, and the plan."""
    secrets = SecretsManagerSecrets(scene.session)
    passwords = [secrets.read(account.secret)["password"] for account in request_.accounts]
    kept = "\n".join(repr(entry) for entry in scene.store.journal("shop").entries())
    said = "\n".join(repr(event) for event in scene.events)
    for password in (*passwords, APP_PASSWORD, scene.source_facts.master_password):
        assert password not in kept + said


def test_another_run_refuses_the_filled_target(
    scene: Scene, sides: tuple[PostgresDatabase, PostgresDatabase], request_: ReplicateRequest
) -> None:
    with pytest.raises(MigrateError) as caught:
        replicate(scene, sides, replace(request_, run="replicate-2"))
    assert caught.value.code == "REP-001"
