"""What goes wrong in real migrations, set by the user of the sandbox: every fault is ridden out, or refused and told.

One migration from PostgreSQL and its application live through them one after the other; the last one ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import boto3
import psycopg
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from migrate.sandbox import client
from tests.scenarios.theatre import LONG, Application, Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("faults")]

TABLE = "ledger.transfers"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Staged, Application]]:
    """Assessed and provisioned, with an application that writes at leisure."""
    for staged in stage(tmp_path_factory.mktemp("faults"), scale=0.05):
        staged.must("assess")
        staged.must("provision", "apply")
        with staged.application(rate=15.0) as application:
            yield staged, application


def set_fault(staged: Staged, name: str, **parameters: Any) -> dict[str, Any]:
    return client.set_fault(staged.sandbox.control_url, name, **parameters)


def clear(staged: Staged, name: str) -> None:
    client.clear_faults(staged.sandbox.control_url, name)


def replicate_under_a_restart(staged: Staged, hold: Callable[[], AbstractContextManager[Any]]) -> None:
    """Restart the source while tables are loaded. A command whose own connection broke is repeated, as it says.

    `hold` locks one table on the target: from before the load until the source went down.
    """
    loading = staged.start("replicate", "start")
    begun = ("intent", "dms/start-load:main")
    wait(lambda: begun in [entry[1:] for entry in staged.written(loading)] or loading.poll() is not None)
    with hold():
        wait(
            lambda: the_task(staged).get("ReplicationTaskStats", {}).get("TablesLoading") or loading.poll() is not None
        )
        assert loading.poll() is None, loading.communicate()
        set_fault(staged, "source-restart")
    out, err = loading.communicate(timeout=LONG)
    if loading.returncode != 0:
        assert loading.returncode == 6, out + err
        staged.must("replicate", "start")


def _tables_loading(staged: Staged) -> int:
    return int(the_task(staged).get("ReplicationTaskStats", {}).get("TablesLoading", 0))


@contextmanager
def held(staged: Staged) -> Iterator[None]:
    with psycopg.connect(**staged.login("target")) as target:
        target.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        yield


def home(staged: Staged) -> tuple[str, str]:
    return "--home", str(staged.sandbox.home)


def wait(seen: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + LONG
    while not (found := seen()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def the_task(staged: Staged) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = staged.boto("dms").describe_replication_tasks()["ReplicationTasks"]
    return tasks[0] if tasks else {}


def rows(staged: Staged, side: str, table: str) -> int:
    with psycopg.connect(**staged.login(side)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # type: ignore[index, arg-type]


def test_a_source_that_restarts_while_it_is_loaded_is_loaded_in_full(played: tuple[Staged, Application]) -> None:
    staged, _ = played
    replicate_under_a_restart(staged, lambda: held(staged))
    staged.must("validate")
    listed = staged.must("sandbox", "fault", "list", *home(staged), "--format", "json").json
    assert [(one["fault"], one["state"]) for one in listed["set"]] == [("source-restart", "over")]


def settled(look: Callable[[], int]) -> int:
    """What it is once it has not changed for two seconds: what was under way has arrived."""
    seen = [look()]
    while len(seen) < 5 or len(set(seen[-5:])) > 1:
        time.sleep(0.5)
        seen.append(look())
    return seen[-1]


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_link_that_is_cut_is_tried_again_until_it_holds(played: tuple[Staged, Application], side: str) -> None:
    staged, application = played
    staged.must("sandbox", "fault", "set", "connection-drop", "--side", side, "--seconds", "600", *home(staged))
    before = settled(lambda: rows(staged, "target", TABLE))
    application.write(30)
    assert the_task(staged)["Status"] == "running"
    assert rows(staged, "target", TABLE) == before < rows(staged, "source", TABLE)
    connection = staged.boto("dms").describe_connections()["Connections"][0]
    arns = {one["EndpointType"].lower(): one for one in staged.boto("dms").describe_endpoints()["Endpoints"]}
    staged.boto("dms").test_connection(
        ReplicationInstanceArn=connection["ReplicationInstanceArn"], EndpointArn=arns[side]["EndpointArn"]
    )
    wait(lambda: "link" in _tested(staged, arns[side]["EndpointArn"]).get("LastFailureMessage", ""))
    staged.must("sandbox", "fault", "clear", "connection-drop", *home(staged))
    staged.boto("dms").test_connection(
        ReplicationInstanceArn=connection["ReplicationInstanceArn"], EndpointArn=arns[side]["EndpointArn"]
    )
    wait(lambda: _tested(staged, arns[side]["EndpointArn"])["Status"] == "successful")
    staged.must("validate")


def _tested(staged: Staged, arn: str) -> dict[str, Any]:
    known: list[dict[str, Any]] = staged.boto("dms").describe_connections()["Connections"]
    return next(one for one in known if one["EndpointArn"] == arn)


def test_an_api_that_throttles_is_asked_again(played: tuple[Staged, Application]) -> None:
    staged, _ = played
    impatient = boto3.client(
        "dms",
        endpoint_url=staged.sandbox.endpoint_url,
        region_name=staged.sandbox.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    set_fault(staged, "throttling", rate=1, seconds=600)
    with pytest.raises(ClientError, match="ThrottlingException"):
        _ask(impatient, 50)
    assert "following changes" in staged.must("replicate", "status").out
    clear(staged, "throttling")
    _ask(impatient, 20)


def _ask(dms: Any, times: int) -> None:
    for _ in range(times):
        dms.describe_replication_tasks()


def test_an_apply_that_is_slow_falls_behind_and_catches_up(played: tuple[Staged, Application]) -> None:
    staged, application = played
    set_fault(staged, "slow-apply", rate=0.01)
    application.write(40)
    assert rows(staged, "source", TABLE) - rows(staged, "target", TABLE) >= 10
    clear(staged, "slow-apply")
    staged.must("validate")


def test_silent_metrics_deceive_nobody(played: tuple[Staged, Application]) -> None:
    """The toolkit's own lag is a marker's; CloudWatch's silence is none of its business."""
    staged, application = played

    def points() -> int:
        found = staged.boto("cloudwatch").get_metric_data(
            MetricDataQueries=[
                {
                    "Id": "lag",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/DMS",
                            "MetricName": "CDCLatencyTarget",
                            "Dimensions": _dimensions(staged),
                        },
                        "Period": 3600,
                        "Stat": "SampleCount",
                    },
                }
            ],
            StartTime=time.time() - 7200,
            EndTime=time.time() + 3600,
        )
        return int(sum(found["MetricDataResults"][0]["Values"]))

    wait(lambda: points() > 0)
    set_fault(staged, "metrics-silent")
    before = points()
    application.write(30)
    assert points() == before
    clear(staged, "metrics-silent")
    wait(lambda: points() > before)


def _dimensions(staged: Staged) -> list[dict[str, str]]:
    (instance,) = staged.boto("dms").describe_replication_instances()["ReplicationInstances"]
    values = {
        "ReplicationInstanceIdentifier": instance["ReplicationInstanceIdentifier"],
        "ReplicationTaskIdentifier": the_task(staged)["ReplicationTaskArn"].rpartition(":")[2],
    }
    return [{"Name": name, "Value": value} for name, value in values.items()]


def test_a_full_disk_stops_the_task_and_is_not_taken_for_an_end(played: tuple[Staged, Application]) -> None:
    staged, application = played
    set_fault(staged, "disk-full")
    wait(lambda: the_task(staged)["Status"] == "stopped")
    assert the_task(staged)["StopReason"] == "Stop Reason STOPPED_DUE_TO_LOW_DISK"
    (instance,) = staged.boto("dms").describe_replication_instances()["ReplicationInstances"]
    assert instance["ReplicationInstanceStatus"] == "storage-full"
    application.write(10)
    refused = staged.run("validate")
    assert refused.code == 3
    assert "is stopped" in refused.out
    refused = staged.run("replicate", "resume")
    assert refused.code == 8
    assert "storage-full" in refused.err
    with (staged.home / "migration.toml").open("a") as file:
        file.write(f"\n[replication]\nallocated_storage_gb = {instance['AllocatedStorage'] * 2}\n")
    staged.must("replicate", "apply-settings")
    assert the_task(staged)["Status"] == "stopped", "who stood before stands afterwards"
    staged.must("replicate", "resume")
    staged.must("validate")
    clear(staged, "disk-full")


def test_a_target_without_room_is_fallen_behind_and_caught_up_with(played: tuple[Staged, Application]) -> None:
    full_target_is_told_and_caught_up_with(*played)


def full_target_is_told_and_caught_up_with(staged: Staged, application: Application) -> None:
    """The task tries again and again, and DMS says nothing. Once there is room nobody has to do anything."""
    set_fault(staged, "target-full")
    application.write(10)
    assert the_task(staged)["Status"] == "running"
    assert "a heartbeat is under way for" in staged.must("replicate", "status", "--heartbeat").out
    refused = staged.run("cutover", "run")
    assert refused.code == 7
    assert "TGT-117" in refused.err
    assert "Give the server room" in refused.err
    assert staged.status()["owner"] == "source"
    clear(staged, "target-full")
    staged.must("validate")


def test_rows_that_the_target_refuses_are_missed_before_anything_is_frozen(played: tuple[Staged, Application]) -> None:
    staged, application = played
    misspelt = staged.run("sandbox", "fault", "set", "aply-error", *home(staged))
    assert misspelt.code == 2
    assert "did you mean apply-error?" in misspelt.err
    staged.must("sandbox", "fault", "set", "apply-error", "--table", TABLE, *home(staged))
    application.write(30)
    differs = staged.run("validate")
    assert differs.code == 3
    clear(staged, "apply-error")
    assert "differs" in differs.out
    refused = staged.run("cutover", "run")
    assert refused.code == 3
    assert "Nothing was frozen" in refused.err
    assert staged.status()["owner"] == "source"


def test_a_task_whose_slot_is_lost_ends_and_is_not_resumed(played: tuple[Staged, Application]) -> None:
    staged, application = played
    lost = set_fault(staged, "slot-invalidated")
    assert lost["state"] == "over"
    wait(lambda: the_task(staged)["Status"] == "failed")
    refused = staged.run("replicate", "resume")
    assert refused.code == 8
    assert "AWS-SLOT-GONE" in refused.err
    application.stop()
    judged = staged.judge("source")
    assert (judged["lost"], judged["duplicated"], judged["contradictions_total"]) == (0, 0, 0)
