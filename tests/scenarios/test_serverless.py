"""A migration on DMS Serverless: loaded, followed, validated, cut over and brought back, without the stages' knowing.

What starts from a position runs on an instance, for DMS Serverless has no start points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.scenarios.complaint import ended
from tests.scenarios.settings import variant
from tests.scenarios.theatre import Staged, stage
from tests.scenarios.watched import LATER, looked, until

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("serverless")]
MARKER = "aurora_migrate.marker_forward_main"
SERVERLESS = (
    '\n[replication]\ncompute = "serverless"\nminimum_capacity = 2\nmaximum_capacity = 8\nengine_version = "3.6.0"\n'
)


@pytest.fixture(scope="module")
def serverless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("serverless"), scale=0.005):
        with (staged.home / "migration.toml").open("a") as file:
            file.write(SERVERLESS)
        yield staged


def instances(staged: Staged) -> list[str]:
    found = staged.boto("dms").describe_replication_instances()["ReplicationInstances"]
    return [str(one["ReplicationInstanceIdentifier"]) for one in found]


def replication(staged: Staged) -> dict[str, Any]:
    [found] = staged.boto("dms").describe_replications()["Replications"]
    return dict(found)


def test_a_capacity_that_dms_does_not_have_is_refused_before_anything(serverless: Staged, tmp_path: Any) -> None:
    config = variant(serverless, tmp_path, replication__maximum_capacity="12")
    ran = serverless.run("replicate", "plan", "-c", config)
    assert ran.code == 2
    assert "replication.maximum_capacity: DMS Serverless has 1, 2, 4, 8" in ran.err


def test_it_is_loaded_and_follows_also_when_it_was_broken_off(serverless: Staged) -> None:
    serverless.must("assess")
    serverless.must("provision", "apply")
    serverless.kill_after(serverless.start("replicate", "start"), "dms/task")
    with psycopg.connect(**serverless.login("source")) as old:
        old.execute("SELECT pg_current_xact_id()")
        starting = serverless.start("replicate", "start")
        until(lambda: replication(serverless)["Status"] == "running")
        _, found = looked(serverless, sabotage=LATER)
        assert "at `Before load` while nothing is being loaded: 15 tables: " in found["DMS113"]
    assert ended(starting).code == 0
    found = replication(serverless)
    assert found["Status"] == "running"
    assert found["ProvisionData"]["ProvisionedCapacityUnits"] == 2
    assert found["ReplicationConfigIdentifier"] == "ledger-main-forward-0"
    assert instances(serverless) == [], "nothing pays for an instance as long as nothing starts from a position"
    assert serverless.boto("dms").describe_replication_tasks()["ReplicationTasks"] == []

    status = serverless.run("replicate", "status", "--format", "json").json
    assert status["summary"]["blocker"] == 0
    arn = found["ReplicationConfigArn"]
    tables = serverless.boto("dms").describe_replication_table_statistics(ReplicationConfigArn=arn)
    assert {one["TableState"] for one in tables["ReplicationTableStatistics"]} == {"Table completed"}
    assert serverless.must("replicate", "stop", "--format", "json").json[0]["status"] == "stopped"
    assert serverless.must("replicate", "resume", "--format", "json").json[0]["status"] == "running"
    serverless.must("validate")


def test_another_capacity_is_told_and_given(serverless: Staged) -> None:
    assert "is not as migration.toml says" not in serverless.run("replicate", "status").err
    file = serverless.home / "migration.toml"
    file.write_text(file.read_text().replace("maximum_capacity = 8", "maximum_capacity = 16"))
    told = serverless.run("replicate", "status").err
    assert "ledger-main-forward-0 is not as migration.toml says: ComputeConfig.MaxCapacityUnits" in told
    serverless.must("replicate", "apply-settings")
    [config] = serverless.boto("dms").describe_replication_configs()["ReplicationConfigs"]
    compute = config["ComputeConfig"]
    assert (compute["MinCapacityUnits"], compute["MaxCapacityUnits"]) == (2, 16)
    assert replication(serverless)["Status"] == "running"
    assert "is not as migration.toml says" not in serverless.run("replicate", "status").err
    serverless.must("validate")


def test_what_no_metric_tells_is_not_seen_and_a_marker_that_does_not_come_is_told(serverless: Staged) -> None:
    """DMS Serverless is under no documented name in CloudWatch: nothing but the marker tells that nobody is fed."""
    ran, found = looked(serverless, "--heartbeat")
    assert ran.code == 0, found
    (feed,) = ran.json["tasks"]
    assert feed["metrics"] is None
    assert [line.partition(":")[0] for line in feed["unseen"]] == ["CloudWatch", "the task's log"]
    with psycopg.connect(**serverless.login("target")) as blocker:
        blocker.execute(f"LOCK TABLE {MARKER} IN EXCLUSIVE MODE")
        with psycopg.connect(**serverless.login("source"), autocommit=True) as source:
            source.execute(f"UPDATE {MARKER} SET written_at = written_at - interval '1 day'")
            source.execute(f"INSERT INTO {MARKER} (token, written_at) VALUES ('late', now() - interval '10 minutes')")
        ran, found = looked(serverless)
        assert found["DMS183"].startswith("a marker is under way for 60")
        assert ran.json["tasks"][0]["status"] == "running"
    until(lambda: bool(looked(serverless)[0].json["tasks"][0]["lag"]["arrived"]))


def test_it_is_cut_over_and_brought_back(serverless: Staged) -> None:
    with serverless.application(rate=30.0) as application, serverless.doors() as watched:
        application.write(60)
        serverless.must("cutover", "approve", "--by", "scenario")
        serverless.must("cutover", "run")
        assert serverless.status()["owner"] == "target"
        assert serverless.boto("dms").describe_replications()["Replications"] == []
        assert instances(serverless) == ["aurora-migrate-ledger"], "the way back starts from a position"
        (instance,) = serverless.boto("dms").describe_replication_instances()["ReplicationInstances"]
        assert instance["EngineVersion"] == "3.6.0", "as migration.toml says"
        application.write(60)
        serverless.must("rollback")
        assert serverless.status()["owner"] == "source"
        application.write(60)
    assert watched.both_open == 0
    verdict = serverless.judge("source")
    assert (verdict["lost"], verdict["duplicated"], verdict["contradictions"]) == (0, 0, [])
    assert verdict["acknowledged"] > 150
    serverless.must("validate")
